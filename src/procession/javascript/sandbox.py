"""QuickJS in WebAssembly: an engine that can compute and nothing else.

Rule: the guest has no imports that do anything: no clock, no chance, no files, no way to call
Python. Its instructions are counted ("fuel", the same on every machine), its memory has an end, and
each run begins from the same image of the memory, so no run can leave anything behind.
"""

import struct
from functools import cache
from importlib.resources import files
from typing import cast

from wasmtime import (
    Config,
    Engine,
    Func,
    Global,
    Instance,
    Linker,
    Memory,
    Module,
    Store,
    Trap,
    TrapCode,
    Val,
    WasmtimeError,
)

from procession.core.values import SHOWN_LENGTH_MAX
from procession.errors import ExpressionError

# About a quarter of a second; for one run, reading and writing its values included.
FUEL_MAX = 700_000_000
# The guest's own limit gives the script an error of its own; the other one ends it.
HEAP_BYTES_MAX = 24_000_000
MEMORY_BYTES_MAX = 32 * 1024 * 1024
RESULT_BYTES_MAX = 8_000_000
# Room in the kept image, so that usual runs need not ask for more, which costs an instance.
ROOM_BYTES = 512 * 1024
KEPT_MAX = 4

_GUEST = "_guest.wasm"
_NOTHING = 0


class Sandbox:
    """The compiled guest, the image of its memory after the prelude, and instances to run it."""

    def __init__(self) -> None:
        config = Config()
        config.consume_fuel = True
        config.cranelift_nan_canonicalization = True
        engine = Engine(config)
        self._engine = engine
        self._module = Module(engine, files("quickjs_rs").joinpath(_GUEST).read_bytes())
        self._kept: list[_Machine] = []
        self._image, self._stack_pointer = self._prepared()

    def _prepared(self) -> tuple[bytearray, int]:
        machine = self._machine()
        machine.call("set_memory_limit", HEAP_BYTES_MAX)
        prelude = files("procession.javascript").joinpath("prelude.js").read_bytes()
        machine.evaluate(prelude)
        machine.call("qjs_free", machine.call("qjs_alloc", ROOM_BYTES), ROOM_BYTES)
        return machine.image()

    def _machine(self) -> "_Machine":
        store = Store(self._engine)
        store.set_limits(memory_size=MEMORY_BYTES_MAX)
        store.set_fuel(FUEL_MAX)
        linker = Linker(self._engine)
        # Each import answers 0 and does nothing.
        linker.define_unknown_imports_as_default_values(store, self._module)
        return _Machine(store, linker.instantiate(store, self._module))

    def run(self, code: bytes) -> bytes:
        """The text that `code` gives. Raises ExpressionError where the budget ends."""
        machine = self._taken()
        try:
            machine.restore(self._image, self._stack_pointer)
            text = machine.evaluate(code)
        except Trap as trap:
            machine.close()
            raise ExpressionError(_reason(trap)) from None
        except WasmtimeError as error:
            machine.close()
            message = f"the script's engine failed: {str(error)[:SHOWN_LENGTH_MAX]}"
            raise ExpressionError(message) from None
        self._give_back(machine)
        return text

    def _taken(self) -> "_Machine":
        """A machine for one run: runs in two threads take two of them."""
        try:
            return self._kept.pop()
        except IndexError:
            return self._machine()

    def _give_back(self, machine: "_Machine") -> None:
        if machine.size() == len(self._image) and len(self._kept) < KEPT_MAX:
            self._kept.append(machine)
        else:
            machine.close()


class _Machine:
    """One instance of the guest with its memory."""

    def __init__(self, store: Store, instance: Instance) -> None:
        self._store = store
        self._exports = instance.exports(store)
        self._memory = cast(Memory, self._exports["memory"])
        self._stack_pointer = cast(Global, self._exports["__stack_pointer"])

    def call(self, name: str, *arguments: int) -> int:
        """Calls a function that the guest exports; 0 for one that answers nothing."""
        answer = cast(Func, self._exports[name])(self._store, *arguments)
        return answer if isinstance(answer, int) else _NOTHING

    def size(self) -> int:
        """How much memory the guest has taken."""
        return self._memory.data_len(self._store)

    def image(self) -> tuple[bytearray, int]:
        """All of its memory, and where its stack ends."""
        pointer = self._stack_pointer.value(self._store)
        assert isinstance(pointer, int)
        return self._memory.read(self._store, 0, self.size()), pointer

    def close(self) -> None:
        """Gives its memory back."""
        self._store.close()

    def restore(self, image: bytearray, stack_pointer: int) -> None:
        """Makes it what it was when the image was taken, with a full budget."""
        missing = len(image) - self.size()
        if missing > 0:
            self._memory.grow(self._store, -(-missing // 65536))
        self._memory.write(self._store, image, 0)
        self._stack_pointer.set_value(self._store, Val.i32(stack_pointer))
        self._store.set_fuel(FUEL_MAX)

    def evaluate(self, code: bytes) -> bytes:
        """The text that JavaScript gives. Raises ExpressionError, Trap."""
        source = self._put(code)
        out = self.call("qjs_alloc", 4)
        status = self.call("eval_code", source, len(code), out)
        # The driver catches what a script throws; what comes here is the end of the memory.
        if status != _NOTHING:
            raise ExpressionError(_NO_MEMORY)
        return self._text(struct.unpack("<i", self._read(out, 4))[0])

    def _put(self, content: bytes) -> int:
        place = self.call("qjs_alloc", len(content))
        if place <= 0:
            raise ExpressionError(_NO_MEMORY)
        self._memory.write(self._store, content, place)
        return place

    def _text(self, handle: int) -> bytes:
        if self.call("get_string", handle) != _NOTHING:
            return b""
        length = self.call("qjs_last_len")
        if not 0 <= length <= RESULT_BYTES_MAX:
            raise ExpressionError(f"a result of {length} bytes; {RESULT_BYTES_MAX} are allowed")
        return self._read(self.call("qjs_last_ptr"), length)

    def _read(self, start: int, length: int) -> bytes:
        """A part of the guest's memory. What it says about places is not believed unchecked."""
        if not 0 <= start <= start + length <= self.size():
            raise ExpressionError("the script's engine failed: a place outside of its memory")
        return bytes(self._memory.read(self._store, start, start + length))


_NO_MEMORY = f"it takes more than {HEAP_BYTES_MAX // 1_000_000} MB; use a Python handler"
_REASONS = {
    TrapCode.OUT_OF_FUEL: (
        f"it takes more than {FUEL_MAX // 1_000_000} million instructions; "
        "do less at once, or use a Python handler"
    ),
    TrapCode.STACK_OVERFLOW: "functions call each other too deep, or it is nested too deep",
}


def _reason(trap: Trap) -> str:
    code = trap.trap_code
    known = _REASONS.get(code) if code is not None else None
    return known or f"the script's engine ended: {code.name if code else 'for no known reason'}"


@cache
def sandbox() -> Sandbox:
    """The engine of this process. The first call compiles the guest, which takes a second."""
    return Sandbox()
