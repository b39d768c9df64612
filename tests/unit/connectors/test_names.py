"""How messages help with a name that is not there."""

import pytest

from procession.connectors.names import suggestion


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("contact", ["Contact", "Order"], "; did you mean Contact?"),
        ("Ordr", ["Order", "Orders"], "; did you mean Order or Orders?"),
        ("x", ["Order", "Contact"], "; there is Contact, Order"),
        ("zzz", [f"T{i:02}" for i in range(20)], "; there is T00, T01, T02, T03, T04, T05, T06, "
         "T07, T08, T09, T10, T11, …"),
        ("x", [], ""),
    ],
)  # fmt: skip
def test_near_names_are_suggested_or_else_those_that_there_are(
    name: str, known: list[str], words: str
) -> None:
    assert suggestion(name, known) == words
