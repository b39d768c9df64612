"""What a text may name, while it is compiled, and what it is compiled to.

Rule: a name may hold spaces and signs, so what is known decides where it ends: the longest known
name wins (DMN 1.3, 10.3.1.4). A closure can reach nothing but FEEL values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from procession.core.values import DataType, Kind, Value
from procession.feel.budget import Frame
from procession.feel.tokens import Token, words_of

Run = Callable[[Frame], Value]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a value before it exists: the names of its entries, and a list's items."""

    entries: "Mapping[str, Shape] | None" = None
    item: "Shape | None" = None

    @property
    def names(self) -> "Mapping[str, Shape]":
        """The entries that can be reached from it; through a list, those of its items."""
        if self.entries is None and self.item is not None:
            return self.item.names
        return self.entries or {}


UNKNOWN = Shape()


def shape_of(kind: Kind) -> Shape:
    """The shape of a process's parameter."""
    if kind.type is not DataType.COLLECTION:
        return UNKNOWN
    return Shape(item=Shape({column.code: UNKNOWN for column in kind.columns}))


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression. `constant`: it reads no name, so it was computed already."""

    run: Run
    shape: Shape = UNKNOWN
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for."""

    run: Run
    shape: Shape = UNKNOWN


class Names:
    """Names of one layer, found by their first word; the longest first.

    `others` are known, too, but stand nowhere in the text.
    """

    def __init__(self, names: Mapping[str, Named], others: Iterable[str] = ()) -> None:
        self._others = others
        self._by_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._named: dict[str, Named] = {}
        for name, named in names.items():
            self.add(name, named)

    def add(self, name: str, named: Named) -> None:
        """Makes a name known from here on."""
        words = words_of(name)
        if not words:
            return
        if name not in self._named:
            found = self._by_word.setdefault(words[0], [])
            found.append((words, name))
            found.sort(key=lambda each: -len(each[0]))
        self._named[name] = named

    def match(self, tokens: Sequence[Token], position: int) -> tuple[int, str] | None:
        """How many tokens at a position are a known name, and which."""
        for words, name in self._by_word.get(tokens[position].text, ()):
            size = len(words)
            if size == 1 or written(tokens[position : position + size]) == words:
                return size, name
        return None

    def __getitem__(self, name: str) -> Named:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return chain(self._named, self._others)

    def __contains__(self, name: str) -> bool:
        return name in self._named


def written(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The texts of tokens; that of a string is no part of a name."""
    return tuple("" if token.kind == "string" else token.text for token in tokens)


@dataclass(slots=True)
class Layer:
    """Names that became known together. `item`: the slot of a filter's item, which hides others."""

    names: Names
    item: int | None = None


@dataclass(slots=True)
class Scope:
    """The layers of names that are visible where the compiler stands, the innermost last."""

    layers: list[Layer]
    slots: int = 0
    folding: Frame = field(default_factory=lambda: Frame({}))

    def slot(self) -> int:
        """A place for a local value that no other name has."""
        self.slots += 1
        return self.slots

    def match(self, tokens: Sequence[Token], position: int) -> tuple[int, str, int] | None:
        """The longest known name at a position: its size, itself and the index of its layer."""
        best: tuple[int, str, int] | None = None
        for index in range(len(self.layers) - 1, -1, -1):
            found = self.layers[index].names.match(tokens, position)
            if found and (best is None or found[0] > best[0]):
                best = (*found, index)
        return best

    def items_above(self, index: int) -> list[int]:
        """The slots of the filters' items that stand further in than a layer, innermost first."""
        above = self.layers[index + 1 :]
        return [layer.item for layer in reversed(above) if layer.item is not None]

    def known(self) -> set[str]:
        """All names, for a message."""
        return {name for layer in self.layers for name in layer.names}


def local(slot: int) -> Run:
    """Reads a local value."""
    return lambda frame: frame.locals.get(slot)
