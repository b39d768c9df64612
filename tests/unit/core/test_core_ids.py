"""Identities: a run's GUID, and those of what is in it."""

from uuid import RFC_4122, UUID, uuid4

import pytest

from procession.core.ids import (
    ROOT,
    ElementInstanceId,
    InstanceId,
    JobId,
    element_uid,
    job_uid,
    locate,
    new_instance_id,
)

NOW_MS = 1_769_860_800_000


def test_an_instance_id_is_a_version_8_guid_whose_last_32_bits_are_zero() -> None:
    made = new_instance_id(NOW_MS, 2**42 - 1)

    assert (made.version, made.variant) == (8, RFC_4122)
    assert made.int & 0xFFFF_FFFF == 0


def test_instance_ids_sort_by_the_time_that_they_were_made_at() -> None:
    made = [new_instance_id(NOW_MS + ms, 2**42 - 1 - ms) for ms in range(3)]

    assert sorted(made) == made


def test_all_42_random_bits_make_a_difference() -> None:
    made = {new_instance_id(NOW_MS, 1 << bit) for bit in range(42)}

    assert len(made) == 42


def test_random_bits_beyond_42_are_left_out() -> None:
    assert new_instance_id(NOW_MS, 2**80 + 5) == new_instance_id(NOW_MS, 5)


@pytest.mark.parametrize("number", [0, 1, 2**31 - 1])
def test_an_element_instance_is_found_by_its_guid(number: int) -> None:
    instance = new_instance_id(NOW_MS, 42)

    found = locate(element_uid(instance, ElementInstanceId(number)))

    assert found == (instance, number)


def test_the_guid_of_the_root_is_that_of_the_run() -> None:
    instance = new_instance_id(NOW_MS, 42)

    assert element_uid(instance, ROOT) == instance


@pytest.mark.parametrize("number", [1, 2**31 - 1])
def test_a_job_has_a_guid_of_its_own_that_names_no_element_instance(number: int) -> None:
    instance = new_instance_id(NOW_MS, 42)

    uid = job_uid(instance, JobId(number))

    assert locate(uid) == (instance, None)
    assert uid != element_uid(instance, ElementInstanceId(number))


def test_any_guid_can_be_located() -> None:
    uid = uuid4()

    instance, _ = locate(uid)

    assert instance == InstanceId(UUID(int=uid.int >> 32 << 32))
