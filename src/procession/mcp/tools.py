"""What a process is as a tool, and what a run is as a tool's result. Pure.

The schemas are JSON Schema, as the protocol wants; the names of parameters stay as they are.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import mcp_types as types

from procession.mcp.service import Refused, Run, Startable

RUN_STATUS = "procession_run_status"
RESERVED = (RUN_STATUS,)
NAME_LENGTH_MAX = 128
TEXT_LENGTH_MAX = 20_000

Schema = dict[str, Any]

_TYPES: Mapping[str, Schema] = {
    "Text": {"type": "string"},
    "Integer": {"type": "integer"},
    "Float": {"type": "number"},
    "Decimal": {"type": "number"},
    "Money": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
    "Time": {"type": "string", "format": "time"},
    "Guid": {"type": "string", "format": "uuid"},
    "Lookup": {"type": "string", "format": "uuid"},
    "Any": {},
}
_SETTABLE = ("in", "both")
_RUN_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "processId": {"type": "string", "format": "uuid", "description": "The id of the run."},
        "process": {"type": "string"},
        "status": {
            "type": "string",
            "enum": ["Running", "Completed", "Error", "Canceled"],
            "description": "Running: it rests at something that others must do, or takes longer.",
        },
        "values": {"type": "object", "description": "The process's parameters as they are now."},
        "waitsAt": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The elements at which a run that goes on stands.",
        },
        "incidents": {
            "type": "array",
            "description": "Why it is stuck.",
            "items": {
                "type": "object",
                "properties": {
                    "element": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["element", "code", "message"],
            },
        },
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["processId", "process", "status", "values", "waitsAt", "incidents", "warnings"],
}


def tools_of(processes: Sequence[Startable]) -> list[types.Tool]:
    """A tool for each process that can be named as one, and one that looks at a run."""
    named = [each for each in processes if len(each.name) <= NAME_LENGTH_MAX]
    return [
        *(_tool(process) for process in named if process.name not in RESERVED),
        _status_tool(),
    ]


def result_of(run: Run) -> types.CallToolResult:
    """A run, as it stands; one that has failed is a tool's error."""
    structured = {
        "processId": str(run.id),
        "process": run.process,
        "status": run.status,
        "values": run.values,
        "waitsAt": run.waits_at,
        "incidents": run.incidents,
        "warnings": run.warnings,
    }
    text = json.dumps(structured, ensure_ascii=False, default=str)
    if len(text) > TEXT_LENGTH_MAX:
        text = f"{text[:TEXT_LENGTH_MAX]}… (the whole is in the structured content)"
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        structured_content=structured,
        is_error=run.status == "Error",
    )


def refusal_of(refused: Refused) -> types.CallToolResult:
    """Why nothing was started, in words that let the caller do better."""
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=f"{refused} [{refused.code}]")],
        is_error=True,
    )


def _tool(process: Startable) -> types.Tool:
    settable = [each for each in process.parameters if each.direction in _SETTABLE]
    return types.Tool(
        name=process.name,
        title=process.caption,
        description=_description(process),
        input_schema={
            "type": "object",
            "properties": {
                each.code: _parameter(each.type, each.columns, each.caption, each.code)
                for each in settable
            },
            "additionalProperties": False,
        },
        output_schema=_RUN_SCHEMA,
        annotations=types.ToolAnnotations(title=process.caption, read_only_hint=False),
    )


def _description(process: Startable) -> str:
    given = [
        f"{each.code} ({each.type})" for each in process.parameters if each.direction != "internal"
    ]
    said = process.documentation or f"Runs the business process {process.caption}."
    gives = f"\n\nIts values are {', '.join(given)}." if given else ""
    return f"{said}{gives}"


def _parameter(kind: str, columns: Mapping[str, str], caption: str, code: str) -> Schema:
    schema = _collection(columns) if kind == "Collection" else dict(_TYPES[kind])
    return schema if caption in ("", code) else {**schema, "description": caption}


def _collection(columns: Mapping[str, str]) -> Schema:
    row: Schema = {"type": "object"}
    if columns:
        row["properties"] = {
            code: dict(_TYPES.get(kind, {"type": "array"})) for code, kind in columns.items()
        }
    return {"type": "array", "items": row}


def _status_tool() -> types.Tool:
    return types.Tool(
        name=RUN_STATUS,
        title="How a run stands",
        description="Looks at a run of a process that was started before and may still go on.",
        input_schema={
            "type": "object",
            "properties": {
                "processId": {"type": "string", "format": "uuid", "description": "Its id."}
            },
            "required": ["processId"],
            "additionalProperties": False,
        },
        output_schema=_RUN_SCHEMA,
        annotations=types.ToolAnnotations(read_only_hint=True),
    )
