"""How messages help with a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

SUGGESTIONS_MAX = 3
LISTED_MAX = 12


def suggestion(name: str, known: Iterable[str]) -> str:
    """What to add to a message about an unknown name: near names, else those that there are."""
    by_folded = {each.casefold(): each for each in known}
    if not by_folded:
        return ""
    near = get_close_matches(name.casefold(), by_folded, n=SUGGESTIONS_MAX)
    if near:
        return f"; did you mean {' or '.join(by_folded[each] for each in near)}?"
    names = sorted(by_folded.values())
    more = ", …" if len(names) > LISTED_MAX else ""
    return f"; there is {', '.join(names[:LISTED_MAX])}{more}"
