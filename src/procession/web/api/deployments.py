"""Deploying files, and checking them without."""

from typing import Annotated

from msgspec import Meta, Struct

from procession.access import Duty
from procession.catalog import Deployed
from procession.errors import BadRequest
from procession.web.api.operations import Call, Operation, Raw, Reply
from procession.web.api.problems import FileProblem, file_problems

XML_TYPES = ("application/xml", "text/xml", "application/octet-stream")
FILES_MAX = 200


class GivenFile(Struct, rename="camel", forbid_unknown_fields=True):
    """A BPMN file, or a DMN file if its name ends in `.dmn`; `content` is its XML."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    content: str


class GivenFiles(Struct, rename="camel", forbid_unknown_fields=True):
    """Files that belong together: all are taken, or none."""

    files: Annotated[list[GivenFile], Meta(min_length=1, max_length=FILES_MAX)]


FileName = Annotated[
    str, Meta(max_length=300, description="The file's name, where the body is the file itself.")
]


class Deploy(Struct, rename="camel"):
    file: FileName = ""
    strict: Annotated[bool, Meta(description="Whether warnings refuse a file, too.")] = False


class Check(Struct, rename="camel"):
    file: FileName = ""


class DeployedShape(Struct, rename="camel"):
    """What became of a process or decision; `changed`: it is a new version."""

    name: str
    version: int
    caption: str
    changed: bool
    file: str
    warnings: list[FileProblem]


class Deployment(Struct, rename="camel"):
    deployed: list[DeployedShape]


class Checked(Struct, rename="camel"):
    """`deployable`: nothing but warnings was found."""

    deployable: bool
    problems: list[FileProblem]


async def deploy(call: Call, asked: Deploy, body: Raw | GivenFiles) -> Reply:
    call.service.access.require(call.principal, Duty.DEPLOY)
    files = _files(body, asked.file)
    by = call.principal.name
    deployed = await call.engine.catalog.deploy(files, by=by, strict=asked.strict)
    return Reply(Deployment([_deployed(each) for each in deployed]))


def _deployed(each: Deployed) -> DeployedShape:
    return DeployedShape(
        each.name,
        each.version,
        each.caption,
        each.changed,
        each.file,
        file_problems(each.warnings),
    )


async def check(call: Call, asked: Check, body: Raw | GivenFiles) -> Reply:
    call.service.access.require(call.principal, Duty.DEPLOY)
    problems = await call.engine.catalog.check(_files(body, asked.file))
    deployable = all(each.warning for each in problems)
    return Reply(Checked(deployable, file_problems(problems)))


def _files(body: Raw | GivenFiles, name: str) -> list[tuple[str, bytes]]:
    if isinstance(body, GivenFiles):
        if name:
            raise BadRequest("file: in JSON each file has its own name; leave it out")
        return [(each.name, _utf8(each)) for each in body.files]
    if not name:
        raise BadRequest("file: say the file's name, such as ?file=order.bpmn")
    return [(name, bytes(body))]


def _utf8(file: GivenFile) -> bytes:
    try:
        return file.content.encode()
    except UnicodeEncodeError:
        raise BadRequest(f"{file.name[:60]!r}: the content is not valid Unicode") from None


_TAG = "Deployments"
_FILE_EXAMPLE = {"files": [{"name": "order.bpmn", "content": "<bpmn:definitions …/>"}]}

OPERATIONS = (
    Operation(
        method="POST",
        path="/deployments",
        name="deploy",
        tag=_TAG,
        summary="Deploy BPMN and DMN files: all of them, or none if one has a problem",
        description="The body is one file with its name in `file`, or JSON with several files.",
        handler=deploy,
        asked=Deploy,
        body=GivenFiles,
        answer=Deployment,
        takes=XML_TYPES,
        refusals=(400, 403, 415, 422),
        examples={"body": _FILE_EXAMPLE},
    ),
    Operation(
        method="POST",
        path="/checks",
        name="check",
        tag=_TAG,
        summary="Say what is wrong with files, and what may go wrong; nothing is deployed",
        handler=check,
        asked=Check,
        body=GivenFiles,
        answer=Checked,
        takes=XML_TYPES,
        refusals=(400, 403, 415),
        examples={"body": _FILE_EXAMPLE},
    ),
)
