"""The throttle of failed logins; the accounts themselves are tested over a store."""

import pytest

from procession.throttle import FORGOTTEN_AFTER_SECONDS, THROTTLED_MAX, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(free=3, pause_max=60, clock=clock)


def test_a_few_failures_cost_nothing(throttle: Throttle) -> None:
    for _ in range(2):
        throttle.failed("Ann")

    assert throttle.pause("Ann") == 0


def test_each_further_failure_doubles_the_pause_up_to_its_bound(
    throttle: Throttle, clock: Clock
) -> None:
    pauses = []
    for _ in range(12):
        throttle.failed("Ann")
        pauses.append(throttle.pause("Ann"))
        clock.now += throttle.pause("Ann")

    assert pauses == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_another_key_is_not_paused(throttle: Throttle) -> None:
    for _ in range(9):
        throttle.failed("Ann")

    assert throttle.pause("Bob") == 0


def test_a_success_forgets_the_failures(throttle: Throttle) -> None:
    for _ in range(9):
        throttle.failed("Ann")
    throttle.forget("Ann")

    assert throttle.pause("Ann") == 0


def test_failures_of_long_ago_do_not_count(throttle: Throttle, clock: Clock) -> None:
    for _ in range(9):
        throttle.failed("Ann")
    clock.now += FORGOTTEN_AFTER_SECONDS + 1
    throttle.failed("Ann")

    assert throttle.pause("Ann") == 0


def test_names_without_end_do_not_fill_the_memory(throttle: Throttle) -> None:
    for number in range(THROTTLED_MAX + 10):
        for _ in range(3):
            throttle.failed(f"user {number}")

    assert throttle.pause("user 0") == 0
    assert throttle.pause(f"user {THROTTLED_MAX + 9}") == 1
    assert len(throttle) == THROTTLED_MAX
