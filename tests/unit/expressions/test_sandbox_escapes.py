"""Known ways out of Python sandboxes, and that none leads anywhere here.

Each is tried as a formula and as a script. It must be refused at deployment, or fail when it runs,
with an ExpressionError; and Python's own names must never come into reach.
"""

import ast
import gc
import sys
from pathlib import Path

import pytest

import procession.expressions
from procession.core.values import Value
from procession.errors import ExpressionError
from procession.expressions import LANGUAGES, SCRIPTS
from tests.unit.expressions.expression_builders import KINDS, VALUES, failed, refused, run

FORMULAS = [
    # From a value to its class and on to everything
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "Name.__class__",
    "Amount.__class__.__base__",
    "(1).__class__",
    "[].__class__",
    "{}.__class__.__init__.__globals__",
    "Rows.__iter__",
    "Rows[0].__class__",
    "Rows[0].__dict__",
    "Any[0].Anything.__class__",
    "Any[0].Anything.real",
    "Due.__reduce__()",
    "Due.tzinfo",
    "Id.int",
    "Price.__reduce_ex__(4)",
    "(lambda: 0).__globals__",
    "(lambda: 0).__code__",
    "(lambda: 0)()",
    "len.__self__",
    "len.__call__(Name)",
    "str.join",
    "str.mro()",
    "type(Name)",
    "type('X', (), {})",
    "object",
    "object.__subclasses__()",
    # By text
    "'{0.__class__}'.format(Name)",
    "'{0.__class__.__mro__}'.format(Name)",
    "'{x.__class__}'.format_map({'x': Name})",
    "format(Name, '{0.__class__}')",
    "'%s' % Name",
    "'%(x)s' % {'x': Name}",
    "f'{Name.__class__}'",
    "f'{Name!r:{Amount}}'",
    "f'{Name:{Name.__class__}}'",
    "f'{().__class__.__bases__}'",
    "f\"{'' if eval('1') else 0}\"",
    # Functions that Python has and we do not
    "__import__('os').system('id')",
    "__builtins__",
    "__builtins__['eval']",
    "__name__",
    "__file__",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "open('/etc/passwd')",
    "getattr(Name, '__class__')",
    "setattr(Name, 'x', 1)",
    "hasattr(Name, '__class__')",
    "vars()",
    "dir()",
    "globals()",
    "locals()",
    "id(Name)",
    "hash(Name)",
    "input()",
    "breakpoint()",
    "help()",
    "memoryview(b'')",
    "bytes(10)",
    "chr(0)",
    "super()",
    "iter(Rows)",
    "next(Rows)",
    "map(len, Rows)",
    "callable(len)",
    "repr(Name)",
    # Frames and generators
    "(x for x in [1]).gi_frame",
    "(x for x in [1]).gi_code",
    "(x for x in [1]).gi_frame.f_back.f_globals",
    "[x for x in [1]].__len__()",
    "(yield)",
    "(yield from [])",
    "(await Name)",
    "[(yield x) for x in Rows]",
    "[x async for x in Rows]",
    # Python reads other alphabets' letters as the Latin ones
    "ｅval('1')",
    "𝔢𝔳𝔞𝔩('1')",
    "Name.__ｃlass__",
    "Name.＿＿class＿＿",
    "().__𝐜lass__.__bases__",
    "__ｉmport__('os')",
    # Attributes of what values really are
    "Name.encode()",
    "Name.translate({})",
    "Name.maketrans('a', 'b')",
    "Due.strftime('%s')",
    "Due.now()",
    "Day.today()",
    "Price.as_tuple()",
    "Price.copy_abs()",
    "Rows.copy()",
    "Rows[0].copy()",
    "Rows[0].fromkeys(Rows)",
    "Rows[0].popitem()",
    "Rows.append(1)",
    "Rows.sort()",
    # Keyword and star arguments
    "sorted(Rows, key=len)",
    "sorted(Rows, key=lambda row: row)",
    "max(Rows, key=str.upper)",
    "min(*Rows)",
    "sorted(**Rows[0])",
    # Other syntax
    "(x := 5)",
    "Name if (y := 1) else y",
    "not not lambda: 1",
    "{**{}}",
    "[*'ab']",
    "1 if True else exit()",
    "...",
    "b'bytes'",
    "Rows[...]",
    "Name @ Name",
    "a\\\n.b",
    "import os",
    "Amount; Amount",
    "#",
    "print('x')",
    "'\\N{LATIN SMALL LETTER A}'.__class__",
]

SCRIPTS_ONLY = [
    "import os",
    "from os import system",
    "import os as Score",
    "class A: pass",
    "class A(metaclass=type): pass",
    "@fail\ndef f():\n    return 1\nScore = f()",
    "@(lambda f: f)\ndef f():\n    return 1\nScore = f()",
    "def f(x=().__class__):\n    return x\nScore = f()",
    "def f(*a):\n    return a\nScore = f(1)",
    "def f(**a):\n    return a\nScore = f()",
    "def f() -> Name.__class__:\n    return 1\nScore = f().x",
    "def f():\n    return f.__globals__\nScore = f()",
    "def f():\n    def g():\n        return 1\n    return g\nScore = f()",
    "def f():\n    return f\nScore = f()",
    "def f():\n    yield 1\nScore = f()",
    "def len(x):\n    return 1\nScore = len(1)",
    "def Amount():\n    return 1\nScore = Amount()",
    "def f(a, a):\n    return a\nScore = f(1, 2)",
    "async def f():\n    pass\n",
    "async def f():\n    await g()\n",
    "try:\n    Score = 1 / 0\nexcept Exception as e:\n    Label = e.__traceback__.tb_frame",
    "try:\n    pass\nfinally:\n    Score = 1",
    "try:\n    pass\nexcept* Exception:\n    Score = 1",
    "raise Exception('x')",
    "with Name as x:\n    pass",
    "del Name",
    "global Name\nName = 'x'",
    "def f():\n    global Name\n    Name = 'x'\nf()",
    "assert Name.__class__",
    "Name.__class__ = 1",
    "Name.x = 1",
    "Rows[0].__class__ = 1",
    "Rows.append = 1",
    "len = 5\nScore = len(Name)\nlen.x = 1",
    "for Rows[0].__class__ in [1]: pass",
    "for x.y in [1]: pass",
    "x: int = 5",
    "x = y = z = lambda: 1",
    "(a, *b) = [1, 2]\nScore = a + b",
    "a, b = 1\nScore = a + b",
    "f'{x}' = 1",
    "Amount + 1 = 1",
    "__builtins__ = {}\nScore = __builtins__['eval']",
    "_x = __import__('os')",
    "return 1",
    "break",
    "def f():\n    break\nf()",
    "while True:\n    def f():\n        pass\n",
    "match Name:\n    case str():\n        Score = 1",
    "match Name:\n    case object(__class__=c):\n        Score = c",
    "type X = int",
    "while True:\n    pass\nelse:\n    Score = 1",
    "Name += __name__",
    "Rows[0] |= {}",
    "Rows[f()] += 1",
    "Rows[0:1] = []",
    "nonlocal x",
    "exec('Score = 1')",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_gets_out(text: str) -> None:
    with pytest.raises(ExpressionError):
        LANGUAGES[""](text, KINDS).evaluate(VALUES)


# Harmless in a script, which changes its own copies and may have several statements.
OFFERED_IN_SCRIPTS = {"Rows.append(1)", "Rows.sort()", "Amount; Amount"}


@pytest.mark.parametrize(
    "text",
    [*SCRIPTS_ONLY, *(f"Label = {text}" for text in FORMULAS if text not in OFFERED_IN_SCRIPTS)],
)
def test_no_script_gets_out(text: str) -> None:
    with pytest.raises(ExpressionError):
        SCRIPTS["python"](text, KINDS).run(VALUES)


def test_a_column_is_all_that_an_attribute_can_be() -> None:
    row = {"keys": 1, "gi_frame": 2, "real": 3}

    found = [LANGUAGES[""](f"Any[0].{name}", KINDS).evaluate({"Any": [row]}) for name in row]

    assert found == [1, 2, 3]


class Trap:
    """A value that no parameter holds; touching it in any way is recorded."""

    touched: list[str]

    def __getattribute__(self, name: str) -> Value:
        if name != "__class__":
            Trap.touched.append(name)
        return object.__getattribute__(self, name)


@pytest.mark.parametrize(
    "text",
    ["Label.x", "Label['x']", "Label()", "Label.upper()", "Label + 1", "-Label", "Label < 1"],
)
def test_a_value_of_a_foreign_type_is_not_touched(text: str) -> None:
    Trap.touched = []

    with pytest.raises(ExpressionError):
        LANGUAGES[""](text.replace("Label", "Any[0].x"), KINDS).evaluate({"Any": [{"x": Trap()}]})

    assert Trap.touched == []


def test_errors_hold_no_frame_of_a_value_and_no_cause() -> None:
    error = failed("Any[0].x + 1", Any=[{"x": "secret"}])

    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert "secret" not in str(error)


def test_the_language_never_hands_text_to_pythons_compiler() -> None:
    folder = Path(procession.expressions.__file__).parent
    banned = {"eval", "exec", "compile", "__import__", "globals", "open", "setattr"}
    called = {
        (path.name, node.func.id)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert {(name, function) for name, function in called if function in banned} == set()


def test_a_script_changes_copies_only() -> None:
    rows = [{"Name": "bolt", "Amount": 5}]

    result = run("Rows[0].Amount = 6\nx = Rows\nx.append({'Name': 'y'})", Rows=rows)

    assert result == {"Rows": [{"Name": "bolt", "Amount": 6}, {"Name": "y"}]}
    assert rows == [{"Name": "bolt", "Amount": 5}]


def test_a_list_that_holds_itself_leaves_nothing_behind() -> None:
    with pytest.raises(ExpressionError, match="Any: a value nested more than 32 deep"):
        run("x = []\nx.append(x)\nAny = x")

    gc.collect()
    assert not gc.garbage


def test_the_limits_of_the_interpreter_are_left_alone() -> None:
    before = sys.getrecursionlimit(), sys.get_int_max_str_digits()

    refused("9 ** 9 ** 9")

    assert (sys.getrecursionlimit(), sys.get_int_max_str_digits()) == before
