"""Identities. An instance's id is a GUID whose last 32 bits are zero; every element instance and
every job of the run is a small number within it, and its own GUID is the two put together.

So a GUID that a caller sends says by itself which run it belongs to, and a turn needs no random
number: it counts (docs/decisions/0003-numbered-identities.md).
"""

from typing import NewType
from uuid import UUID

InstanceId = NewType("InstanceId", UUID)
ElementInstanceId = NewType("ElementInstanceId", int)
JobId = NewType("JobId", int)
SubscriptionId = NewType("SubscriptionId", int)

ROOT = ElementInstanceId(0)

_NUMBER_MASK = 0xFFFF_FFFF
_JOB_BIT = 0x8000_0000
_VERSION_8 = 0x8 << 76
_VARIANT = 0b10 << 62


def new_instance_id(now_ms: int, random_bits: int) -> InstanceId:
    """A version-8 GUID (RFC 9562): 48 bits of time in ms, 42 random bits, 32 bits for numbers."""
    high = (random_bits >> 30) & 0xFFF
    low = random_bits & 0x3FFF_FFFF
    time = now_ms & 0xFFFF_FFFF_FFFF
    return InstanceId(UUID(int=time << 80 | _VERSION_8 | high << 64 | _VARIANT | low << 32))


def element_uid(instance: InstanceId, element: ElementInstanceId) -> UUID:
    """The GUID that names one element instance to the outside; the root's is the instance's own."""
    return UUID(int=instance.int | element)


def job_uid(instance: InstanceId, job: JobId) -> UUID:
    """The GUID of a job: the idempotency key of its effect. It stays the same through retries."""
    return UUID(int=instance.int | _JOB_BIT | job)


def locate(uid: UUID) -> tuple[InstanceId, ElementInstanceId | None]:
    """The instance that a GUID belongs to, and its element instance (None: it names a job)."""
    number = uid.int & _NUMBER_MASK
    instance = InstanceId(UUID(int=uid.int & ~_NUMBER_MASK))
    return instance, None if number & _JOB_BIT else ElementInstanceId(number)
