"""Who may do what, over a store: grants, roles, own runs, limits, and how soon a change counts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from procession.access import Duty, Principal
from procession.accounts import Accounts
from procession.errors import (
    BadValue,
    Forbidden,
    Rejected,
    UnknownProcess,
    UnknownRole,
    UnknownUser,
)
from procession.settings import Settings
from procession.stores.people import ADMINISTRATORS, ALL_EMPLOYEES, Grant, Kind
from procession.stores.sqlite import FILE_NAME, SqliteStore

ROOT, ANN, BOB = Principal("Root"), Principal("Ann"), Principal("Bob")
ADMINISTRATION = (Duty.DEPLOY, Duty.OPERATE, Duty.ADMINISTER)


@pytest.fixture
async def elsewhere(tmp_path: Path, accounts: Accounts) -> AsyncIterator[Accounts]:
    """The accounts of another program on the same store."""
    store = SqliteStore(tmp_path / FILE_NAME)
    other = Accounts(store, Settings())
    yield other
    other.close()
    await store.close()


async def test_everybody_may_run_and_see_every_process_until_that_is_taken_back(
    accounts: Accounts,
) -> None:
    may = accounts.access.may
    assert may(ANN, Duty.RUN, "UsrOpen")
    assert may(ANN, Duty.SEE, "UsrOpen")
    assert not may(ANN, Duty.CANCEL, "UsrOpen")

    await accounts.people.withdraw(Grant("run", Kind.ROLE, ALL_EMPLOYEES), by=ROOT)

    assert not may(ANN, Duty.RUN, "UsrOpen")
    assert may(ANN, Duty.SEE, "UsrOpen")


async def test_nobody_administers_but_the_first_user(accounts: Accounts) -> None:
    for duty in ADMINISTRATION:
        assert accounts.access.may(ROOT, duty)
        assert not accounts.access.may(ANN, duty)


async def test_who_started_a_run_may_see_it_go_on_with_it_and_cancel_it(accounts: Accounts) -> None:
    await accounts.people.grant(Grant("see", Kind.USER, "Bob", "UsrPay"), by=ROOT)
    may = accounts.access.may

    for duty in (Duty.RUN, Duty.SEE, Duty.CANCEL):
        assert may(ANN, duty, "UsrPay", started_by="Ann")
        assert not may(ANN, duty, "UsrPay", started_by="Bob")
        assert not may(Principal(""), duty, "UsrPay", started_by="")
    assert not may(ANN, Duty.OPERATE, "UsrPay", started_by="Ann")


async def test_a_process_with_grants_of_its_own_is_for_those_alone(accounts: Accounts) -> None:
    await accounts.people.grant(Grant("run", Kind.USER, "Bob", "UsrPay"), by=ROOT)
    may = accounts.access.may

    assert may(BOB, Duty.RUN, "UsrPay")
    assert not may(ANN, Duty.RUN, "UsrPay")
    assert not may(BOB, Duty.SEE, "UsrPay")
    assert may(ANN, Duty.RUN, "UsrOpen")
    assert may(ROOT, Duty.RUN, "UsrPay")

    await accounts.people.withdraw(Grant("run", Kind.USER, "Bob", "UsrPay"), by=ROOT)
    assert may(ANN, Duty.RUN, "UsrPay")


async def test_a_role_hands_its_rights_to_its_members(accounts: Accounts) -> None:
    await accounts.people.add_role("Accounting", by=ROOT)
    await accounts.people.grant(Grant("operate", Kind.ROLE, "Accounting"), by=ROOT)
    await accounts.people.grant(Grant("run", Kind.ROLE, "Accounting", "UsrPay"), by=ROOT)
    await accounts.people.add_member("Accounting", "Ann", by=ROOT)

    assert accounts.access.may(ANN, Duty.OPERATE)
    assert accounts.access.may(ANN, Duty.RUN, "UsrPay")
    assert not accounts.access.may(BOB, Duty.OPERATE)

    await accounts.people.remove_member("Accounting", "Ann", by=ROOT)
    assert not accounts.access.may(ANN, Duty.OPERATE)
    await accounts.people.add_member("Accounting", "Bob", by=ROOT)
    await accounts.people.remove_role("Accounting", by=ROOT)
    assert not accounts.access.may(BOB, Duty.OPERATE)
    assert accounts.access.may(ANN, Duty.RUN, "UsrPay")


async def test_a_role_and_a_user_of_one_name_are_two(accounts: Accounts) -> None:
    await accounts.people.add_role("Ann", by=ROOT)
    await accounts.people.grant(Grant("deploy", Kind.ROLE, "Ann"), by=ROOT)

    assert not accounts.access.may(ANN, Duty.DEPLOY)


async def test_limits_take_away_and_never_add(accounts: Accounts) -> None:
    root = Principal("Root", frozenset({Duty.SEE, Duty.DEPLOY}))
    ann = Principal("Ann", frozenset({Duty.SEE, Duty.DEPLOY}))
    may = accounts.access.may

    assert may(root, Duty.DEPLOY)
    assert not may(root, Duty.RUN, "UsrOpen")
    assert not may(root, Duty.RUN, "UsrOpen", started_by="Root")
    assert may(ann, Duty.SEE, "UsrOpen")
    assert not may(ann, Duty.DEPLOY)


async def test_a_refused_try_says_what_would_help_and_is_noted(
    accounts: Accounts, store: SqliteStore
) -> None:
    limited = Principal("Root", frozenset({Duty.SEE}), address="10.0.0.1", means="key nightly")

    with pytest.raises(Forbidden, match="Ann may not deploy; an administrator can grant it"):
        accounts.access.require(ANN, Duty.DEPLOY)
    with pytest.raises(Forbidden, match="may not run UsrPay; it is limited to: see"):
        accounts.access.require(limited, Duty.RUN, "UsrPay")
    accounts.access.require(ANN, Duty.RUN, "UsrPay")

    await accounts.audit.flush()
    entries = [entry for _, entry in await store.people.audit(limit=10)]
    assert [(entry.who, entry.action, entry.subject) for entry in entries] == [
        ("Root (key nightly)", "run", "UsrPay"),
        ("Ann", "deploy", ""),
    ]
    assert entries[0].address == "10.0.0.1"
    assert all(entry.refused for entry in entries)


async def test_a_right_that_another_program_withdraws_is_gone_at_the_next_call(
    accounts: Accounts, elsewhere: Accounts
) -> None:
    assert accounts.access.may(ANN, Duty.RUN, "UsrPay")

    await elsewhere.people.withdraw(Grant("run", Kind.ROLE, ALL_EMPLOYEES), by=ROOT)

    assert not accounts.access.may(ANN, Duty.RUN, "UsrPay")


async def test_the_reach_of_a_duty_is_what_may_says_process_by_process(accounts: Accounts) -> None:
    await accounts.people.grant(Grant("see", Kind.USER, "Bob", "UsrPay"), by=ROOT)
    limited = Principal("Root", frozenset({Duty.RUN}))

    for principal in (ROOT, ANN, BOB, limited):
        reach = accounts.access.reach(principal, Duty.SEE)
        for process in ("UsrOpen", "UsrPay", "UsrElse"):
            assert (process in reach) == accounts.access.may(principal, Duty.SEE, process)

    await accounts.people.withdraw(Grant("see", Kind.ROLE, ALL_EMPLOYEES), by=ROOT)
    reach = accounts.access.reach(BOB, Duty.SEE)
    assert (reach.everywhere, reach.named) == (False, frozenset({"UsrPay"}))


async def test_the_administrators_are_never_none(accounts: Accounts) -> None:
    with pytest.raises(Rejected, match="the only one"):
        await accounts.people.remove_member(ADMINISTRATORS, "Root", by=ROOT)
    await accounts.people.add_member(ADMINISTRATORS, "Ann", by=ROOT)
    await accounts.disable("Ann")
    with pytest.raises(Rejected, match="the only one"):
        await accounts.people.remove_member(ADMINISTRATORS, "Root", by=ROOT)

    await accounts.enable("Ann")
    await accounts.people.remove_member(ADMINISTRATORS, "Root", by=ROOT)

    assert accounts.access.may(ANN, Duty.ADMINISTER)
    assert not accounts.access.may(ROOT, Duty.ADMINISTER)


@pytest.mark.parametrize(
    ("grant", "refusal"),
    [
        (Grant("dance", Kind.USER, "Ann"), BadValue),
        (Grant("deploy", Kind.USER, "Ann", "UsrPay"), BadValue),
        (Grant("run", Kind.USER, "Nobody"), UnknownUser),
        (Grant("run", Kind.ROLE, "Nothing"), UnknownRole),
        (Grant("run", Kind.USER, "Ann", "UsrPya"), UnknownProcess),
        (Grant("run", Kind.USER, "\ud800"), Exception),
    ],
)
async def test_a_grant_that_means_nothing_is_refused(
    grant: Grant, refusal: type[Exception], accounts: Accounts, store: SqliteStore
) -> None:
    before = await store.people.grants()

    with pytest.raises(refusal):
        await accounts.people.grant(grant, by=ROOT)

    assert await store.people.grants() == before
    assert await store.people.audit(limit=10) == []


async def test_what_was_not_granted_cannot_be_withdrawn(accounts: Accounts) -> None:
    with pytest.raises(Rejected, match="not granted"):
        await accounts.people.withdraw(Grant("run", Kind.USER, "Ann"), by=ROOT)


@pytest.mark.parametrize("name", ["", " x", "x\n", "x" * 101, ALL_EMPLOYEES])
async def test_a_role_that_cannot_be_is_refused(name: str, accounts: Accounts) -> None:
    with pytest.raises(Rejected):
        await accounts.people.add_role(name, by=ROOT)


async def test_the_built_in_roles_stay_and_everybody_is_in_one(accounts: Accounts) -> None:
    for name in (ALL_EMPLOYEES, ADMINISTRATORS):
        with pytest.raises(Rejected, match="always there"):
            await accounts.people.remove_role(name, by=ROOT)
    with pytest.raises(Rejected, match="everybody"):
        await accounts.people.add_member(ALL_EMPLOYEES, "Ann", by=ROOT)
    with pytest.raises(Rejected, match="everybody"):
        await accounts.people.remove_member(ALL_EMPLOYEES, "Ann", by=ROOT)
    with pytest.raises(UnknownUser):
        await accounts.people.add_member(ADMINISTRATORS, "Nobody", by=ROOT)
    with pytest.raises(UnknownRole):
        await accounts.people.add_member("Nothing", "Ann", by=ROOT)
    with pytest.raises(UnknownRole):
        await accounts.people.remove_role("Nothing", by=ROOT)


async def test_every_change_stands_in_the_audit_log(accounts: Accounts, store: SqliteStore) -> None:
    by = Principal("Root", address="10.0.0.1")
    people = accounts.people
    await people.add_role("Accounting", by=by)
    await people.add_member("Accounting", "Ann", by=by)
    await people.grant(Grant("run", Kind.ROLE, "Accounting", "UsrPay"), by=by)
    await people.withdraw(Grant("run", Kind.ROLE, "Accounting", "UsrPay"), by=by)
    await people.remove_member("Accounting", "Ann", by=by)
    await people.remove_role("Accounting", by=by)

    entries = [entry for _, entry in reversed(await store.people.audit(limit=10))]
    assert {(entry.who, entry.address, entry.refused) for entry in entries} == {
        ("Root", "10.0.0.1", False)
    }
    assert [(entry.action, entry.subject, entry.detail) for entry in entries] == [
        ("add role", "Accounting", ""),
        ("add member", "Accounting", "Ann"),
        ("grant", "Accounting", "run UsrPay, to the role"),
        ("withdraw", "Accounting", "run UsrPay, to the role"),
        ("remove member", "Accounting", "Ann"),
        ("remove role", "Accounting", ""),
    ]
