"""Query texts, forms and cookies, read strictly and fast.

Rule: what cannot be read for certain is refused (CONTRACT 3): a broken percent escape, bytes that
are no UTF-8, a NUL, a name given twice.
"""

from procession.errors import BadRequest

_HEX = "0123456789abcdefABCDEF"
_BYTES = {high + low: bytes.fromhex(high + low) for high in _HEX for low in _HEX}


def parse_query(text: str, *, most: int) -> dict[str, str]:
    """The parameters of a query text, at most `most`. Raises BadRequest."""
    if not text:
        return {}
    pieces = text.split("&", most)
    if len(pieces) > most:
        raise BadRequest(f"the query has more than {most} parameters")
    values: dict[str, str] = {}
    for piece in pieces:
        if not piece:
            continue
        name, _, value = piece.partition("=")
        if "%" in piece or "+" in piece:
            name, value = decoded(name), decoded(value)
        if name in values:
            # Servers differ on which one wins; nobody may rely on it.
            raise BadRequest(f"the parameter {name!r} is given twice")
        values[name] = value
    return values


def parse_form(body: bytes, *, most: int) -> dict[str, str]:
    """The fields of a body that is a form: written as a query is. Raises BadRequest."""
    try:
        return parse_query(body.decode().strip("\r\n"), most=most)
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None


def decoded(text: str) -> str:
    """Form decoding: `+` is a space, `%41` a byte of UTF-8. Raises BadRequest."""
    text = _percent_decoded(text.replace("+", " "))
    if "\0" in text:
        raise BadRequest("the query holds a NUL character (%00); remove it")
    return text


def _percent_decoded(text: str) -> str:
    start, *escaped = text.split("%")
    try:
        parts = [_BYTES[part[:2]] + part[2:].encode() for part in escaped]
    except KeyError as error:
        raise BadRequest(f"%{error.args[0]} is not a percent escape; write %25 for %") from None
    try:
        return (start.encode() + b"".join(parts)).decode()
    except UnicodeDecodeError:
        raise BadRequest(f"{text[:60]!r} is not UTF-8 in percent escapes") from None


def parse_cookies(header: str) -> dict[str, str]:
    """The cookies of a `Cookie` header. Of two with one name the first counts: the closest path."""
    cookies: dict[str, str] = {}
    for piece in header.split(";"):
        name, _, value = piece.partition("=")
        cookies.setdefault(name.strip(), value.strip())
    return cookies
