"""Creatio's formats, to the byte."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from procession.core.values import Value
from procession.errors import BadRequest
from procession.settings import CONTRACT_NAMESPACE
from procession.web.wire import (
    ANYTHING,
    EMPTY_GUID,
    RUN_PROCESS,
    WARNINGS_LENGTH_MAX,
    ErrorInfo,
    Failure,
    LoginAnswer,
    ProcessRun,
    json_bytes,
    json_string,
    json_text,
    prefers_json,
    read_json,
    refused_login,
    user_name_cookie,
    warnings_header,
    xml_string,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (42, "42"),
        (True, "true"),
        (None, "null"),
        ("abc", '"abc"'),
        ("", '""'),
        ("Jürgen 😀", '"Jürgen 😀"'),
        ('say "x"\n', '"say \\"x\\"\\n"'),
        (Decimal("12.50"), "12.50"),
        (Decimal("0.1234567890123456789012345"), "0.1234567890123456789012345"),
        (2.5, "2.5"),
        (datetime(2026, 1, 31, 13, 45, tzinfo=UTC), '"2026-01-31T13:45:00Z"'),
        (date(2026, 1, 31), '"2026-01-31"'),
        (time(13, 45), '"13:45:00"'),
        (
            UUID("5FA85F64-5717-4562-B3FC-2C963F66AFA6"),
            '"5fa85f64-5717-4562-b3fc-2c963f66afa6"',
        ),
        ([{"Id": UUID(int=1), "Name": "A"}], f'[{{"Id":"{UUID(int=1)}","Name":"A"}}]'),
        ([], "[]"),
    ],
)
def test_a_value_is_one_json_text(value: Value, text: str) -> None:
    assert json_text(value) == text


def test_the_xml_answer_is_the_contracts_to_the_byte() -> None:
    answer = xml_string(42, CONTRACT_NAMESPACE)

    assert answer == (
        b'<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">42</string>'
    )


def test_markup_in_a_text_is_escaped_for_xml() -> None:
    answer = xml_string("<a href='x'>&amp;</a>", CONTRACT_NAMESPACE)

    assert b">\"&lt;a href='x'&gt;&amp;amp;&lt;/a&gt;\"</string>" in answer


def test_a_text_that_holds_json_is_encoded_twice() -> None:
    assert json_text('[{"Id":"1"}]') == '"[{\\"Id\\":\\"1\\"}]"'


def test_characters_that_xml_does_not_know_stay_json_escapes() -> None:
    answer = xml_string("a\x01\ufffe\uffffb", "n").decode()

    assert answer == '<string xmlns="n">"a\\u0001\\ufffe\\uffffb"</string>'


def test_a_namespace_from_the_settings_cannot_break_out_of_its_quotes() -> None:
    assert xml_string(1, 'a"b<&') == b'<string xmlns="a&quot;b&lt;&amp;">1</string>'


def test_without_xml_the_json_text_is_a_json_string() -> None:
    assert json_string("abc") == b'"\\"abc\\""'
    assert json_string(42) == b'"42"'


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", True),
        ("Application/JSON;q=0.9", True),
        ("application/json, text/plain, */*", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/xml, application/json", False),
        ("application/jsonp", False),
    ],
)
def test_json_is_chosen_where_it_is_named_before_xml(accept: str, expected: bool) -> None:
    assert prefers_json(accept) is expected


def test_the_user_name_cookie_is_utf_16_units_in_decimal() -> None:
    assert user_name_cookie("Supervisor") == "83|117|112|101|114|118|105|115|111|114"
    assert user_name_cookie("Ü😀") == "220|55357|56832"


def test_warnings_cannot_make_a_header_of_their_own() -> None:
    text = warnings_header(["x\r\nSet-Cookie: a=b", "é\x7f😀"])

    assert text.isascii()
    assert text.isprintable()
    assert msgspec.json.decode(text) == ["x\r\nSet-Cookie: a=b", "é\x7f😀"]


def test_very_many_warnings_are_cut_and_counted() -> None:
    text = warnings_header(["w" * 100] * 1_000)

    shown = msgspec.json.decode(text)
    assert len(text) < WARNINGS_LENGTH_MAX * 2
    assert shown[-1] == f"and {1_000 - len(shown) + 1} more"


def test_the_answer_to_run_process_is_the_contracts_to_the_byte() -> None:
    run = ProcessRun(
        process_id="5fa85f64-5717-4562-b3fc-2c963f66afa6",
        process_status=2,
        result_parameter_values={"B": Decimal("1.50")},
    )

    assert json_bytes(run) == (
        b'{"processId":"5fa85f64-5717-4562-b3fc-2c963f66afa6","processStatus":2,'
        b'"resultParameterValues":{"B":1.50},"executionData":null,"success":true,"errorInfo":null}'
    )


def test_a_refused_start_has_an_empty_guid_and_status_zero() -> None:
    run = ProcessRun(success=False, error_info=ErrorInfo("Code", "why"))

    assert (
        json_bytes(run)
        == (
            f'{{"processId":"{EMPTY_GUID}","processStatus":0,"resultParameterValues":null,'
            '"executionData":null,"success":false,'
            '"errorInfo":{"errorCode":"Code","message":"why","stackTrace":null}}'
        ).encode()
    )


def test_an_error_is_the_contracts_to_the_byte() -> None:
    assert json_bytes(Failure(ErrorInfo("Code", "why"))) == (
        b'{"errorInfo":{"errorCode":"Code","message":"why","stackTrace":null},"success":false}'
    )


def test_the_answers_to_login_are_the_contracts_to_the_byte() -> None:
    assert json_bytes(LoginAnswer(0)) == (
        b'{"Code":0,"Message":"","Exception":null,"PasswordChangeUrl":null,"RedirectUrl":null}'
    )
    assert json_bytes(refused_login("why")) == (
        b'{"Code":1,"Message":"why","Exception":{"Message":"why","HelpLink":null,'
        b'"InnerException":null,"StackTrace":null,"Type":"System.Security.SecurityException"},'
        b'"PasswordChangeUrl":null,"RedirectUrl":null}'
    )


def test_numbers_in_a_body_keep_every_digit() -> None:
    asked = read_json(
        RUN_PROCESS, b'{"parameterValues":[{"name":"A","value":0.12345678901234567890}]}'
    )

    assert asked.parameter_values[0].value == Decimal("0.12345678901234567890")


def test_a_byte_order_mark_before_a_body_is_passed_over() -> None:
    assert read_json(ANYTHING, b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"schemaName":5}',
        b'{"schemaName":"\xff"}',
        b'{"schemaName":"\\ud800"}',
        b'{"parameterValues":{}}',
        b'{"parameterValues":[{"value":"1"}]}',
        b'{"parameterValues":[{"name":"A","value":NaN}]}',
        b'{"parameterValues":[{"name":"A","value":1e999999999999999999999}]}',
        b'{"parameterValues":[{"name":"A","value":' + b"9" * 5_000 + b"}]}",
        b'{"parameterValues":[{"name":"A","value":' + b"[" * 50_000 + b"]" * 50_000 + b"}]}",
        b"<string>1</string>",
    ],
)
def test_a_body_that_is_not_the_json_asked_for_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest, match="body"):
        read_json(RUN_PROCESS, body)
