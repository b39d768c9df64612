"""Known ways out of JavaScript sandboxes, bombs, and that no run leaves anything behind."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procession.errors import ExpressionError
from procession.javascript import SCRIPTS
from procession.javascript.sandbox import MEMORY_BYTES_MAX, sandbox
from tests.unit.javascript.javascript_builders import KINDS, VALUES, failed, run, value

INSTRUCTIONS, DEPTH = "million instructions", "too deep"

BOMBS = {
    "for (;;);": INSTRUCTIONS,
    "while (true) { try { throw 1 } catch (e) {} }": INSTRUCTIONS,
    "try { for (;;); } finally { for (;;); }": INSTRUCTIONS,
    "label: for (;;) { continue label }": INSTRUCTIONS,
    "(function* () { for (;;) yield 1 })().forEach(x => x)": INSTRUCTIONS,
    "for (const x of (function* () { for (;;) yield 1 })());": INSTRUCTIONS,
    "new Proxy({}, { get: (t, k, r) => { for (;;); } }).x": INSTRUCTIONS,
    "any = { get x() { for (;;); } }": INSTRUCTIONS,
    "any = { valueOf() { for (;;); } }": INSTRUCTIONS,
    "name = { toJSON() { for (;;); }, x: 1 }; JSON.stringify(name)": INSTRUCTIONS,
    "throw { get message() { for (;;); } }": INSTRUCTIONS,
    # Loops inside of built-in functions
    "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)": INSTRUCTIONS,
    "Array.prototype.reduce.call({ length: 2 ** 53 - 1 }, x => x, 0)": INSTRUCTIONS,
    "Array.from({ length: 2 ** 32 - 1 })": "",
    "new Array(2 ** 32 - 1).join('x')": "",
    "new Array(2 ** 32 - 1).sort()": "",
    "let b = new Uint8Array(8e6); for (;;) b.copyWithin(0, 1)": INSTRUCTIONS,
    "let b = new Uint8Array(8e6); for (;;) b.fill(1)": INSTRUCTIONS,
    "let t = 'x'.repeat(8e6); for (;;) t.indexOf('y')": INSTRUCTIONS,
    "let n = 10n ** 9999n; for (;;) n * n": INSTRUCTIONS,
    "10n ** (10n ** 9n)": "",
    "/(a+)+$/.test('a'.repeat(60) + 'b')": INSTRUCTIONS,
    "/^(\\w+\\s?)*$/.test('aaaa '.repeat(40) + '!')": INSTRUCTIONS,
    "'x'.repeat(5e6).replace(/x*y/g, '')": INSTRUCTIONS,
    # Memory
    "let l = []; for (;;) l.push(new Array(1000).fill(1))": "",
    "let t = 'x'; for (;;) t += t": "string too long",
    "'x'.repeat(2 ** 30)": "",
    "new ArrayBuffer(2 ** 31)": "",
    "let l = [1]; for (;;) l = l.concat(l)": "",
    "let m = new Map(); for (let i = 0; ; i++) m.set(i, 'x'.repeat(99))": "",
    "let o = {}; for (let i = 0; ; i++) o['k' + i] = i": "",
    "name = 'x'.repeat(9e6)": "",
    # The stack
    "(function f() { f() })()": DEPTH,
    "(function f() { try { f() } finally { f() } })()": "",
    "any = { get x() { return this.x } }; any.x": DEPTH,
    "JSON.parse('['.repeat(1e6))": DEPTH,
    "eval('['.repeat(1e5))": DEPTH,
    "eval('1' + '+1'.repeat(3e4)); eval('('.repeat(1e5))": DEPTH,
    "let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; JSON.stringify(o)": DEPTH,
    "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x": DEPTH,
    "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))": "",
}


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:50])
def test_a_bomb_is_ended(text: str) -> None:
    started = time.monotonic()
    error = failed(text)

    assert str(error)
    assert BOMBS[text] in str(error)
    assert time.monotonic() - started < 20
    assert value("amount") == 5


def test_a_bomb_is_ended_when_it_is_only_read() -> None:
    with pytest.raises(ExpressionError):
        SCRIPTS["javascript"]("[" * 50_000, KINDS)


def test_work_that_was_put_off_is_never_done() -> None:
    texts = [
        "Promise.resolve().then(() => { amount = 1; for (;;); }); name = 'x'",
        "(async () => { await 1; amount = 1; for (;;); })(); name = 'x'",
        "queueMicrotask(() => { amount = 1; for (;;); }); name = 'x'",
        "import('x').then(() => { amount = 1 }); name = 'x'",
        "(async function* () { for (;;) yield 1 })().next(); name = 'x'",
    ]

    assert [run(text)["name"] for text in texts] == ["x"] * 5
    assert [run(text).get("amount") for text in texts] == [None] * 5


LEAVING = [
    "Object.prototype.polluted = 1",
    "Array.prototype.push = () => { throw new Error('bent') }",
    "Array.isArray = () => true",
    "JSON.stringify = () => '{}'; JSON.parse = () => ({})",
    "Object.keys = () => []; Object.defineProperty = () => 1",
    "Map.prototype.get = () => 'bent'",
    "Function.prototype.call = Function.prototype.apply = () => 'bent'",
    "Object.defineProperty(Object.prototype, 'value', { get() { return 1 }, set() {} })",
    "Object.prototype.get = () => 1",
    "globalThis.left = 1; var left2 = 2; function left3() {}",
    "String.prototype.toUpperCase = () => 'bent'",
    "delete globalThis.Object",
    "Object.freeze(Array.prototype); Object.freeze(globalThis)",
    "eval = () => 1",
    "any.__proto__.polluted = 1",
    "({}).constructor.prototype.polluted = 1",
    "Symbol.for('left').description",
    "globalThis.__defineGetter__('name', () => 'bent')",
    "execution = null; procession = () => '{}'",
]
UNTOUCHED = (
    "[({}).polluted, typeof left, typeof left2, typeof left3, [1, 2].push(3), name.toUpperCase(),"
    " JSON.stringify({ a: 1 }), Object.keys({ a: 1 })[0], [1].map(x => x + 1)[0],"
    " typeof procession]"
)


@pytest.mark.parametrize("text", LEAVING)
def test_nothing_that_a_run_changes_is_seen_by_the_next(text: str) -> None:
    with suppress(ExpressionError):
        run(f"{text}; name = 'x'")

    undefined = "undefined"
    assert value(UNTOUCHED) == [
        *(None, undefined, undefined, undefined, 3),
        *("ANN", '{"a":1}', "a", 2, undefined),
    ]


def test_the_constructor_of_everything_leads_to_the_sandbox_only() -> None:
    names = value("Object.getOwnPropertyNames(constructor.constructor('return this')())")

    outside = {"process", "require", "os", "std", "bjson", "scriptArgs", "Deno", "Bun", "window"}
    assert outside & set(names) == set()
    assert {"performance", "SharedArrayBuffer", "WeakRef", "Atomics"} & set(names) == set()


@pytest.mark.parametrize(
    "text",
    [
        "[].constructor.constructor('return import(\"fs\")')()",
        "this.constructor.constructor('return process')()",
        "Error.prepareStackTrace = (e, s) => s; new Error().stack",
        "(function () { return arguments.callee.caller })()",
        "Reflect.ownKeys(execution)",
        "Object.getPrototypeOf(execution)",
        "execution.getVariable.constructor('return this')().procession",
        "execution.getVariable({ toString: () => 'amount' })",
        "Object.getOwnPropertyDescriptor(globalThis, 'amount').get.constructor('return 1')()",
        "new Proxy(execution, {}).getVariable('amount')",
    ],
)
def test_a_known_way_out_ends_in_a_value_or_a_declared_error(text: str) -> None:
    try:
        found = run(text)
    except ExpressionError:
        return

    assert found.keys() <= {""}


def test_the_same_values_give_the_same_result() -> None:
    text = "[Object.keys({b: 1, a: 2}), [3, 1, 2].sort(), 0.1 + 0.2]"

    assert len({str(value(text)) for _ in range(5)}) == 1


def test_scripts_in_several_threads_do_not_meet() -> None:
    script = SCRIPTS["javascript"]("var t = 0; for (let i = 0; i < 999; i++) t += amount; t", KINDS)
    starting = threading.Barrier(4)

    def together(amount: int) -> bool:
        starting.wait()
        return all(script.run({"amount": amount})[""] == amount * 999 for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(together, range(4)))


def test_memory_that_a_run_took_is_given_back() -> None:
    run("let l = []; for (let i = 0; i < 1e5; i++) l.push(i); l.length")

    assert all(machine.size() < MEMORY_BYTES_MAX / 4 for machine in sandbox()._kept)


PIECES = st.lists(
    st.sampled_from(
        [
            *(*KINDS, "execution", "globalThis", "Object", "Array", "Symbol", "Proxy", "Date"),
            *("1", "'a'", "null", "undefined", "[", "]", "{", "}", "(", ")", "=>", "=", "+", "."),
            *(",", ";", ":", "?", "...", "`", "${", "/", "\n", "new ", "delete ", "function ", "x"),
            *(
                "class ",
                "get ",
                "set ",
                "return ",
                "throw ",
                "try",
                "catch",
                "for",
                "while",
                "yield ",
            ),
            *(".constructor", ".prototype", ".getVariable('any')", ".setVariable('x', any)"),
        ]
    ),
    max_size=12,
).map("".join)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(PIECES)
def test_any_pieces_give_a_result_or_a_declared_error(text: str) -> None:
    try:
        found = SCRIPTS["javascript"](text, KINDS).run(VALUES)
    except ExpressionError:
        return

    assert isinstance(found, dict)
