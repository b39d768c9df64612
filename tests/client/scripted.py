"""A driver without a network: it answers a talk from a script, and tells what was asked."""

from typing import TypeVar

import msgspec

from procession.client.exchange import Alone, Ask, Lost, Pause, Reply, Talk
from procession.client.site import Login, Password, Site
from procession.client.talks import Talks

SITE = Site("http://localhost")
PASSWORD = Password("Supervisor", "secret")
LOGGED_IN = Reply(200, {}, b'{"Code":0}', {"BPMCSRF": "token-1"})
TURNED_AWAY = Reply(401, {}, b"")
T = TypeVar("T")
OK = Reply(200, {}, b"")


def json_reply(content: object, status: int = 200, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        status, {"content-type": "application/json", **names}, msgspec.json.encode(content)
    )


class Script:
    """Answers in their order; `asked` and `pauses` are what the talk wanted."""

    def __init__(self, *answers: Reply | Lost) -> None:
        self._answers = list(answers)
        self.asked: list[Ask] = []
        self.pauses: list[float] = []
        self.time = 0.0

    @property
    def places(self) -> list[str]:
        """The last part of each address."""
        return [ask.url.partition("?")[0].rpartition("/")[2] for ask in self.asked]

    def talks(self, login: Login | None = PASSWORD, *, tries: int = 3) -> Talks:
        return Talks(SITE, login, tries=tries, clock=lambda: self.time)

    def see(self, talk: Talk[T]) -> T:
        outcome: Reply | Lost | None = None
        while True:
            try:
                step = talk.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = None
            match step:
                case Ask():
                    self.asked.append(step)
                    outcome = self._answers.pop(0)
                case Pause():
                    self.pauses.append(step.seconds)
                    self.time += step.seconds
                case Alone():
                    self.see(step.talk)

    def left(self) -> int:
        return len(self._answers)
