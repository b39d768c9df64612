"""A filter selects the rows that it says, whatever it is made of, of those that one may see."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.errors import BadRequest
from procession.stores.logs import Question, Seer
from procession.stores.sqlite_logs import SqliteLogs
from procession.web.odata.expressions import DEPTH_MAX, TERMS_MAX
from procession.web.odata.model import LIBRARY, RUN, STATUS, VISIT, EntityType
from procession.web.odata.options import Options
from procession.web.odata.parsing import read_expansions, read_filter, read_orders
from procession.web.odata.statements import EXPAND_DEPTH_MAX
from tests.unit.odata.filters import Filter, filters, value
from tests.unit.odata.log_file import (
    ALL,
    EVERYBODY,
    NONE,
    Rows,
    all_rows,
    describe,
    fill,
    opened,
    page,
)

RUNS = 24
WITHIN = {
    "SysProcessLog": "Status,SysSchema,Owner,Parent($expand=Status)",
    "SysProcessElementLog": "Status,Owner,SysProcess($expand=SysSchema)",
}
STATUSES = ["ed2ae277-b6e2-df11-971b-001d60e938c6", "f942c08d-b6e2-df11-971b-001d60e938c6"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    fill(path, RUNS)
    return path


@pytest.fixture(scope="module")
def logs(path: Path) -> Iterator[SqliteLogs]:
    with opened(path) as logs:
        yield logs


def everything(logs: SqliteLogs, entity: EntityType) -> Rows:
    return all_rows(logs, entity, Options(expansions=read_expansions(WITHIN[entity.name])))


def selected(logs: SqliteLogs, entity: EntityType, text: str) -> list[str]:
    options = Options(filter=read_filter(text), columns=["Id"])
    return sorted(str(row["Id"]) for row in all_rows(logs, entity, options))


RUN_FILTERS = filters(
    texts=["Name", "ErrorDescription", "Status/Name", "SysSchema/Name", "SysSchema/Caption",
           "Owner/Name", "Parent/Name", "Parent/Status/Name"],
    guids=["StatusId", "ParentId", "Status/Id", "Parent/StatusId"],
    moments=["StartDate", "CompleteDate", "Parent/StartDate"],
    numbers=["Version", "Status/Value", "DurationInMilliseconds", "DurationInMinutes"],
    known_guids=STATUSES,
)  # fmt: skip
VISIT_FILTERS = filters(
    texts=["Code", "Caption", "ErrorDescription", "Status/Name", "SysProcess/SysSchema/Name"],
    guids=["StatusId", "SchemaElementUId", "SysProcess/StatusId"],
    moments=["StartDate", "CompleteDate", "SysProcess/StartDate"],
    numbers=["Status/Value", "DurationInMilliseconds", "SysProcess/Version"],
    known_guids=[*STATUSES, "00000000-0000-0000-0000-000000000002"],
)
RANDOM = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RANDOM
@given(RUN_FILTERS)
def test_a_filter_selects_the_runs_that_it_says(logs: SqliteLogs, wanted: Filter) -> None:
    text, holds = wanted

    expected = sorted(str(row["Id"]) for row in everything(logs, RUN) if holds(row))
    assert selected(logs, RUN, text) == expected


@RANDOM
@given(VISIT_FILTERS)
def test_a_filter_selects_the_visits_that_it_says(logs: SqliteLogs, wanted: Filter) -> None:
    text, holds = wanted

    expected = sorted(str(row["Id"]) for row in everything(logs, VISIT) if holds(row))
    assert selected(logs, VISIT, text) == expected


@RANDOM
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Name", "CompleteDate", "ParentId", "Owner/Name", "Version", "Id"]),
            st.booleans(),
        ),
        max_size=3,
    ),
    st.integers(1, 30),
    st.none() | st.integers(0, 30),
)
def test_pages_are_one_after_the_other_the_whole_list(
    logs: SqliteLogs, keys: list[tuple[str, bool]], size: int, top: int | None
) -> None:
    text = ",".join(f"{path} {'desc' if descending else 'asc'}" for path, descending in keys)
    options = Options(
        orders=read_orders(text) if text else (),
        expansions=read_expansions("Owner"),
        page=size,
        top=top,
    )

    rows = all_rows(logs, RUN, options)

    expected = sorted(everything(logs, RUN), key=lambda row: str(row["Id"]))
    last = keys[-1][1] if keys else False
    expected.sort(key=lambda row: str(row["Id"]), reverse=last)
    for name, descending in reversed(keys):
        expected.sort(key=lambda row: ordered(value(row, name)), reverse=descending)
    assert [row["Id"] for row in rows] == [row["Id"] for row in expected][:top]


def ordered(found: object) -> tuple[bool, object]:
    """Null comes first."""
    return (found is not None, found or "")


def test_a_page_does_not_shift_when_a_run_begins_meanwhile(tmp_path: Path) -> None:
    ids = fill(tmp_path / "log.sqlite", 6)
    newest_first = Options(orders=read_orders("StartDate desc"), page=4)
    with opened(tmp_path / "log.sqlite") as logs:
        first, after, count = page(logs, RUN, newest_first)
        fill_more(tmp_path / "log.sqlite")
        rest, _, grown = page(logs, RUN, Options(orders=newest_first.orders, page=4, after=after))

    assert [row["Id"] for row in [*first, *rest]] == sorted(ids, reverse=True)
    assert (count, grown) == (6, 7)


def fill_more(path: Path) -> None:
    """One run more, the newest of all."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "insert into instance select 'ffffffff-0000-8000-8000-000000000000', process, version, "
            "status, revision, caller, parent, 9000000000000, changed_at, ended_at, body "
            "from instance limit 1"
        )
    connection.close()


@pytest.mark.parametrize(
    ("seer", "callers", "processes"),
    [
        (Seer("Eve", NONE, NONE), set(), set()),
        (Seer("Eve", ALL, NONE), {"Ann", "Bób", "O'Neil"}, {"UsrA", "UsrÜ"}),
        (Seer("Bób", NONE, NONE), {"Bób"}, set()),
        (Seer("Eve", NONE, ALL), set(), {"UsrA", "UsrÜ"}),
        (Seer("Eve", (False, frozenset({"UsrÜ"})), NONE), {"O'Neil"}, {"UsrÜ"}),
        (Seer("Eve", (True, frozenset({"UsrÜ"})), NONE), {"Ann", "Bób"}, {"UsrA"}),
    ],
)
def test_one_sees_the_runs_of_visible_processes_and_ones_own_and_nothing_else(
    logs: SqliteLogs, seer: Seer, callers: set[str], processes: set[str]
) -> None:
    runs, _, count = page(logs, RUN, Options(expansions=read_expansions("Owner,Parent")), seer)
    visits, _, _ = page(logs, VISIT, Options(expansions=read_expansions("SysProcess,Owner")), seer)
    library, _, _ = page(logs, LIBRARY, Options(), seer)

    seen = {row["Id"] for row in runs}
    assert {value(row, "Owner/Name") for row in runs} == callers
    assert count == len(runs)
    assert {value(row, "Owner/Name") for row in visits} == callers
    assert {row["SysProcessId"] for row in visits} == seen
    assert all(value(row, "SysProcess/Id") == row["SysProcessId"] for row in visits)
    assert {value(row, "Parent/Id") for row in runs} - {None} <= seen
    assert {row["Name"] for row in library} == processes


def test_a_hidden_run_cannot_be_guessed_by_what_leads_to_it(logs: SqliteLogs) -> None:
    bob = Seer("Bób", NONE, NONE)
    hidden = "contains(Parent/Name,'First')"
    options = Options(filter=read_filter(hidden), columns=["Id"])

    assert page(logs, RUN, options)[2] > 0
    assert page(logs, RUN, options, bob)[2] == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Nme eq 'x'", "no column Nme"),
        ("Status eq 1", "Status/Id"),
        ("Name/x eq 1", "leads nowhere"),
        ("Owner/Name/x eq 1", "leads to no other row"),
        ("Id eq 'x'", "without quotes"),
        ("StartDate gt '2026-01-01'", "without quotes"),
        ("Name", "not a condition"),
        ("Version and Name eq 'x'", "not a condition"),
        ("contains(Version,'x')", "contains takes Edm.String"),
        ("contains(Name)", "takes 2 arguments"),
        ("year(StartDate) eq 1", "not offered"),
        ("Parent/Parent/Parent/Parent/Name eq 'x'", "more than 4 steps"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    logs: SqliteLogs, text: str, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=complaint):
        selected(logs, RUN, text)


def test_a_filter_at_its_bounds_is_answered_and_one_beyond_is_refused(logs: SqliteLogs) -> None:
    deepest = "not (" * (DEPTH_MAX - 2) + "Version eq 1" + ")" * (DEPTH_MAX - 2)
    assert selected(logs, RUN, deepest)
    with pytest.raises(BadRequest, match="nests deeper"):
        selected(logs, RUN, f"not (not (not ({deepest})))")
    terms = " or ".join(["Parent/Parent/Status/Value eq 9"] * (TERMS_MAX // 3 - 1))
    assert selected(logs, RUN, terms) == []
    with pytest.raises(BadRequest, match="more than"):
        selected(logs, RUN, f"{terms} or Version in ({','.join('123456789')})")


def test_expansions_nest_to_their_bound(logs: SqliteLogs) -> None:
    def nested(depth: int) -> str:
        return "Parent" if depth == 1 else f"Parent($expand={nested(depth - 1)})"

    options = Options(expansions=read_expansions(nested(EXPAND_DEPTH_MAX)))
    assert page(logs, RUN, options)[2] == RUNS
    with pytest.raises(BadRequest, match="nests deeper"):
        page(logs, RUN, Options(expansions=read_expansions(nested(EXPAND_DEPTH_MAX + 1))))


def test_there_are_the_six_statuses_of_the_original(logs: SqliteLogs) -> None:
    rows, _, _ = page(logs, STATUS, Options(orders=read_orders("Value")))

    assert [row["Name"] for row in rows] == [
        *("Inactive", "Running", "Completed", "Error", "Canceled", "Canceling")
    ]


async def test_a_question_that_takes_too_long_is_ended_and_the_next_one_is_answered(
    path: Path,
) -> None:
    with opened(path) as logs:
        endless = "with recursive n (x) as (select 1 union all select x + 1 from n) select x from n"
        slow = Question(f"select count(*) from ({endless})", {})
        with pytest.raises(TimeoutError):
            await logs.ask([slow], EVERYBODY, describe, seconds=0.1)
        quick = Question("select 1", {})
        assert await logs.ask([quick], EVERYBODY, describe, seconds=5) == [[(1,)]]
