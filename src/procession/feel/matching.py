"""Runs the program of a pattern over a text, all ways at once (Thompson's and Pike's machine).

Rule: each character costs at most one step for each instruction, whatever the pattern; there is no
going back, so no pattern can take more than that.
"""

from collections.abc import Iterator

from procession.feel.budget import Budget
from procession.feel.patterns import Instruction, Pattern

Groups = tuple[int, ...]
Threads = dict[int, Groups]


def matches(budget: Budget, pattern: Pattern, text: str) -> Iterator[Groups]:
    """The matches from left to right, none inside another. The pattern matches no empty text."""
    position = 0
    while position <= len(text):
        groups = first_match(budget, pattern, text, position)
        if groups is None or groups[1] == groups[0]:
            return
        yield groups
        position = groups[1]


def first_match(budget: Budget, pattern: Pattern, text: str, start: int) -> Groups | None:
    """Where the first match from `start` on begins and ends, and likewise each of its groups."""
    if pattern.literal is not None:
        index = text.find(pattern.literal, start)
        budget.spend(1 + ((len(text) if index < 0 else index) - start) // 16)
        return None if index < 0 else (index, index + len(pattern.literal))
    return _run(budget, pattern, text, start)


def _run(budget: Budget, pattern: Pattern, text: str, start: int) -> Groups | None:
    program, empty = pattern.program, (-1,) * (2 * pattern.groups + 2)
    threads: Threads = {}
    found: Groups | None = None
    for position in range(start, len(text) + 1):
        if found is None:
            _follow(pattern, threads, (0, empty), (text, position))
        elif not threads:
            break
        budget.spend(1 + len(threads))
        character = text[position : position + 1]
        after: Threads = {}
        for place, groups in threads.items():
            if place == len(program):
                # Those behind it in the order of preference have lost.
                found = groups
                break
            test = program[place].test
            if test and character and test(character):
                _follow(pattern, after, (place + 1, groups), (text, position + 1))
        threads = after
    return found


def _follow(
    pattern: Pattern, threads: Threads, thread: tuple[int, Groups], at: tuple[str, int]
) -> None:
    """Adds all places that are reached without a character, in order of preference."""
    waiting = [thread]
    while waiting:
        place, groups = waiting.pop()
        if place in threads:
            continue
        # A place is noted at once, so that an empty loop ends; only tests and the end are kept.
        threads[place] = groups
        if place == len(pattern.program):
            continue
        instruction = pattern.program[place]
        if instruction.kind == "split":
            waiting += [(instruction.second, groups), (instruction.first, groups)]
        elif instruction.kind == "jump":
            waiting.append((instruction.first, groups))
        elif instruction.kind == "save":
            index = instruction.first
            waiting.append((place + 1, (*groups[:index], at[1], *groups[index + 1 :])))
        elif instruction.kind != "test" and _holds(pattern, instruction, at):
            waiting.append((place + 1, groups))


def _holds(pattern: Pattern, instruction: Instruction, at: tuple[str, int]) -> bool:
    text, position = at
    if instruction.kind == "start":
        return position == 0 or (pattern.multiline and text[position - 1] == "\n")
    return position == len(text) or (pattern.multiline and text[position] == "\n")
