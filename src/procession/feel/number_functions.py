"""Built-in functions of numbers and booleans (DMN 1.3 and 1.4, 10.3.4.2, 10.3.4.5)."""

from collections.abc import Callable, Mapping
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from procession.core.values import Value
from procession.feel.budget import Frame
from procession.feel.builtins import builtin
from procession.feel.comparing import negated
from procession.feel.kinds import DaysTime, YearsMonths, whole
from procession.feel.numbers import CONTEXT, ZERO

SCALE_MIN, SCALE_MAX = -6111, 6176
_ROUNDING: Mapping[str, str] = {
    "decimal(n: number, scale: number)": ROUND_HALF_EVEN,
    "floor(n: number, scale?: number)": ROUND_FLOOR,
    "ceiling(n: number, scale?: number)": ROUND_CEILING,
    "round up(n: number, scale?: number)": ROUND_UP,
    "round down(n: number, scale?: number)": ROUND_DOWN,
    "round half up(n: number, scale?: number)": ROUND_HALF_UP,
    "round half down(n: number, scale?: number)": ROUND_HALF_DOWN,
}


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Value:
    """The number with so many digits after the point, or before it; null of a wrong scale."""
    places = whole(scale)
    if places is None or not SCALE_MIN <= places <= SCALE_MAX:
        return None
    if places >= 0 and -int(number.as_tuple().exponent) <= places:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding, CONTEXT)


def _rounding(rounding: str) -> Callable[..., Value]:
    def run(frame: Frame, number: Decimal, scale: Decimal = ZERO) -> Value:
        return rounded(number, scale, rounding)

    return run


for _signature, _mode in _ROUNDING.items():
    builtin(_signature)(_rounding(_mode))


@builtin("not(negand: Any)")
def _not(frame: Frame, value: Value) -> Value:
    return negated(value)


@builtin("abs(n: number)")
def _abs(frame: Frame, number: Decimal) -> Value:
    return abs(number)


@builtin("abs(n: days and time duration or years and months duration)")
def _abs_duration(frame: Frame, duration: DaysTime | YearsMonths) -> Value:
    return type(duration)(abs(duration[0]))


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(frame: Frame, dividend: Decimal, divisor: Decimal) -> Value:
    # The sign is the divisor's: dividend - divisor * floor(dividend / divisor).
    rest = CONTEXT.remainder(dividend, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number)")
def _sqrt(frame: Frame, number: Decimal) -> Value:
    return CONTEXT.sqrt(number)


@builtin("log(number: number)")
def _log(frame: Frame, number: Decimal) -> Value:
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp(number: number)")
def _exp(frame: Frame, number: Decimal) -> Value:
    return CONTEXT.exp(number)


@builtin("odd(number: number)")
def _odd(frame: Frame, number: Decimal) -> Value:
    return CONTEXT.remainder(abs(number), Decimal(2)) == 1 if _is_whole(number) else None


@builtin("even(number: number)")
def _even(frame: Frame, number: Decimal) -> Value:
    return CONTEXT.remainder(abs(number), Decimal(2)) == 0 if _is_whole(number) else None


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()
