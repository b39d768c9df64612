"""In which form an answer is wanted: JSON, with more or less about itself (OData JSON 4.0 §3)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from procession.errors import BadRequest
from procession.web.answers import HttpRefusal
from procession.web.odata.rendering import Detail

_JSON_RANGES = ("application/json", "application/*", "*/*", "text/json", "text/*")
_FORMATS = {"json": "application/json", "xml": "application/xml", "atom": "application/atom+xml"}


class Form(NamedTuple):
    """How an answer is written. `decimals_as_text`: for clients whose numbers are binary."""

    detail: Detail = Detail.MINIMAL
    decimals_as_text: bool = False

    @property
    def content_type(self) -> str:
        decimals = "; IEEE754Compatible=true" if self.decimals_as_text else ""
        return f"application/json; odata.metadata={self.detail}{decimals}; charset=utf-8"


def json_form(accept: str, format_option: str) -> Form:
    """The form of JSON that is wanted. Raises HttpRefusal where it is none, and BadRequest."""
    wanted = _FORMATS.get(format_option, format_option) or accept or "*/*"
    for media, parameters in _ranges(wanted):
        if media in _JSON_RANGES:
            return _form(parameters)
    raise _not_acceptable(wanted, "JSON")


def check_xml(accept: str, format_option: str) -> None:
    """`$metadata` is XML. Raises HttpRefusal where that is not wanted."""
    wanted = _FORMATS.get(format_option, format_option) or accept or "*/*"
    media = [each for each, _ in _ranges(wanted)]
    # Programs that talk JSON all day ask for this too with their usual header, and mean it.
    if format_option and "application/xml" not in media:
        raise _not_acceptable(wanted, "XML")


def _ranges(wanted: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for each in wanted.split(","):
        media, *pieces = (piece.strip() for piece in each.split(";"))
        pairs = (piece.partition("=") for piece in pieces)
        yield media.lower(), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _form(parameters: Mapping[str, str]) -> Form:
    told = parameters.get("odata.metadata", parameters.get("metadata", Detail.MINIMAL))
    if told not in list(Detail):
        raise BadRequest(f"odata.metadata is {told[:40]!r}; it is one of {', '.join(Detail)}")
    decimals = parameters.get("ieee754compatible", "").lower() == "true"
    return Form(Detail(told), decimals)


def _not_acceptable(wanted: str, offered: str) -> HttpRefusal:
    return HttpRefusal(
        406, "NotAcceptable", f"{wanted[:100]!r} is not offered; this address answers {offered}"
    )
