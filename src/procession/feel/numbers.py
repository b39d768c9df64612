"""Numbers: decimal, with 34 digits, rounded half to even (DMN 1.3, 10.3.2.3.1, IEEE 754-2008).

Rule: what has no finite result raises ArithmeticError; whoever computes for a text makes it null.
"""

import re
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
assert not CONTEXT.traps[Clamped]

ZERO = Decimal(0)
ONE = Decimal(1)
_LENGTH_MAX = 100
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")


def read_number(text: str) -> Decimal | None:
    """The number that a text writes; None if it writes none."""
    if len(text) > _LENGTH_MAX or not _NUMBER.fullmatch(text):
        return None
    try:
        return CONTEXT.create_decimal(text)
    except ArithmeticError:
        return None


def write_number(number: Decimal) -> str:
    """Its digits, without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """`**`; anything to the power of 0 is 1."""
    return ONE if not exponent else CONTEXT.power(base, exponent)
