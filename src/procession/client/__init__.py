"""A client of the process service, for Procession and for Creatio's sites (docs/client.md).

Rule: it knows the contract and nothing of the engine, and needs httpx and msgspec only.
"""

from procession.client.answers import LoggedElement, LoggedRun, Run, RunError, Status
from procession.client.api import ApiRun, ApiTask, Deployed
from procession.client.asynchronous import AsyncClient
from procession.client.errors import (
    BadAnswer,
    BadParameter,
    BadRequest,
    ClientError,
    Forbidden,
    LoginFailed,
    NotFound,
    NotRunning,
    ProcessFailed,
    Refused,
    ServerError,
    StillRunning,
    Unauthorized,
    UnknownElement,
    UnknownProcess,
    UnknownRun,
    Unreachable,
)
from procession.client.site import ClientCredentials, Key, Password, Site
from procession.client.sync import Client
from procession.client.values import decoded, typed

__all__ = [
    "ApiRun",
    "ApiTask",
    "AsyncClient",
    "BadAnswer",
    "BadParameter",
    "BadRequest",
    "Client",
    "ClientCredentials",
    "ClientError",
    "Deployed",
    "Forbidden",
    "Key",
    "LoggedElement",
    "LoggedRun",
    "LoginFailed",
    "NotFound",
    "NotRunning",
    "Password",
    "ProcessFailed",
    "Refused",
    "Run",
    "RunError",
    "ServerError",
    "Site",
    "Status",
    "StillRunning",
    "Unauthorized",
    "UnknownElement",
    "UnknownProcess",
    "UnknownRun",
    "Unreachable",
    "decoded",
    "typed",
]
