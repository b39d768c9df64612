"""Which event may have which definition, and where (BPMN 2.0.2, tables 10.84 to 10.93).

Rule: what is not in these tables is refused. A definition goes by its name without the words
`EventDefinition`; `none` is an event without one, `multiple` one with several, `parallelMultiple`
one that must have caught all of them.
"""

from collections.abc import Mapping

NONE, MULTIPLE, PARALLEL_MULTIPLE = "none", "multiple", "parallelMultiple"

# Where an event may stand. An end event of a transaction may do what any end event may.
PROCESS = "process"
SUB_PROCESS = "embedded sub-process"
EVENT_SUB_PROCESS = "event sub-process"
EVENT_SUB_PROCESS_BESIDE = "event sub-process, non-interrupting"
FLOW = "flow"
TRANSACTION = "transaction"
BOUNDARY = "boundary"
BOUNDARY_BESIDE = "boundary, non-interrupting"
BOUNDARY_OF_TRANSACTION = "boundary of a transaction"
# A multi-instance activity throws events when its instances complete (table 10.30).
LOOP = "loop"

_AWAITED = ("message", "timer", "conditional", "signal")
_SEVERAL = (MULTIPLE, PARALLEL_MULTIPLE)

# Element and place, and the definitions that are allowed there.
ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("startEvent", PROCESS): (NONE, *_AWAITED, *_SEVERAL),
    ("startEvent", SUB_PROCESS): (NONE,),
    ("startEvent", EVENT_SUB_PROCESS): (
        *_AWAITED,
        *("error", "escalation", "compensate"),
        *_SEVERAL,
    ),
    ("startEvent", EVENT_SUB_PROCESS_BESIDE): (*_AWAITED, "escalation", *_SEVERAL),
    ("intermediateCatchEvent", FLOW): (*_AWAITED, "link", *_SEVERAL),
    ("intermediateThrowEvent", FLOW): (
        *(NONE, "message", "escalation", "compensate", "link", "signal"),
        MULTIPLE,
    ),
    ("boundaryEvent", BOUNDARY): (
        *_AWAITED,
        *("error", "escalation", "compensate"),
        *_SEVERAL,
    ),
    ("boundaryEvent", BOUNDARY_BESIDE): (*_AWAITED, "escalation", "compensate", *_SEVERAL),
    ("boundaryEvent", BOUNDARY_OF_TRANSACTION): ("cancel",),
    ("endEvent", FLOW): (
        *(NONE, "message", "escalation", "error", "compensate", "signal", "terminate"),
        MULTIPLE,
    ),
    ("endEvent", TRANSACTION): ("cancel",),
    ("implicitThrowEvent", LOOP): ("message", "escalation", "signal"),
}

# What one of several definitions may be; all of them must be allowed in the place, too.
PARTS_OF_MULTIPLE: Mapping[str, tuple[str, ...]] = {
    "startEvent": (*_AWAITED, "error", "escalation"),
    "intermediateCatchEvent": _AWAITED,
    "intermediateThrowEvent": ("message", "escalation", "compensate", "signal"),
    "boundaryEvent": (*_AWAITED, "error", "escalation", "cancel"),
    "endEvent": (
        *("message", "escalation", "error", "cancel", "compensate", "signal", "terminate"),
    ),
}
PARTS_OF_PARALLEL_MULTIPLE = _AWAITED
# An event throws one of these at most: each of them ends more than its own path.
ENDING = ("error", "cancel", "terminate")

EVENTS_ALLOWED: tuple[tuple[str, str, str], ...] = tuple(
    (element, definition, place)
    for (element, place), definitions in ALLOWED.items()
    for definition in definitions
)
