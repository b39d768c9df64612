"""How the text of an attribute is written: one check per form, with the code of its problem.

Rule: a check says what is wrong with a text and what would help, or nothing; the functions that
read a value accept what the check lets through (procession.xsd declares the same forms).
"""

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from procession.bpmn.problems import near
from procession.core.values import TYPE_NAMES, Direction, guid, shown
from procession.core.zones import zone_named
from procession.errors import ExpressionError

ID_LENGTH_MAX = 255
NAME_LENGTH_MAX = 1_000
CODE_LENGTH_MAX = 128
EXPRESSION_LENGTH_MAX = 100_000
ATTEMPTS_MAX = 100
DELAY_SECONDS_MAX = 30 * 86_400
TIMEOUT_SECONDS_MAX = 120
LIVE_SECONDS_MAX = 400 * 86_400
TIMEOUT_SECONDS = 10.0
RECORDS_MAX = 10_000
VERSION_MAX = 999_999_999

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MODES = ("first", "collection")
SORT_DIRECTIONS = ("ascending", "descending")
UNARY_OPERATORS = ("isnull", "notnull")
OPERATORS = (
    *("eq", "ne", "gt", "ge", "lt", "le", "contains", "startswith", "endswith", "in"),
    *UNARY_OPERATORS,
)
# Names that Execute's own query has (CONTRACT 3): a parameter of that name could never be given.
RESERVED_CODES = ("ResultParameterName",)

# Control characters split headers and confuse terminals; in an expression a line break is meant.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")

# It stands in the service's addresses.
PROCESS_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}")

_CODE = re.compile(r"_?[A-Za-z][A-Za-z0-9_]*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DURATION = re.compile(
    r"P(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"[0-9]{1,9}")

Check = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Form:
    """`check` answers what is wrong with a text, as the end of a sentence; None: nothing is."""

    code: str
    check: Check
    multiline: bool = False


def duration_seconds(text: str) -> float | None:
    """ISO 8601 days, hours, minutes and seconds (P1DT2H, PT0.5S); None where it is no such text.

    Years and months are left out: they have no fixed length.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def seconds_of(text: str) -> float | None:
    """A number of seconds, or an ISO 8601 duration of days to seconds; None where it is neither."""
    return float(text) if _NUMBER.fullmatch(text) else duration_seconds(text)


def boolean(text: str) -> bool | None:
    """As XML Schema writes it; None where it is none."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip())


def one_line(text: str) -> str:
    """A caption as one line: modelers break long ones with line breaks."""
    return " ".join(text.split())


def _text(limit: int) -> Check:
    def check(text: str) -> str | None:
        if len(text) > limit:
            return f"is {len(text)} characters long; {limit} are allowed"
        return None

    return check


def _one_of(names: Iterable[str]) -> Check:
    known = tuple(names)

    def check(text: str) -> str | None:
        if text in known:
            return None
        return f"is {shown(text)}; known are {', '.join(known)}.{near(text, known)}"

    return check


def _number(highest: int) -> Check:
    def check(text: str) -> str | None:
        if _NUMBER.fullmatch(text) and 1 <= int(text) <= highest:
            return None
        return f"is {shown(text)}; write a whole number from 1 to {highest}"

    return check


def _duration(highest: int, lowest: float) -> Check:
    def check(text: str) -> str | None:
        seconds = duration_seconds(text)
        if seconds is None:
            return f"is {shown(text)}; write an ISO 8601 duration of days to seconds, such as PT10S"
        if not lowest <= seconds <= highest:
            return f"is {shown(text)}; it may be from {lowest:g} to {highest} seconds"
        return None

    return check


def _check_time_to_live(text: str) -> str | None:
    seconds = seconds_of(text)
    if seconds is not None and seconds <= LIVE_SECONDS_MAX:
        return None
    return f"is {shown(text)}; write seconds or an ISO 8601 duration, up to {LIVE_SECONDS_MAX} s"


def _check_boolean(text: str) -> str | None:
    return None if boolean(text) is not None else f"is {shown(text)}; write true or false"


def _check_guid(text: str) -> str | None:
    if guid(text):
        return None
    return f"is {shown(text)}, which is no GUID; write 00000000-0000-0000-0000-000000000000"


def _check_code(text: str) -> str | None:
    if len(text) > CODE_LENGTH_MAX:
        return f"is {len(text)} characters long; {CODE_LENGTH_MAX} are allowed"
    if not _CODE.fullmatch(text):
        return f"is {shown(text)}; write Latin letters, digits and _, and a letter first"
    if keyword.iskeyword(text):
        return f"is {shown(text)}, a word of the expression language; choose another"
    if text in RESERVED_CODES:
        return f"is {text}, which the service itself reads from a request; choose another"
    return None


def _check_header(text: str) -> str | None:
    if len(text) <= ID_LENGTH_MAX and _TOKEN.fullmatch(text):
        return None
    return f"is {shown(text)}; a header's name is letters, digits and -"


def _check_time_zone(text: str) -> str | None:
    try:
        zone_named(text)
    except ExpressionError as error:
        return f"is not known: {error}"
    return None


def choice(values: Iterable[str]) -> Form:
    """One of the values that BPMN lists."""
    return Form("unknown-value", _one_of(values))


IDENTIFIER = Form("bad-code", _check_code)
CAPTION = Form("too-long", _text(NAME_LENGTH_MAX), multiline=True)
LABEL = Form("too-long", _text(ID_LENGTH_MAX))
EXPRESSION = Form("too-long", _text(EXPRESSION_LENGTH_MAX), multiline=True)
GUID = Form("bad-guid", _check_guid)
BOOLEAN = Form("bad-boolean", _check_boolean)
TYPE = Form("unknown-type", _one_of(TYPE_NAMES))
DIRECTION = Form("unknown-direction", _one_of(Direction))
FIRST_COUNTER = choice(("0", "1"))
MODE = Form("unknown-mode", _one_of(MODES))
OPERATOR = Form("unknown-operator", _one_of(OPERATORS))
SORT_DIRECTION = Form("unknown-sort-direction", _one_of(SORT_DIRECTIONS))
METHOD = Form("unknown-method", _one_of(METHODS))
HEADER = Form("bad-header", _check_header)
ATTEMPTS = Form("bad-number", _number(ATTEMPTS_MAX))
VERSION = Form("bad-number", _number(VERSION_MAX))
LIMIT = Form("bad-number", _number(RECORDS_MAX))
TIME_ZONE = Form("unknown-time-zone", _check_time_zone)
DELAY = Form("bad-duration", _duration(DELAY_SECONDS_MAX, 0))
TIME_TO_LIVE = Form("bad-duration", _check_time_to_live)
TIMEOUT = Form("bad-duration", _duration(TIMEOUT_SECONDS_MAX, 0.001))
