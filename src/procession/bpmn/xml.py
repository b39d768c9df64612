"""Bytes to an XML tree, for bytes that nobody has looked at yet.

Rule: no DTD, so no entity and no expansion; no network; bounded size, depth and number of elements.
The encoding is decided here, once, and the parser is handed UTF-8: what was checked is what is
read. Each file that cannot be read gives one problem with its line.
"""

import re

from lxml import etree
from lxml.etree import _Element

from procession.core.values import shown
from procession.errors import InvalidProcess, Problem

XML_BYTES_MAX = 10_000_000
ELEMENTS_MAX = 200_000
# The parser's own bound for a parser with `huge_tree`; a test holds the two together.
DEPTH_MAX = 2_048

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# A "<" without a byte order mark shows UTF-16 as well (XML 1.0, appendix F).
_UTF_16_STARTS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-8859-(1|2|3|4|5|6|7|8|9|10|13|14|15|16)|windows-125[0-8]|koi8-[ru]"
)
# What may stand before the root: a declaration, comments, instructions and white space.
_BEFORE_ROOT = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_PLACE = re.compile(r",? line (\d+), column (\d+)$")


def parse(xml: bytes, file: str = "") -> _Element:
    """The root element. Raises InvalidProcess with the one problem that keeps it unread."""
    if len(xml) > XML_BYTES_MAX:
        message = f"a file of {len(xml)} bytes; {XML_BYTES_MAX} are allowed"
        raise _refusal("too-large", message, file)
    text = _decode(xml, file)
    _refuse_before_parsing(text, file)
    try:
        return etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_problem(error, file) from None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        # For the depth. Texts and names are then bounded by the size of the file alone.
        huge_tree=True,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _decode(xml: bytes, file: str) -> str:
    mark, encoding = _encoding(xml, file)
    try:
        return xml.removeprefix(mark).decode(encoding)
    except UnicodeDecodeError as error:
        line = _lines_before(xml[: error.start].decode(encoding, "replace"))
        message = (
            f"byte {error.start} is not valid {encoding.upper()}; save the file as UTF-8, "
            "or declare its encoding in its first line"
        )
        raise _refusal("bad-encoding", message, file, line) from None


def _encoding(xml: bytes, file: str) -> tuple[bytes, str]:
    """The byte order mark, if there is one, and the encoding: by the mark, the "<", or declared."""
    for mark, encoding in _BOMS:
        if xml.startswith(mark):
            return mark, encoding
    for start, encoding in _UTF_16_STARTS:
        if xml.startswith(start):
            return b"", encoding
    match = _DECLARED.match(xml)
    declared = match[1].decode("ascii").lower() if match else "utf-8"
    # Tools that write to a string first declare UTF-16 and then save UTF-8: the bytes win.
    if declared in ("utf-16", "utf16"):
        return b"", "utf-8"
    if not _ENCODINGS.fullmatch(declared):
        message = f"the encoding {shown(declared)} is not read; save the file as UTF-8"
        raise _refusal("bad-encoding", message, file, 1)
    return b"", declared


def _refuse_before_parsing(text: str, file: str) -> None:
    nul = text.find("\0")
    if nul >= 0:
        message = "the file holds a NUL character; remove it"
        raise _refusal("control-character", message, file, _lines_before(text[:nul]))
    root = _root_start(text)
    if text.startswith("<!DOCTYPE", root):
        message = "a DOCTYPE is not allowed, nor are entities; remove it"
        raise _refusal("doctype", message, file, _lines_before(text[:root]))
    # Counted before the tree is built, which takes fifty times the file's size.
    elements = text.count("<") - sum(text.count(mark) for mark in ("</", "<!", "<?"))
    if elements > ELEMENTS_MAX:
        message = f"{elements} elements; {ELEMENTS_MAX} are allowed"
        raise _refusal("too-many-elements", message, file)


def _root_start(text: str) -> int:
    position = 0
    while match := _BEFORE_ROOT.match(text, position):
        position = match.end()
    return position


def _lines_before(text: str) -> int:
    """The number, from 1, of the line on which `text` ends (XML 1.0, 2.11)."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1


def _syntax_problem(error: etree.XMLSyntaxError, file: str) -> InvalidProcess:
    text = error.msg or "the file cannot be read"
    line, column = error.position
    if "depth" in text:
        message = f"elements are nested more than {DEPTH_MAX} deep"
        return _refusal("too-deep", message, file, line)
    # The parser's own text may hold a line break.
    message = f"not well-formed XML: {' '.join(_PLACE.sub('', text).split())}"
    return InvalidProcess([Problem("broken-xml", message, line=line, column=column, file=file)])


def _refusal(code: str, message: str, file: str, line: int = 0) -> InvalidProcess:
    return InvalidProcess([Problem(code, message, line=line, file=file)])
