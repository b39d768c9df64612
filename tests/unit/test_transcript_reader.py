"""The reader of transcripts itself: a mark that matches too much would prove nothing."""

from pathlib import Path

from tests.contract.transcripts import Bound, filled, matches, read

TEXT = b"""# A comment.

### First
# why
GET /{{name}}?a=b HTTP/1.1
host: {{host}}

---
HTTP/1.1 200 OK
x-process-id: {{run: guid}}

ok
next

### Second
POST /{{run + 3}} HTTP/1.1
content-length: {{length}}

a{{hex ff00}}
---
HTTP/1.1 204 No Content
x-process-id: {{run}}

"""
RUN = "0192f0c1-5a3b-8c3d-9e4f-a1b200000000"


def test_a_transcript_is_read_to_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "one.http"
    file.write_bytes(TEXT)

    first, second = read(file)

    assert (first.title, first.line) == ("First", 3)
    assert first.request == b"GET /{{name}}?a=b HTTP/1.1\r\nhost: {{host}}\r\n\r\n"
    assert first.answer == b"HTTP/1.1 200 OK\r\nx-process-id: {{run: guid}}\r\n\r\nok\nnext"
    assert (second.title, second.line) == ("Second", 15)
    assert second.request.endswith(b"\r\n\r\na{{hex ff00}}")
    assert second.answer == b"HTTP/1.1 204 No Content\r\nx-process-id: {{run}}\r\n\r\n"


def test_marks_in_a_request_are_filled() -> None:
    bound = {"run": RUN, "name": "x"}

    assert filled(b"GET /{{name}}/{{run + 3}}", bound) == (
        b"GET /x/0192f0c1-5a3b-8c3d-9e4f-a1b200000003"
    )
    assert filled(b"length {{length}}\r\n\r\na{{hex ff00}}", bound) == (
        b"length 3\r\n\r\na\xff\x00"
    )


def test_marks_in_an_answer_bind_and_must_agree() -> None:
    bound: Bound = {}

    assert matches(b"id {{run: guid}}.", f"id {RUN}.".encode(), bound)
    assert bound == {"run": RUN}
    assert matches(b"again {{run}}", f"again {RUN}".encode(), bound)
    assert not matches(b"again {{run}}", f"again {RUN[:-1]}1".encode(), bound)


def test_what_is_bound_twice_in_one_answer_must_agree() -> None:
    other = RUN[:-1] + "1"

    assert matches(b"{{run: guid}} {{run}}", f"{RUN} {RUN}".encode(), {"run": other})
    assert not matches(b"{{run: guid}} {{run}}", f"{RUN} {other}".encode(), {"run": other})


def test_anything_more_or_less_than_expected_does_not_match() -> None:
    assert not matches(b"{{run: guid}}", f"{RUN}x".encode(), {})
    assert not matches(b"a.c", b"abc", {})
    assert not matches(b"abc", b"abcd", {})
