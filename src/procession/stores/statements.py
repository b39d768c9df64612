"""The named statements of the `.sql` files in this folder."""

import re
from collections.abc import Mapping
from importlib.resources import files


def read_statements() -> Mapping[str, str]:
    """Each statement by its name: a line `-- name: meaning`, then the SQL."""
    text = "\n".join(
        entry.read_text(encoding="utf-8")
        for entry in sorted(files("procession.stores").iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    )
    parts = re.split(r"^-- (\w+): .*$", text, flags=re.MULTILINE)
    return {name: sql.strip() for name, sql in zip(parts[1::2], parts[2::2], strict=True)}


def read_migrations() -> list[str]:
    """The migrations in their order; the first leads from an empty file to version 1."""
    folder = files("procession.stores").joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
