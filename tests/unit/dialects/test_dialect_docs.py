"""docs/dialects.md has a row for each name that is known, and none for any other."""

import re
from pathlib import Path

import pytest

from procession.dialects import ROWS, Meaning, Vendor

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
SOURCES = [path.read_text() for path in (ROOT / "src/procession/dialects").glob("*.py")]


def rows(prefix: str) -> dict[str, str]:
    """The names of a vendor in the first column of any table, with their rows."""
    found = {}
    for line in PAGE.splitlines():
        first = line.split(" | ")[0]
        for name in re.findall(rf"`(<?{prefix}:\w+>?)`", first if line[:2] == "| " else ""):
            assert name not in found, f"{name} has two rows"
            found[name] = line
    return found


@pytest.mark.parametrize("vendor", [Vendor.CAMUNDA, Vendor.ZEEBE, Vendor.FLOWABLE])
def test_each_known_name_has_a_row_and_each_row_a_known_name(vendor: Vendor) -> None:
    known = ROWS[vendor]
    attributes = {f"{vendor}:{name}" for name in known.attributes}
    elements = {f"<{vendor}:{name}>" for name in known.elements}

    assert rows(vendor).keys() == attributes | elements


@pytest.mark.parametrize("vendor", [Vendor.CAMUNDA, Vendor.ZEEBE, Vendor.FLOWABLE])
def test_a_row_says_what_becomes_of_the_name(vendor: Vendor) -> None:
    words = {
        Meaning.SAME: "no difference",
        Meaning.SKIPPED: "a warning",
        Meaning.REFUSED: "refused",
    }
    known = ROWS[vendor]
    names = {f"{vendor}:{name}": each for name, each in known.attributes.items()}
    names |= {f"<{vendor}:{name}>": each for name, each in known.elements.items()}

    silent = [
        name
        for name, meanings in names.items()
        for meaning in set(meanings.values()) - {Meaning.READ}
        if words[meaning] not in rows(vendor)[name]
    ]

    assert silent == []


def test_activiti_is_read_as_flowable_is() -> None:
    assert ROWS[Vendor.ACTIVITI] is ROWS[Vendor.FLOWABLE]


def test_each_code_has_a_row() -> None:
    codes = set(re.findall(r'"((?:dialect|java)-[a-z-]+)"', "".join(SOURCES)))
    table = PAGE.split("## Variables")[0]

    assert set(re.findall(r"`((?:dialect|java)-[a-z-]+)`", table)) == codes
