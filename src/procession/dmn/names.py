"""Hints for names that are not known."""

import difflib
from collections.abc import Iterable

from procession.bpmn.problems import NEAR_NAME_LENGTH_MAX, NEAR_NAMES_MAX, listed


def hint(name: str, names: Iterable[str]) -> str:
    """`; did you mean …?`, or what there is."""
    known = list(names)[:NEAR_NAMES_MAX]
    near = difflib.get_close_matches(name[:NEAR_NAME_LENGTH_MAX], known, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {listed(known)}" if known else "; there is none"
