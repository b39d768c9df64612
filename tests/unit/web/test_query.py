"""Query texts and cookies are read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.errors import BadRequest
from procession.web.query import decoded, parse_cookies, parse_query


def test_a_query_gives_its_parameters_in_order() -> None:
    values = parse_query("ResultParameterName=Score&Amount=4&Name=J%C3%BCrgen+X", most=9)

    assert values == {"ResultParameterName": "Score", "Amount": "4", "Name": "Jürgen X"}
    assert list(values) == ["ResultParameterName", "Amount", "Name"]


def test_names_are_case_sensitive_and_an_empty_value_is_a_value() -> None:
    assert parse_query("a=&A=1&b&&c=x=y", most=9) == {"a": "", "A": "1", "b": "", "c": "x=y"}


def test_an_empty_query_has_no_parameters() -> None:
    assert parse_query("", most=1) == {}


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(BadRequest, match="'a' is given twice"):
        parse_query("a=1&%61=2", most=9)


def test_more_parameters_than_allowed_are_refused() -> None:
    assert len(parse_query("a=1&b=2", most=2)) == 2
    with pytest.raises(BadRequest, match="more than 2 parameters"):
        parse_query("a=1&b=2&c=3", most=2)


@pytest.mark.parametrize(
    "text", ["%", "%4", "%zz", "%4g", "a%", "%%41", "%+1", "% 1", "%\u0661\u0661"]
)
def test_a_broken_percent_escape_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="not a percent escape"):
        decoded(text)


@pytest.mark.parametrize("text", ["%ff", "%C3", "%C3%28", "%ED%A0%80", "%F5%80%80%80"])
def test_bytes_that_are_no_utf_8_are_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="not UTF-8"):
        decoded(text)


def test_a_nul_is_refused_in_names_and_values() -> None:
    with pytest.raises(BadRequest, match="NUL"):
        parse_query("a=b%00c", most=9)
    with pytest.raises(BadRequest, match="NUL"):
        parse_query("a%00=b", most=9)


@given(st.text())
def test_any_query_is_read_or_refused(text: str) -> None:
    try:
        values = parse_query(text, most=50)
    except BadRequest:
        return
    assert all("\0" not in name + value for name, value in values.items() if "%" in text)


def test_cookies_are_read_and_the_first_of_two_counts() -> None:
    cookies = parse_cookies("BPMCSRF=a; .ASPXAUTH=b==;x = y ;BPMCSRF=planted; flag")

    assert cookies == {"BPMCSRF": "a", ".ASPXAUTH": "b==", "x": "y", "flag": ""}


def test_no_cookies_are_no_cookies() -> None:
    assert parse_cookies("").get(".ASPXAUTH", "") == ""
