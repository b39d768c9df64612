"""Which error gives which answer, and what it must not show."""

from collections.abc import Iterator

import pytest

from procession.errors import (
    BadValue,
    Conflict,
    ExpressionError,
    ProcessionError,
    Rejected,
    StoreUnavailable,
)
from procession.web.answers import STATUS, HttpRefusal, failed, failure_answer


def kinds(base: type[ProcessionError]) -> Iterator[type[ProcessionError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def test_every_rejection_has_its_status() -> None:
    assert {kind for kind in kinds(Rejected) if kind not in STATUS} == set()


def test_a_rejection_is_told_as_it_is() -> None:
    told = failed(BadValue("Count: 'x' is not an Integer"))

    assert told[:3] == (400, "BadValue", "Count: 'x' is not an Integer")


def test_a_rejection_that_is_new_is_told_as_its_parent() -> None:
    class Newer(BadValue):
        code = "Newer"

    assert failed(Newer("why"))[:2] == (400, "Newer")


@pytest.mark.parametrize("error", [StoreUnavailable("/srv/data: disk full"), Conflict("late")])
def test_a_store_that_fails_can_be_tried_again_and_shows_no_path(error: ProcessionError) -> None:
    told = failed(error)

    assert (told.status, told.code) == (503, "StoreUnavailable")
    assert ("retry-after", "2") in told.headers
    assert "/srv" not in told.message


@pytest.mark.parametrize("error", [ValueError("a secret"), ExpressionError("a secret"), KeyError()])
def test_a_fault_of_ours_shows_nothing(error: Exception) -> None:
    told = failed(error)

    assert (told.status, told.code) == (500, "InternalError")
    assert "secret" not in told.message


def test_a_refusal_by_form_has_its_own_headers() -> None:
    told = failed(HttpRefusal(405, "MethodNotAllowed", "use GET", ("allow", "GET")))

    answer = failure_answer(told, "0123456789abcdef")
    assert answer.status == 405
    assert ("allow", "GET") in answer.headers
    assert ("x-correlation-id", "0123456789abcdef") in answer.headers
    assert answer.body == (
        b'{"errorInfo":{"errorCode":"MethodNotAllowed","message":"use GET","stackTrace":null},'
        b'"success":false}'
    )
