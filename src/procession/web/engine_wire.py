"""What the methods beside Execute and RunProcess take and answer, member by member (CONTRACT 6).

The names are those that the vendor's own front end sends and reads.
"""

import msgspec

from procession.web.wire import ErrorInfo, ParameterValue


class ElementRequest(msgspec.Struct, rename="camel"):
    """A body of CompleteExecuting; other members are passed over."""

    parameter_values: list[ParameterValue] | None = None


class BaseResponse(msgspec.Struct, rename="camel", kw_only=True):
    """Whether it was done; `message` is for people."""

    success: bool = True
    error_info: ErrorInfo | None = None


class MessageResponse(BaseResponse, rename="camel", kw_only=True):
    message: str = ""


class ExecutionData(msgspec.Struct, kw_only=True, rename="camel"):
    """An element that waits for somebody, for a page that shows it.

    There are no pages and no records here, so the members that name them are null.
    """

    process_id: str
    proc_el_uid: str = msgspec.field(name="procElUId")
    schema_element_uid: str = msgspec.field(name="schemaElementUId")
    name: str
    caption: str
    process_name: str
    record_id: None = None
    entity_schema_name: None = None
    action: None = None


class NoExecutionData(msgspec.Struct):
    """The front end reads `status` as what has gone wrong."""

    message: str
    status: str = "404"


class CompleteExecutingResponse(BaseResponse, rename="camel", kw_only=True):
    execution_data: list[ExecutionData] | None = None
    waiting_user_task_count: int = 0


class ExecutionDataBatchResponse(BaseResponse, rename="camel", kw_only=True):
    batch: list[ExecutionData]


class ElementStatusResponse(BaseResponse, rename="camel", kw_only=True):
    """`status`: the number of RunProcess's `processStatus`."""

    status: int


class CountResponse(BaseResponse, rename="camel", kw_only=True):
    count: int


class TimerEvent(msgspec.Struct, rename="pascal", kw_only=True):
    """`state`: in the words of the scheduler that the original uses."""

    uid: str = msgspec.field(name="UId")
    caption: str
    state: str
    previous_fire_time: str | None = None
    next_fire_time: str | None = None


class TimerEventsResponse(BaseResponse, rename="camel", kw_only=True):
    timers: list[TimerEvent] = msgspec.field(name="timerEventsInfo")
