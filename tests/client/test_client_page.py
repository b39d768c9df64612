"""docs/client.md as it is written: its examples are run one after the other."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import ROOT
from tests.contract.service import PASSWORD, open_service

PAGE = ROOT / "docs" / "client.md"
EXAMPLES = [(path.name, path.read_bytes()) for path in sorted((ROOT / "examples").glob("Usr*"))]


def examples(address: str) -> str:
    """All examples as one program, for a service at this address."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    program = "\n".join(blocks).replace("http://127.0.0.1:8080", address)
    return program.replace("correct horse battery", PASSWORD)


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "page"}
    try:
        exec(compile(program, str(PAGE), "exec"), names)
    finally:
        names["client"].close()
    return names


async def test_the_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    async with open_service(tmp_path) as serving:
        await serving.engine.catalog.deploy(EXAMPLES, by="test")
        names = await asyncio.to_thread(run, examples(serving.address))

    assert names["score"] == 50
    assert names["run"].status.name == "COMPLETED"
    printed = capsys.readouterr().out
    assert "there is no process 'UsrScoreCustomers'; did you mean" in printed
    assert "COMPLETED 4000" in printed
