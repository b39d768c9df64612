"""Procession's own HTTP API: `/api` (docs/api.md)."""

from procession.web.api import (
    decisions,
    deployments,
    incidents,
    instances,
    messaging,
    people,
    processes,
    rights,
    service,
    startable,
    starts,
    streams,
    tasks,
    webhooks,
)
from procession.web.api.operations import PREFIX, Operation, routes
from procession.web.api.pages import page_routes
from procession.web.api.problems import problem_answer
from procession.web.routes import Door

OPERATIONS: tuple[Operation, ...] = (
    *processes.OPERATIONS,
    *startable.OPERATIONS,
    *deployments.OPERATIONS,
    *starts.OPERATIONS,
    *instances.OPERATIONS,
    *streams.OPERATIONS,
    *tasks.OPERATIONS,
    *incidents.OPERATIONS,
    *messaging.OPERATIONS,
    *decisions.OPERATIONS,
    *people.OPERATIONS,
    *rights.OPERATIONS,
    *webhooks.OPERATIONS,
    *service.OPERATIONS,
)

API = Door(PREFIX, [*routes(OPERATIONS), *page_routes(OPERATIONS)], problem_answer)
