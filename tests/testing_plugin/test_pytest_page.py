"""docs/pytest.md as it is written: its examples are tests, and they pass."""

import re

import pytest

from tests.acceptance.running import ROOT
from tests.testing_plugin.suites import passes

pytest_plugins = ("pytester",)

PAGE = ROOT / "docs" / "pytest.md"


def test_the_examples_of_the_page_pass(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 4
    (pytester.path / "examples").symlink_to(ROOT / "examples")

    passes(pytester, "\n\n".join(blocks))
