"""What the clocks of a time zone show at a moment, and which moment a clock's time means.

Rule: a time that clocks leave out in spring means the moment at which they are moved; one that they
show twice in autumn means the first. Moments are in UTC, clock times carry no zone.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from procession.core.values import shown
from procession.errors import ExpressionError

DEFAULT_ZONE = "UTC"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,39}(?:/[A-Za-z0-9][A-Za-z0-9_+-]{0,39}){0,3}")
# Files of a machine's own that are no zones of the IANA's.
_OF_THE_MACHINE = ("localtime", "posixrules", "Factory")


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """The zone with the IANA's name. Raises ExpressionError."""
    if name == DEFAULT_ZONE:
        return UTC
    try:
        if _NAME.fullmatch(name) and name not in _OF_THE_MACHINE:
            return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        pass  # It is a folder of the zones' names, say.
    hint = "write a name of the IANA's, such as Europe/Berlin"
    raise ExpressionError(f"{shown(name)} is not a time zone; {hint}")


def clock_at(moment: datetime, zone: tzinfo) -> datetime:
    """What clocks show at a moment. Raises OverflowError outside the years 1 to 9999."""
    return moment.astimezone(zone).replace(tzinfo=None)


def moment_at(clock: datetime, zone: tzinfo) -> datetime:
    """The first moment at which clocks have come to a time. Raises OverflowError likewise."""
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # Python reads a time that is left out with the offset before the change, and with that after.
    return first if first <= second else change_between(second, first, zone)


def offset_at(moment: datetime, zone: tzinfo) -> timedelta:
    """How far the clocks of a zone are ahead of UTC."""
    return moment.astimezone(zone).utcoffset() or timedelta()


def change_between(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """When clocks are moved: the first moment with the offset of `high`, which `low` has not."""
    after = offset_at(high, zone)
    low = low.replace(microsecond=0)
    before_seconds, seconds = 0, int((high - low).total_seconds())
    while before_seconds + 1 < seconds:
        middle = (before_seconds + seconds) // 2
        if offset_at(low + timedelta(seconds=middle), zone) == after:
            seconds = middle
        else:
            before_seconds = middle
    return low + timedelta(seconds=seconds)
