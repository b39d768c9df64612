"""Numbers: whole, decimal and float ones, and what happens where they meet.

Rule: money must be exact, so a literal such as 0.1 is a Decimal, `/` of whole numbers gives a
Decimal, and a float that meets a Decimal becomes the Decimal that it is written as. Only floats
among themselves (and with whole numbers) stay floats. Everything is bounded before it is computed.
"""

import math
import operator
from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from procession.core.values import Value
from procession.expressions.budget import INTEGER_BITS_MAX, Frame, Refused, checked_integer

DIGITS = 34
EXPONENT_MAX = 400
POWER_MAX = 10_000
PLACES_MAX = 30

# IEEE 754 decimal128's precision; our own context, so that no other code's settings matter here.
CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-EXPONENT_MAX,
    Emax=EXPONENT_MAX,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

Number = int | float | Decimal
Rule = Callable[[Frame, Value, Value], Value]


def exact(number: Number) -> Decimal:
    """The decimal number that is written like this one: 0.1 stands for 0.1."""
    if isinstance(number, Decimal):
        return number
    return Decimal(repr(number) if isinstance(number, float) else number)


def checked_float(number: float) -> float:
    """The number itself, if it is one that JSON can hold."""
    if isinstance(number, float) and math.isfinite(number):
        return number
    raise Refused("the result is too large for a Float, or not a number")


def add_integers(frame: Frame, left: int, right: int) -> int:
    return checked_integer(left + right)


def subtract_integers(frame: Frame, left: int, right: int) -> int:
    return checked_integer(left - right)


def multiply_integers(frame: Frame, left: int, right: int) -> int:
    return checked_integer(left * right)


def floor_divide_integers(frame: Frame, left: int, right: int) -> int:
    return left // right


def modulo_integers(frame: Frame, left: int, right: int) -> int:
    return left % right


def power_integers(frame: Frame, left: int, right: int) -> Value:
    if right < 0:
        return power_decimals(frame, Decimal(left), Decimal(right))
    # Only -1, 0 and 1 stay small: for them the size of the result is at most one bit anyway.
    if left.bit_length() > 1 and (left.bit_length() - 1) * right > INTEGER_BITS_MAX:
        raise Refused(f"a whole number of more than {INTEGER_BITS_MAX} bits")
    if right > POWER_MAX:
        right = POWER_MAX + right % 2
    return checked_integer(left**right)


def power_floats(frame: Frame, left: float, right: float) -> float:
    return checked_float(float(left) ** right)


def power_decimals(frame: Frame, left: Decimal, right: Decimal) -> Decimal:
    if abs(right) > POWER_MAX:
        raise Refused(f"an exponent of more than {POWER_MAX}")
    return CONTEXT.power(left, right)


def divide_decimals(frame: Frame, left: Decimal, right: Decimal) -> Decimal:
    return CONTEXT.divide(left, _divisor(right))


def _divisor(number: Decimal) -> Decimal:
    # Decimal itself calls some divisions by zero undefined.
    if not number:
        raise ZeroDivisionError
    return number


def floor_divide_decimals(frame: Frame, left: Decimal, right: Decimal) -> Decimal:
    quotient, rest = CONTEXT.divmod(left, _divisor(right))
    # Decimal's own // rounds to zero; here it rounds down, as for the other numbers.
    return CONTEXT.subtract(quotient, Decimal(1)) if _crosses(rest, right) else quotient


def modulo_decimals(frame: Frame, left: Decimal, right: Decimal) -> Decimal:
    rest = CONTEXT.remainder(left, _divisor(right))
    return CONTEXT.add(rest, right) if _crosses(rest, right) else rest


def _crosses(rest: Decimal, divisor: Decimal) -> bool:
    return bool(rest) and (rest < 0) != (divisor < 0)


def _floats(compute: Callable[[float, float], float]) -> Rule:
    def run(frame: Frame, left: Number, right: Number) -> float:
        return checked_float(compute(left, right))  # type: ignore[arg-type]

    return run


def _decimals(compute: Callable[[Decimal, Decimal], Decimal]) -> Rule:
    def run(frame: Frame, left: Number, right: Number) -> Decimal:
        return compute(exact(left), exact(right))

    return run


def _framed(compute: Callable[[Frame, Decimal, Decimal], Decimal]) -> Rule:
    def run(frame: Frame, left: Number, right: Number) -> Decimal:
        return compute(frame, exact(left), exact(right))

    return run


divide_exactly = _framed(divide_decimals)

# Per operator: for two whole numbers, where a float but no Decimal takes part, and where one does.
OPERATIONS: dict[str, tuple[Rule, Rule, Rule]] = {
    "+": (add_integers, _floats(operator.add), _decimals(CONTEXT.add)),
    "-": (subtract_integers, _floats(operator.sub), _decimals(CONTEXT.subtract)),
    "*": (multiply_integers, _floats(operator.mul), _decimals(CONTEXT.multiply)),
    "/": (divide_exactly, _floats(operator.truediv), divide_exactly),
    "//": (floor_divide_integers, _floats(operator.floordiv), _framed(floor_divide_decimals)),
    "%": (modulo_integers, _floats(operator.mod), _framed(modulo_decimals)),
    "**": (power_integers, power_floats, _framed(power_decimals)),
}


def absolute(frame: Frame, value: Value) -> Value:
    return CONTEXT.abs(value) if isinstance(value, Decimal) else abs(value)


def rounded(frame: Frame, value: Number, digits: int | None = None) -> Value:
    """Half to even, as Python and C# do it; without `digits` a whole number."""
    if digits is None:
        return whole(frame, round(value))
    if abs(digits) > PLACES_MAX:
        raise Refused(f"more than {PLACES_MAX} digits")
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-digits), context=CONTEXT)
    return round(value, digits)


def floor(frame: Frame, value: Number) -> int:
    return whole(frame, math.floor(value))


def ceil(frame: Frame, value: Number) -> int:
    return whole(frame, math.ceil(value))


def whole(frame: Frame, value: Number) -> int:
    """Cut off behind the point."""
    return checked_integer(int(value))
