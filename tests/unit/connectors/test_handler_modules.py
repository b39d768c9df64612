"""Handlers' modules: how they are loaded, and what is told about them at deployment."""

import sys
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from procession.connectors import HANDLER, Work
from procession.connectors.handlers import HandlerConnector, load_handlers
from procession.connectors.signatures import read_handler
from procession.core.model import Expression
from procession.errors import ConnectorError, SettingsError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder of an operator."""
    known = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


async def test_handlers_are_loaded_from_a_module_in_the_current_folder(folder: Path) -> None:
    (folder / "shop").mkdir()
    (folder / "shop" / "tasks.py").write_text(
        "from __future__ import annotations\n"
        "from decimal import Decimal\n"
        "def price(net: Decimal, rate: Decimal = Decimal('0.19')) -> Decimal:\n"
        "    return net * (1 + rate)\n"
        "HANDLERS = {'price': price}\n"
    )
    connector = HandlerConnector(load_handlers("shop.tasks"))
    values = {"name": "price", "arguments": {"net": 100}}

    assert await connector.run(Work(uuid4(), HANDLER, values)) == {"result": Decimal("119.00")}
    await connector.close()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, "the module cannot be imported: ModuleNotFoundError: No module named 'mine'"),
        ("1 / 0", "the module cannot be imported: ZeroDivisionError: division by zero"),
        ("def f(:", "the module cannot be imported: SyntaxError"),
        ("", "the module has no dictionary HANDLERS"),
        ("HANDLERS = [len]", "the module has no dictionary HANDLERS"),
        ("HANDLERS = {'a': 1}", "handlers mine: a is 1, which is no function"),
        ("HANDLERS = {1: print}", "1 is no name; write a text"),
        ("HANDLERS = {'': print}", "'' is no name"),
        ("def f(a, /): ...\nHANDLERS = {'f': f}", "f: parameter a cannot be given by name"),
        ("def f(*a): ...\nHANDLERS = {'f': f}", "f: parameter a cannot be given by name"),
        ("def f(a: 'Missing'): ...\nHANDLERS = {'f': f}", "f: name 'Missing' is not defined"),
        ("def f(a: set[int] | list[int]): ...\nHANDLERS = {'f': f}", "more than one array-like"),
    ],
)
def test_a_module_that_cannot_serve_is_told_at_the_start(
    folder: Path, source: str | None, words: str
) -> None:
    if source is not None:
        (folder / "mine.py").write_text(source)

    with pytest.raises(SettingsError) as caught:
        load_handlers("mine")

    assert words in str(caught.value)


def test_several_modules_serve_together_unless_they_share_a_name(folder: Path) -> None:
    (folder / "one.py").write_text("HANDLERS = {'a': lambda: 1}")
    (folder / "two.py").write_text("HANDLERS = {'b': lambda: 2}")
    (folder / "three.py").write_text("HANDLERS = {'b': lambda: 3}")

    assert set(load_handlers("one", "two")) == {"a", "b"}
    with pytest.raises(SettingsError, match="handlers three: b is in another module too"):
        load_handlers("two", "three")


@pytest.fixture
async def connector() -> AsyncIterator[HandlerConnector]:
    def score(amount: int, rate: float = 0.5) -> float:
        return amount * rate

    found = HandlerConnector({"score": read_handler("score", score)})
    yield found
    await found.close()


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ({"name": "score", "arguments": {"amount": Expression("A", "", lambda values: 1)}}, []),
        ({"name": "score"}, ["handler score needs 'amount'"]),
        ({"name": "scor"}, ["no handler 'scor'; did you mean score?"]),
        (
            {"name": "score", "arguments": {"amont": 1}},
            [
                "handler score takes no 'amont'; did you mean amount?",
                "handler score needs 'amount'",
            ],
        ),
        ({"name": Expression("N", "", lambda values: 1)}, []),
        ({"name": "score", "arguments": Expression("A", "", lambda values: 1)}, []),
    ],
)
async def test_at_deployment_all_that_is_wrong_is_told(
    connector: HandlerConnector, inputs: dict[str, Any], problems: list[str]
) -> None:
    assert await connector.check(inputs) == problems


async def test_an_unknown_handler_is_refused_for_good(connector: HandlerConnector) -> None:
    with pytest.raises(ConnectorError) as caught:
        await connector.run(Work(uuid4(), HANDLER, {"name": "scor", "arguments": {}}))

    assert str(caught.value) == "no handler 'scor'; did you mean score?"
    assert (caught.value.code, caught.value.retryable) == ("UnknownHandler", False)


async def test_a_service_without_handlers_says_how_to_get_them() -> None:
    problems = await HandlerConnector({}).check({"name": "score"})

    assert problems == ["no handler 'score': start the service with --handlers package.module"]
