"""The load: customers who write, closed loop or paced, and what came of their messages."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from tests.bench.hook import Hook
from tests.bench.updates import FIRST_CHAT, update

_REPLY_LIMIT_S: Final = 20.0
_READY_LIMIT_S: Final = 60.0
_AGAIN_S: Final = 0.1
_SECRET: Final = "X-Telegram-Bot-Api-Secret-Token"
_OK: Final = 200


@dataclass(slots=True)
class Message:
    """One message on its way. Times are of this process's clock, in seconds."""

    number: int
    chat: int
    sent_at: float
    replied: asyncio.Future[float]
    shown_at: float | None = None
    replies: int = 0
    shows: int = 0


@dataclass(slots=True)
class Phase:
    """What one phase of the load came to. Times in seconds."""

    messages: int = 0
    seconds: float = 0.0
    replies_s: list[float] = field(default_factory=list)
    """From the webhook's request to the reply's arrival."""
    shows_s: list[float] = field(default_factory=list)
    """From the webhook's request to the frame on the agent's screen."""
    problems: list[str] = field(default_factory=list)


class Load:
    """All messages of one set-up's run, over its phases."""

    def __init__(self) -> None:
        self.messages: dict[int, Message] = {}
        self.strangers: list[str] = []
        """Replies that belong to no message, or to one of another customer."""
        self._hooks: list[Hook] = []

    def aim(self, url: str, secret: str, clients: int) -> None:
        """Write to this webhook from now on, as so many customers."""
        self._hooks = [Hook(url, {_SECRET: secret}) for _ in range(clients)]

    def close(self) -> None:
        """Close the connections."""
        for hook in self._hooks:
            hook.close()

    def replied(self, number: int, chat_id: int) -> None:
        """A reply has arrived at the platform."""
        message = self.messages.get(number)
        if message is None or chat_id != FIRST_CHAT + message.chat:
            self.strangers.append(f"a reply to nobody: message {number}, chat {chat_id}")
            return
        message.replies += 1
        if not message.replied.done():
            message.replied.set_result(time.perf_counter())

    def shown(self, number: int) -> None:
        """A message, or the reply to it, has appeared on the agent's screen."""
        message = self.messages.get(number)
        if message is not None:
            message.shows += 1
            if message.shown_at is None:
                message.shown_at = time.perf_counter()

    async def warm_up(self, seconds: float) -> None:
        """Wait until the way is open, then write for some seconds."""
        await self._say(0, insist=True)
        await self.closed(seconds, None)

    async def closed(self, seconds: float, messages: int | None) -> Phase:
        """Each customer writes on when the last message was answered, until one limit is met."""
        phase = Phase()
        began = time.perf_counter()
        until = began + seconds
        left = iter(range(messages if messages is not None else 10**9))

        async def customer(chat: int) -> None:
            while time.perf_counter() < until and next(left, None) is not None:
                await self._measured(phase, chat)

        await asyncio.gather(*(customer(chat) for chat in range(len(self._hooks))))
        phase.seconds = time.perf_counter() - began
        return phase

    async def paced(self, seconds: float, per_s: float) -> Phase:
        """Messages at even distances, whether the earlier ones were answered or not."""
        phase = Phase()
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(seconds * per_s)):
                await asyncio.sleep(max(0.0, began + number / per_s - time.perf_counter()))
                group.create_task(self._measured(phase, number % len(self._hooks)))
        phase.seconds = time.perf_counter() - began
        return phase

    async def _measured(self, phase: Phase, chat: int) -> None:
        try:
            message = await self._say(chat)
        except (TimeoutError, ConnectionError) as error:
            phase.problems.append(f"{type(error).__name__} {error}".strip())
            return
        phase.messages += 1
        phase.replies_s.append(message.replied.result() - message.sent_at)
        if message.shown_at is not None:
            phase.shows_s.append(message.shown_at - message.sent_at)

    async def _say(self, chat: int, *, insist: bool = False) -> Message:
        """Write once and wait for the reply. Raises ``TimeoutError``, ``ConnectionError``."""
        number = len(self.messages)
        loop = asyncio.get_running_loop()
        message = Message(number, chat, time.perf_counter(), loop.create_future())
        self.messages[number] = message
        hook, body = self._hooks[chat], update(number, chat)
        async with asyncio.timeout(_READY_LIMIT_S if insist else _REPLY_LIMIT_S):
            while (status := await hook.post(body)) != _OK:
                if not insist:
                    raise ConnectionError(f"the webhook answered {status}")
                await asyncio.sleep(_AGAIN_S)
            await message.replied
        return message

    async def settle(self, *, screen: bool) -> dict[str, int]:
        """Once everything has come to rest: how often messages were answered and shown."""
        expected = 2 if screen else 0  # the message and its reply
        try:
            async with asyncio.timeout(_REPLY_LIMIT_S):
                while any(m.shows < expected for m in self.messages.values()):  # noqa: ASYNC110 - asked ten times a second it costs less than an event per frame
                    await asyncio.sleep(_AGAIN_S)
        except TimeoutError:
            pass  # the figures say it
        every = self.messages.values()
        return {
            "sent": len(every),
            "unanswered": sum(m.replies == 0 for m in every),
            "answered_twice": sum(m.replies > 1 for m in every),
            "shown_less": sum(m.shows < expected for m in every),
            "shown_more": sum(m.shows > expected for m in every),
            "strangers": len(self.strangers),
        }
