"""Which passwords may be: their length counts, and that a guesser does not begin with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procession.errors import BadValue
from procession.passwords import checked_password


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("short", "too short"),
        ("x" * 1_001, "cannot be used"),
        ("line\nbreak here", "cannot be used"),
        ("password1", "guessed first"),
        ("PassWord1", "guessed first"),
        ("12345678", "guessed first"),
        ("hgfedcba", "guessed first"),
        ("aaaaaaaaaaaa", "different characters"),
        ("supervisor", "the user's name"),
        ("my-SuperVisor-9", "the user's name"),
        ("ＳＵＰＥＲＶＩＳＯＲ", "the user's name"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, told: str) -> None:
    with pytest.raises(BadValue, match=told):
        checked_password("Supervisor", password, length_min=8)


@pytest.mark.parametrize(
    "password", ["correct horse", "only small letters", "grün und größer", "🐎🔋📎🗝🐎🔋📎🗝"]
)
def test_nothing_is_asked_of_what_a_password_is_made_of(password: str) -> None:
    assert checked_password("Supervisor", password, length_min=8) == password


def test_a_name_of_one_or_two_letters_may_stand_in_a_password() -> None:
    assert checked_password("Al", "normal and practical", length_min=8)


@given(name=st.text(min_size=1), password=st.text())
def test_every_text_is_taken_as_it_is_or_refused(name: str, password: str) -> None:
    try:
        taken = checked_password(name, password, length_min=8)
    except BadValue:
        return

    assert taken == password
    assert len(password) >= 8
