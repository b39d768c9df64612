"""The garbage collector rests while a file is read, and never longer."""

import gc
from contextlib import ExitStack

import pytest

from procession.collector import collector_at_rest
from procession.errors import InvalidProcess


def test_the_collector_rests_within_and_works_after() -> None:
    with collector_at_rest():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_the_collector_works_after_a_file_that_cannot_be_read() -> None:
    with pytest.raises(InvalidProcess), collector_at_rest():
        raise InvalidProcess([])

    assert gc.isenabled()


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_two_that_overlap_leave_the_collector_at_work(first_ends_first: bool) -> None:
    first, second = ExitStack(), ExitStack()
    first.enter_context(collector_at_rest())
    second.enter_context(collector_at_rest())

    for each in (first, second) if first_ends_first else (second, first):
        each.close()

    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with collector_at_rest():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
