"""Pages of lists: a cursor says where the next one begins.

Rule: a cursor is opaque, and checks itself: one that was cut off, or that belongs to another list
or to other conditions, is refused. It opens nothing: what a page shows is decided anew each time.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from msgspec import Meta

from procession.errors import BadRequest

T = TypeVar("T")

CHECK_BYTES = 9
CURSOR_LENGTH_MAX = 1_000
LIMIT_MAX = 200

Cursor = Annotated[
    str,
    Meta(
        max_length=CURSOR_LENGTH_MAX,
        description="`next` of the page before, for the same conditions; none: the first page.",
    ),
]
Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="So many at most.")]


class Cursors:
    """The cursors of one list under certain conditions."""

    __slots__ = ("_list",)

    def __init__(self, name: str, conditions: Mapping[str, str]) -> None:
        told = sorted(item for item in conditions.items() if item[0] not in ("cursor", "limit"))
        self._list = repr((name, told)).encode()

    def written(self, place: str) -> str:
        """The cursor of a place."""
        text = place.encode()
        return base64.urlsafe_b64encode(self._check(text) + text).decode().rstrip("=")

    def cut(
        self, rows: Sequence[T], limit: int, place: Callable[[T], object]
    ) -> tuple[Sequence[T], str | None]:
        """A page of the rows, and the cursor of the next one where there are more rows."""
        page = rows[:limit]
        return page, self.written(str(place(page[-1]))) if len(rows) > limit else None

    def following(self, last: UUID | None) -> str | None:
        """The cursor of what comes after a place that a search has come to."""
        return None if last is None else self.written(str(last))

    def read(self, cursor: str) -> str:
        """The place of a cursor; "" is the beginning. Raises BadRequest."""
        if not cursor:
            return ""
        try:
            found = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
            check, text = found[:CHECK_BYTES], found[CHECK_BYTES:]
            if check == self._check(text):
                return text.decode()
        except (binascii.Error, ValueError):
            pass
        raise BadRequest(
            "cursor: this is no cursor of this list under these conditions; "
            "take `next` of the page before and leave the conditions as they were"
        )

    def read_id(self, cursor: str) -> UUID | None:
        """The same where the place is a GUID."""
        place = self.read(cursor)
        return UUID(place) if place else None

    def _check(self, text: bytes) -> bytes:
        return hashlib.blake2b(
            text, key=hashlib.sha256(self._list).digest(), digest_size=CHECK_BYTES
        ).digest()
