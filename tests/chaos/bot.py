"""The bot that answers every message, as a program of its own would; it can be killed."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from shared.bots.runner import Runner
from shared.commands import Command, Reply
from shared.errors import HubError
from shared.events import MessageAdded
from shared.model.people import Actor
from shared.runtime import open_transport
from tests.chaos.ledger import ANSWER, own_words

NAME: Final = "answers"
_AGAIN_S: Final = 0.5


async def _answer(event: MessageAdded, actor: Actor) -> Sequence[Command]:
    text = ANSWER + own_words(event.message.content.text)
    return (Reply(conversation_id=event.conversation.id, actor=actor, text=text),)


class AnsweringBot:
    """Runs in the process of the test; ``kill`` ends it wherever it is."""

    def __init__(self, url: str, token: str, place: Path) -> None:
        self._url = SecretStr(url)
        self._token = SecretStr(token)
        self.place = place
        """The file in which it keeps where it stands; there from its first connection on."""
        self.wrong: list[str] = []
        self._may_run = asyncio.Event()
        self._may_run.set()
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Run it again and again until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._may_run.wait()
                self._running = group.create_task(self._live())
                await asyncio.wait([self._running])
                await asyncio.sleep(_AGAIN_S)

    async def kill(self, down_s: float) -> None:
        """End it, and let it start again after that time."""
        self._may_run.clear()
        if self._running is not None:
            self._running.cancel()
        await asyncio.sleep(down_s)
        self._may_run.set()

    async def _live(self) -> None:
        async with open_transport(self._url, token=self._token, place=self.place) as transport:
            try:
                await Runner(NAME, _answer, transport).run()
            except HubError as error:
                self.wrong.append(f"bot: it was ended by {type(error).__name__}: {error}")
