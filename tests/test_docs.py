"""The docs keep up: what a user can meet is described, and what is described is there."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from procession import errors
from procession.cli import program
from procession.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(program, "procession"))


def section(page: str, heading: str) -> str:
    """The part of a page under the heading that holds these words."""
    pattern = rf"^#+ [^\n]*`{re.escape(heading)}[^\n]*\n(.*?)(?=^#|\Z)"
    match = re.search(pattern, page, re.MULTILINE | re.DOTALL)
    assert match, f"no section `{heading}`"
    return match[1]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_described(path: str) -> None:
    described = section(text("docs/cli.md"), path)

    options = [name for param in COMMANDS[path].params for name in param.opts if name[:2] == "--"]
    if path == "procession serve":
        options = []  # Each is a setting: docs/settings.md has them.
    assert [name for name in options if f"`{name}" not in described] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_in_its_help_what_it_does(path: str) -> None:
    command = COMMANDS[path]

    assert command.help
    assert all(param.help for param in command.params if isinstance(param, click.Option))


def test_no_section_describes_a_command_that_is_gone() -> None:
    described = re.findall(r"^#+ `(procession [a-z -]*[a-z])", text("docs/cli.md"), re.MULTILINE)

    assert set(described) - COMMANDS.keys() == set()


def test_every_setting_is_described() -> None:
    page = text("docs/settings.md")

    assert [field.name for field in fields(Settings) if field.name not in page] == []


def test_every_error_is_described() -> None:
    page = text("docs/errors.md")

    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ProcessionError)
    ]
    names = {name for kind in kinds for name in (kind.__name__, kind.code)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    page = text("docs/dependencies.md")

    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=;~ ]", requirement)[0] for requirement in asked}
    rows = set(re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE)) - {"package", "tool", "make"}

    assert names - rows == set(), "without a row"
    assert rows - names - {"git"} == set(), "a row without a dependency"


def test_every_decision_is_in_the_index() -> None:
    index = text("docs/decisions/README.md")

    decisions = [path.name for path in (DOCS / "decisions").glob("[0-9]*.md")]
    assert [name for name in sorted(decisions) if f"]({name})" not in index] == []


def test_a_decision_has_its_number_for_itself() -> None:
    numbers = [path.name[:4] for path in (DOCS / "decisions").glob("[0-9]*.md")]

    assert len(numbers) == len(set(numbers))


def links(page: Path) -> Iterator[str]:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings, made as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        file, _, anchor = link.partition("#")
        if ":" in file:
            continue
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def fenced(page: Path) -> Iterator[str]:
    """The lines that a reader would type: those in shell fences, without prompts."""
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(), re.DOTALL):
        yield from (line.removeprefix("$ ").strip() for line in block.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_commands_that_a_page_tells_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    unknown = []
    for line in fenced(page):
        words = [word for word in line.split() if "=" not in word]
        if words[:1] == ["make"]:
            unknown += [word for word in words[1:2] if word not in targets]
        elif words and words[0].endswith("procession"):
            unknown += [line] * (not known_command(words[1:]))
    assert unknown == []


def known_command(words: list[str]) -> bool:
    if words[:1] == ["--version"]:
        return True
    path = " ".join(["procession", *words])
    return any(path == name or path.startswith(f"{name} ") for name in COMMANDS)


def test_the_changelog_tells_of_what_is_not_released_yet_or_of_this_version() -> None:
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE)

    assert headings
    assert headings[0] == "Unreleased" or headings[0].startswith(version)
