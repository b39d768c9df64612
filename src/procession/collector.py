"""Python's garbage collector, while much is made that stays.

It looks for garbage again whenever a quarter more has been made, and goes through all there is. Of
a large file that is being read nothing is garbage, so that is a fourth of the time in vain, and
each look holds up all other threads, too.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Meanwhile nothing is looked for; what is made within must be bounded.

    Of several in different threads the first that began ends it for all.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
