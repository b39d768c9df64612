"""`+ - * / **` and the sign, by the types of both sides (DMN 1.3, 10.3.2.15, tables 56 to 61).

Rule: one table for each operator, and null for what stands in none of them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from procession.core.values import Value
from procession.feel.calendar import (
    date_of,
    days_of,
    moved,
    nanoseconds_of,
    nanoseconds_of_time,
    plus_months,
)
from procession.feel.kinds import (
    DAY_NANOSECONDS,
    Date,
    DateTime,
    DaysTime,
    Time,
    YearsMonths,
    months,
    nanoseconds,
)
from procession.feel.numbers import CONTEXT, power

Operation = Callable[[Value, Value], Value]
Table = Mapping[tuple[type, type], Operation]

MIDNIGHT_UTC = Time(0, offset=0)
_FACTOR_MAX = Decimal("1e30")


def midnight(date: Date) -> DateTime:
    """The date and time that a date is where one is needed: midnight in UTC."""
    return DateTime(date, MIDNIGHT_UTC)


def _date_plus_months(date: Date, duration: YearsMonths) -> Value:
    return plus_months(date, duration.months)


def _date_plus_days(date: Date, duration: DaysTime) -> Value:
    return date_of(days_of(date) + duration.nanoseconds // DAY_NANOSECONDS)


def _moment_plus_months(moment: DateTime, duration: YearsMonths) -> Value:
    date = plus_months(moment.date, duration.months)
    return None if date is None else DateTime(date, moment.time)


def _moment_plus_days(moment: DateTime, duration: DaysTime) -> Value:
    return moved(moment, duration.nanoseconds)


def _time_plus_days(time: Time, duration: DaysTime) -> Value:
    return time._replace(nanosecond=(time.nanosecond + duration.nanoseconds) % DAY_NANOSECONDS)


def _months_plus_months(left: YearsMonths, right: YearsMonths) -> Value:
    return months(left.months + right.months)


def _days_plus_days(left: DaysTime, right: DaysTime) -> Value:
    return nanoseconds(left.nanoseconds + right.nanoseconds)


def _swapped(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


def _minus(operation: Operation) -> Operation:
    return lambda left, right: operation(left, negative(right))


def _moment_minus_moment(left: DateTime, right: DateTime) -> Value:
    if left.time.local is not right.time.local:
        return None
    return nanoseconds(nanoseconds_of(left) - nanoseconds_of(right))


def _time_minus_time(left: Time, right: Time) -> Value:
    if left.local is not right.local:
        return None
    return nanoseconds(nanoseconds_of_time(left) - nanoseconds_of_time(right))


def _date_minus_date(left: Date, right: Date) -> Value:
    return nanoseconds((days_of(left) - days_of(right)) * DAY_NANOSECONDS)


def _months_times(left: YearsMonths, factor: Decimal) -> Value:
    return months(_truncated(CONTEXT.multiply(Decimal(left.months), factor)))


def _days_times(left: DaysTime, factor: Decimal) -> Value:
    return nanoseconds(_truncated(CONTEXT.multiply(Decimal(left.nanoseconds), factor)))


def _months_by(left: YearsMonths, divisor: Decimal) -> Value:
    return months(_truncated(CONTEXT.divide(Decimal(left.months), divisor)))


def _days_by(left: DaysTime, divisor: Decimal) -> Value:
    return nanoseconds(_truncated(CONTEXT.divide(Decimal(left.nanoseconds), divisor)))


def _truncated(number: Decimal) -> int:
    if abs(number) > _FACTOR_MAX:
        raise OverflowError
    return int(number)


def _ratio(left: YearsMonths | DaysTime, right: YearsMonths | DaysTime) -> Value:
    return CONTEXT.divide(Decimal(left[0]), Decimal(right[0]))


_SUMS: Table = {
    (Date, YearsMonths): _date_plus_months,
    (Date, DaysTime): _date_plus_days,
    (DateTime, YearsMonths): _moment_plus_months,
    (DateTime, DaysTime): _moment_plus_days,
    (Time, DaysTime): _time_plus_days,
}
ADDING: Table = {
    **_SUMS,
    **{(right, left): _swapped(operation) for (left, right), operation in _SUMS.items()},
    (YearsMonths, YearsMonths): _months_plus_months,
    (DaysTime, DaysTime): _days_plus_days,
}
SUBTRACTING: Table = {
    **{kinds: _minus(operation) for kinds, operation in _SUMS.items()},
    (YearsMonths, YearsMonths): _minus(_months_plus_months),
    (DaysTime, DaysTime): _minus(_days_plus_days),
    (DateTime, DateTime): _moment_minus_moment,
    (DateTime, Date): lambda left, right: _moment_minus_moment(left, midnight(right)),
    (Date, DateTime): lambda left, right: _moment_minus_moment(midnight(left), right),
    (Date, Date): _date_minus_date,
    (Time, Time): _time_minus_time,
}
MULTIPLYING: Table = {
    (YearsMonths, Decimal): _months_times,
    (Decimal, YearsMonths): _swapped(_months_times),
    (DaysTime, Decimal): _days_times,
    (Decimal, DaysTime): _swapped(_days_times),
}
DIVIDING: Table = {
    (YearsMonths, Decimal): _months_by,
    (DaysTime, Decimal): _days_by,
    (YearsMonths, YearsMonths): _ratio,
    (DaysTime, DaysTime): _ratio,
}


def operator(of_numbers: Operation, table: Table) -> Operation:
    """The operation of both kinds: numbers first, for they are what is computed most."""

    def operation(left: Value, right: Value) -> Value:
        try:
            if type(left) is Decimal and type(right) is Decimal:
                return of_numbers(left, right)
            special = table.get((type(left), type(right)))
            return special(left, right) if special else None
        except ArithmeticError:
            return None

    return operation


OPERATORS: Mapping[str, Operation] = {
    "+": operator(CONTEXT.add, ADDING),
    "-": operator(CONTEXT.subtract, SUBTRACTING),
    "*": operator(CONTEXT.multiply, MULTIPLYING),
    "/": operator(CONTEXT.divide, DIVIDING),
    "**": operator(power, {}),
}
add = OPERATORS["+"]
subtract = OPERATORS["-"]


def negative(value: Value) -> Value:
    """`-value`, of numbers and durations."""
    if type(value) is Decimal:
        return CONTEXT.minus(value)
    if type(value) is YearsMonths or type(value) is DaysTime:
        return type(value)(-value[0])
    return None
