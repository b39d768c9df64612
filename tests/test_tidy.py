"""The house rules that a machine can check (docs/style.md), read from the source by `ast`.

Each test lists all offenders with file and line. An exception stands in a table at the top, where a
reviewer sees it; there is no way to silence a rule from within a file.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "procession"
PYTHON_FOLDERS = ("src", "tests", "bench", "scripts")

# A module imports from lower floors and from its own folder only.
FLOORS = {
    "errors": 0,
    "client": 0,  # it knows the contract, nothing of the engine
    "core": 1,
    "bpmn": 2,
    "expressions": 2,
    "feel": 2,
    "javascript": 2,
    "connectors": 2,
    "stores": 2,
    "juel": 2.5,  # counts, compares and is bounded as our own expressions are
    "dialects": 2.75,  # writes what bpmn reads, and looks for names as FEEL and JUEL do
    "dmn": 2.5,  # reads XML as bpmn does, and is made of FEEL
    "engine": 3,
    "kept": 3,
    "worker": 3,
    "settings": 3,
    "sign_on": 3,
    "accounts": 3,
    "access": 3,
    "audit": 3,
    "keys": 3,
    "people": 3,
    "passwords": 3,
    "throttle": 3,
    "review": 2,
    "reviewing": 3,
    "collector": 3,
    "catalog": 3,
    "endless": 3,
    "webhooks": 3,
    "deliveries": 3,
    "calls": 3,
    "together": 3,
    "messages": 3,
    "signals": 3,
    "starts": 3,
    "running": 3,
    "triggers": 3,
    "decisions": 3,
    "data_stores": 3,
    "conflicts": 3,
    "views": 3,
    "finding": 3,
    "inputs": 3,
    "starting": 3,
    "compose": 3,
    "web": 4,
    "testing": 4.5,  # a service within a test
    "mcp": 4,  # it stands in front of a service, not in it
    "cli": 5,  # it starts the service
    "__main__": 6,
}

# Likewise inside the core; those on one line do not know each other.
CORE_FLOORS = [
    {"change", "ids", "values"},
    {"model", "scope_changes", "zones"},
    {"changes", "cron"},
    {"schedules"},
    {"commands"},
    {"instance"},
    {"joins", "scope_appliers", "variables", "correlation", "data_stores"},
    {"apply"},
    {"turn"},
    {"compensating"},
    {"catching", "throwing"},
    {"behaviours"},
    {"activities"},
    {"loops"},
    {"leaving"},
    {"occurring"},
    {"steps"},
    {"decide"},
]

# What floors 1 and 2 must not know: the same input gives the same output.
PURE = ("core", "bpmn", "expressions", "feel", "juel", "javascript", "dmn", "dialects")
IMPURE_MODULES = {"time", "random", "secrets", "logging", "structlog", "asyncio", "threading", "os"}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "getLogger", "get_logger", "open"}
# An expression's budget of time needs a clock; its value never reaches a process.
IMPURE_ALLOWED = {"expressions/budget.py": {"time"}, "feel/budget.py": {"time"}}

# Around work outside and turns of others, at the edge, and around code of the user's own.
CATCHES_EVERYTHING = ("worker.py", "together.py", "web/app.py", "connectors/handlers.py")

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
FUNCTION_LINES_MEDIAN_MAX = 10
POSITIONAL_MAX = 4
# Shapes that are another library's.
POSITIONAL_ALLOWED = {"connectors/addresses.py::connect_tcp"}
# "path::function": the lines it has today; it may shrink, never grow.
LONGER_TODAY: dict[str, int] = {}

VAGUE_WORDS = {"data", "info", "manager", "helper", "helpers", "util", "utils", "impl"}
VAGUE_VERBS = ("process_", "do_")
# Where those words are BPMN's, Creatio's or Python's own.
VAGUE_ALLOWED = {"settings.py": {"data"}, "compose.py": {"data"}, "dmn/model.py": {"data"}}
DOMAIN_WORDS = re.compile(
    r"(add|read)_data|data_(type|folder|connector|path|stores?)|execution_data|error_info|process_(id|uid|name|row)"
)


class Function(NamedTuple):
    """A function or method and where it stands."""

    path: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    def __str__(self) -> str:
        return f"{self.path}:{self.node.lineno} {self.node.name}"

    @property
    def length(self) -> int:
        return (self.node.end_lineno or self.node.lineno) - self.node.lineno + 1


def expect_none(wrong: Iterable[str]) -> None:
    """Fails with one offender a line, as an editor can follow it."""
    lines = list(wrong)
    assert not lines, "\n".join(["", *lines])


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def sources() -> list[Path]:
    return python_files("src/procession")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else ROOT).as_posix()


def module_name(path: Path) -> str:
    """The dotted name within `procession`: "" for the package itself, "core.values", "web"."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(*folders: str) -> Iterator[Function]:
    for path in python_files(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Function(relative(path), node)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that a file imports; `from a import b` gives a and a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}:{node.lineno} write the import in full"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def own_imports(path: Path) -> Iterator[tuple[int, str]]:
    """The same, of Procession's own modules only and without the package's name."""
    for line, name in imports(path):
        if name.startswith("procession."):
            yield line, name.removeprefix("procession.")


def test_a_module_imports_from_lower_floors_and_its_own_folder_only() -> None:
    wrong = []
    for path in sources():
        mine = module_name(path).split(".")[0]
        for line, name in own_imports(path):
            theirs = name.split(".")[0]
            if theirs not in FLOORS or not mine:
                continue
            same_folder = mine == theirs or FLOORS[mine] == FLOORS[theirs] == 3
            if not same_folder and FLOORS[theirs] >= FLOORS[mine]:
                wrong.append(f"{relative(path)}:{line} imports {name}")
    expect_none(wrong)


def test_every_module_stands_on_a_floor() -> None:
    tops = {module_name(path).split(".")[0] for path in sources()} - {""}

    expect_none(tops - FLOORS.keys())


def test_the_core_has_one_direction() -> None:
    floor = {name: number for number, names in enumerate(CORE_FLOORS) for name in names}
    wrong = []
    for path in python_files("src/procession/core"):
        mine = module_name(path).split(".")[1:2]
        for line, name in own_imports(path):
            theirs = name.split(".")[1:2]
            if name.startswith("core.") and mine and theirs[0] in floor and theirs != mine:
                wrong += [f"{relative(path)}:{line} {name}"] * (floor[theirs[0]] >= floor[mine[0]])
    expect_none(wrong)


def test_what_is_pure_knows_no_clock_no_chance_and_no_log() -> None:
    wrong = []
    for path in python_files(*(f"src/procession/{folder}" for folder in PURE)):
        allowed = IMPURE_ALLOWED.get(relative(path), set())
        found = [(line, name) for line, name in imports(path) if name in IMPURE_MODULES]
        found += [(node.lineno, name) for node, name in calls(path) if name in IMPURE_CALLS]
        wrong += [f"{relative(path)}:{line} {name}" for line, name in found if name not in allowed]
    expect_none(wrong)


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last part of the name that is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node, node.func.id
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def test_everything_is_caught_in_the_agreed_places_only() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in sources()
        if relative(path) not in CATCHES_EVERYTHING
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]
    expect_none(wrong)


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_nothing_is_printed_outside_the_command_line() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}"
        for path in sources()
        if not relative(path).startswith("cli")
        for node, name in calls(path)
        if name == "print"
    ]
    expect_none(wrong)


def test_a_file_has_at_most_400_lines() -> None:
    lengths = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*PYTHON_FOLDERS)
    }
    expect_none(f"{path}: {lines}" for path, lines in lengths.items() if lines > FILE_LINES_MAX)


def test_a_function_has_at_most_50_lines() -> None:
    found = {
        f"{function.path}::{function.node.name}": function.length
        for function in functions(*PYTHON_FOLDERS)
        if function.length > FUNCTION_LINES_MAX
    }
    expect_none(f"{f}: {size}" for f, size in found.items() if size > LONGER_TODAY.get(f, 0))
    expect_none(f"{f} is short now: take it out" for f in LONGER_TODAY.keys() - found.keys())


def test_half_of_the_functions_have_less_than_10_lines() -> None:
    assert median(function.length for function in functions("src")) < FUNCTION_LINES_MEDIAN_MAX


def test_a_function_takes_at_most_4_positional_parameters() -> None:
    wrong = [
        f"{function}({', '.join(names)})"
        for function in functions("src")
        if len(names := positional(function.node)) > POSITIONAL_MAX
        and f"{function.path}::{function.node.name}" not in POSITIONAL_ALLOWED
    ]
    expect_none(wrong)


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_names_say_what_a_thing_is() -> None:
    wrong = [
        f"{relative(path)}:{line} {name}"
        for path in sources()
        for line, name in defined_names(tree(path))
        if VAGUE_WORDS & set(words(name)) - VAGUE_ALLOWED.get(relative(path), set())
    ]
    wrong += [str(function) for function in functions("src") if vague_verb(function.node.name)]
    expect_none(wrong)


def vague_verb(name: str) -> bool:
    return DOMAIN_WORDS.sub("", name.lstrip("_")).startswith(VAGUE_VERBS)


def words(name: str) -> list[str]:
    """The words of a name in snake or camel case, without those of the domain."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return DOMAIN_WORDS.sub("", snake).split("_")


def defined_names(node: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that the file itself gives: functions, classes, parameters, variables, fields."""
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield part.lineno, part.name
        if isinstance(part, ast.arg):
            yield part.lineno, part.arg
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.lineno, part.id


def test_every_module_says_what_lives_there() -> None:
    silent = [
        relative(path)
        for path in python_files(*PYTHON_FOLDERS)
        if tree(path).body and not ast.get_docstring(tree(path))
    ]
    expect_none(silent)


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")
    files = [*python_files(*PYTHON_FOLDERS), ROOT / "Makefile", *ROOT.glob("*.md")]
    files += sorted((ROOT / "docs").rglob("*.md"))
    wrong = [
        f"{relative(path)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if later.search(line)
    ]
    expect_none(wrong)


def test_every_module_is_used() -> None:
    used = {name for path in sources() for _, name in own_imports(path)}
    modules = {module_name(path) for path in sources()} - {"", "__main__", "cli", "testing.plugin"}
    # A package is used when one of its modules is.
    unused = {
        name for name in modules if not any(u == name or u.startswith(f"{name}.") for u in used)
    }

    expect_none(unused)
