"""Creatio's formats, to the byte (CONTRACT 2-5). Pure: values in, text out, and back.

Rule: what a caller sent or a process holds never reaches an answer unescaped.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

import msgspec

from procession.core.values import Value, Values
from procession.errors import BadRequest

EMPTY_GUID = "00000000-0000-0000-0000-000000000000"
WARNINGS_LENGTH_MAX = 2_000

# `Decimal` goes over the wire as a JSON number, every digit kept; so do we read it.
_ENCODER = msgspec.json.Encoder(decimal_format="number")

# U+FFFE and U+FFFF are no XML characters; within a JSON string an escape says the same.
_XML_ESCAPES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\ufffe", "\\ufffe"),
    ("\uffff", "\\uffff"),
)


class ParameterValue(msgspec.Struct):
    """One input of RunProcess."""

    name: str
    value: Value = None


class RunProcess(msgspec.Struct, rename="camel"):
    """The body of RunProcess (CONTRACT 5). Other members are passed over, as the original does.

    `schema_version`: which version RunSpecifiedProcessVersion is to run.
    """

    schema_name: str | None = None
    schema_uid: str | None = msgspec.field(default=None, name="schemaUId")
    parameter_values: list[ParameterValue] | None = None
    result_parameter_names: list[str] | None = None
    schema_version: int = 0


class WrappedRunProcess(msgspec.Struct):
    """The same as WCF wraps it: a member for the method's one parameter."""

    request: RunProcess | None = None


class ErrorInfo(msgspec.Struct, rename="camel"):
    """What went wrong, in the shape of the vendor's services. A stack trace never leaves."""

    error_code: str
    message: str
    stack_trace: None = None


class Failure(msgspec.Struct, rename="camel"):
    """The body of every answer that is an error (CONTRACT 3)."""

    error_info: ErrorInfo
    success: bool = False


class ProcessRun(msgspec.Struct, rename="camel"):
    """The answer to RunProcess (CONTRACT 5)."""

    process_id: str = EMPTY_GUID
    process_status: int = 0
    result_parameter_values: Mapping[str, Value] | None = None
    execution_data: None = None
    success: bool = True
    error_info: ErrorInfo | None = None


class Credentials(msgspec.Struct):
    """The body of Login; anything that is not text is as good as nothing."""

    user_name: Value = msgspec.field(default=None, name="UserName")
    password: Value = msgspec.field(default=None, name="UserPassword")


class LoginException(msgspec.Struct, rename="pascal"):
    """Why a login was refused, as the original serialises an exception."""

    message: str
    help_link: None = None
    inner_exception: None = None
    stack_trace: None = None
    type: str = "System.Security.SecurityException"


class LoginAnswer(msgspec.Struct, rename="pascal"):
    """The answer to Login: 0 is success (CONTRACT 2)."""

    code: int
    message: str = ""
    exception: LoginException | None = None
    password_change_url: None = None
    redirect_url: None = None


def refused_login(message: str) -> LoginAnswer:
    return LoginAnswer(1, message, LoginException(message))


RUN_PROCESS = msgspec.json.Decoder(RunProcess, float_hook=Decimal)
WRAPPED_RUN_PROCESS = msgspec.json.Decoder(WrappedRunProcess, float_hook=Decimal)
CREDENTIALS = msgspec.json.Decoder(Credentials)
ANYTHING = msgspec.json.Decoder(float_hook=Decimal)


def read_json(decoder: "msgspec.json.Decoder[Value]", body: bytes) -> Value:
    """The body as the decoder's type. Raises BadRequest, which says where it is wrong."""
    if not body:
        raise BadRequest("the body is empty; this address takes JSON")
    try:
        return decoder.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError:
        raise BadRequest("the body is not UTF-8") from None
    except ArithmeticError:
        raise BadRequest("the body holds a number that is out of range") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not the JSON that this address takes: {error}") from None


def as_object(value: Value) -> Values:
    """A JSON value that must be an object. Raises BadRequest."""
    if isinstance(value, dict):
        return value
    try:
        return msgspec.convert(value, dict[str, Value])
    except msgspec.ValidationError as error:
        raise BadRequest(f"the body is not the JSON that this address takes: {error}") from None


def json_bytes(value: Value) -> bytes:
    """UTF-8 JSON: GUIDs lower-case with dashes, dates ISO 8601, decimals as numbers."""
    return _ENCODER.encode(value)


def json_text(value: Value) -> str:
    """A parameter's value as one JSON text (CONTRACT 3)."""
    return _ENCODER.encode(value).decode()


def xml_string(value: Value, namespace: str) -> bytes:
    """The `<string>` answer of Execute: the value's JSON text, escaped for XML."""
    return f"{_opening(namespace)}{escaped(json_text(value))}</string>".encode()


@cache
def _opening(namespace: str) -> str:
    quoted = escaped(namespace).replace('"', "&quot;")
    return f'<string xmlns="{quoted}">'


def escaped(text: str) -> str:
    """The text as XML holds it between two tags."""
    for character, escape in _XML_ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    return text


def json_string(value: Value) -> bytes:
    """The same without XML: the value's JSON text as a JSON string."""
    return _ENCODER.encode(json_text(value))


def prefers_json(accept: str) -> bool:
    """Whether `Accept` names JSON, and no XML before it. Weights are not looked at."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for kind in kinds:
        if kind == "application/json":
            return True
        if kind.endswith(("/xml", "+xml")):
            return False
    return False


def prefers_xml(accept: str) -> bool:
    """Whether `Accept` names XML, and no JSON before it: for what is JSON unless asked for."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    first = [kind for kind in kinds if kind in ("application/json", "application/xml", "text/xml")]
    return bool(first) and first[0] != "application/json"


def warnings_header(warnings: Sequence[str]) -> str:
    """A JSON array in visible ASCII: what a caller named cannot become a header of its own."""
    shown: list[str] = []
    for index, warning in enumerate(warnings):
        more = f"and {len(warnings) - index} more"
        if sum(map(len, shown)) + len(warning) > WARNINGS_LENGTH_MAX:
            shown.append(more)
            break
        shown.append(warning)
    return _ascii(json_text(shown))


def _ascii(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    numbers = [units[i] << 8 | units[i + 1] for i in range(0, len(units), 2)]
    return "".join(chr(n) if 0x20 <= n < 0x7F else f"\\u{n:04x}" for n in numbers)


def user_name_cookie(name: str) -> str:
    """The login as decimal UTF-16 units joined by `|` (CONTRACT 2)."""
    units = name.encode("utf-16-le", "surrogatepass")
    return "|".join(str(units[i] | units[i + 1] << 8) for i in range(0, len(units), 2))
