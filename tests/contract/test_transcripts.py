"""Would a client of the original notice? Every transcript, replayed to the byte."""

from pathlib import Path

import httpx
import pytest

from tests.contract.service import Serving, bound_client, bound_keys
from tests.contract.transcripts import Bound, filled, matches, read, sent

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.http"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_every_answer_is_the_transcripts(
    path: Path, serving: Serving, client: httpx.AsyncClient
) -> None:
    bound: Bound = {
        "host": f"{serving.host}:{serving.port}",
        "cookies": "; ".join(f"{name}={value}" for name, value in client.cookies.items()),
        "csrf": client.cookies["BPMCSRF"],
        "auth": client.cookies[".ASPXAUTH"],
        **await bound_client(serving),
        **await bound_keys(serving),
    }
    for exchange in read(path):
        answer = await sent(serving.host, serving.port, filled(exchange.request, bound))
        if not matches(exchange.answer, answer, bound):
            pytest.fail(
                f"{path.name}:{exchange.line}: {exchange.title}\n"
                f"expected\n{exchange.answer.decode()}\n\ngot\n{answer.decode()}",
                pytrace=False,
            )
