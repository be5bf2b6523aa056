"""The stories during which the hub is killed: one step of one customer each, and what they do next.

``prepare`` happens in peace; ``act`` is what the kill falls into, and whoever acts repeats as the
real ones do: a platform until its update is confirmed, a visitor's widget and an agent's browser
under their own id. ``follow`` is the same customer's next step, taken while the hub is away.
"""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import uuid4

from aiohttp import ClientError

from connectors.simulator import Simulator
from tests.chaos.crash_points.hub import PointedHub
from tests.chaos.crash_points.screen import Screen
from tests.chaos.crash_points.thread import FILE, Expected, messages_of, wrong_with
from tests.support.far_ends import Visitor
from tests.support.waiting import until

_PHOTO: Final = {"name": "photo.png", "mime": "image/png", "data_base64": b64encode(FILE).decode()}
_AGAIN_S: Final = 0.05
_QUIET_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class World:
    """Who takes part."""

    hub: PointedHub
    screen: Screen
    polled: Simulator
    """Telegram, asked for its updates."""
    pushing: Simulator
    """Telegram, which calls our webhook."""


class Story(Protocol):
    """See the module."""

    customer: str
    expected: Expected

    async def prepare(self) -> None:
        """What comes before."""

    async def act(self) -> None:
        """The step under fire; returns when it was accepted."""

    async def follow(self) -> None:
        """The next step."""

    async def wrong(self, attempts: frozenset[str]) -> list[str]:
        """What is not as it must be after all of it."""


@dataclass
class OnTelegram:
    """A customer on a simulated Telegram."""

    world: World
    simulator: Simulator
    customer: str
    expected: Expected = field(default_factory=Expected)

    async def write(self, text: str, files: Sequence[Mapping[str, Any]] = ()) -> None:
        """The platform has it from here on. The echo bot answers a text."""
        await self.simulator.write(self.customer, text, files)
        self.expected.inbound.append(text)
        if text:
            self.expected.replies.append(text)

    async def wrong(self, attempts: frozenset[str]) -> list[str]:
        """See ``Story``."""
        return await wrong_with(
            self.world.hub, self.world.screen, self.expected, self.customer,
            self.simulator.phone(self.customer), attempts, exactly_once=False,
        )  # fmt: skip


class PolledText(OnTelegram):
    """A text, fetched by polling, and the bot's answer."""

    async def prepare(self) -> None:
        """Nothing."""

    async def act(self) -> None:
        """Write."""
        await self.write("one")

    async def follow(self) -> None:
        """Write again."""
        await self.write("two")


class PushedPlace(PolledText):
    """A location, brought by webhook; no bot answers it."""

    async def act(self) -> None:
        """Send it."""
        await self.simulator.act(self.customer, {"type": "location"})
        self.expected.inbound.append("")


class PolledPhoto(PolledText):
    """A photo; the hub fetches it."""

    async def act(self) -> None:
        """Send it."""
        await self.write("", [_PHOTO])


class AgentsFile(PolledText):
    """An agent answers with a file."""

    async def prepare(self) -> None:
        """The customer writes."""
        await self.write("hello")

    async def act(self) -> None:
        """Upload, and answer with it."""
        file = await _insist(self._upload)
        await self._reply("the file", [file["id"]])

    async def follow(self) -> None:
        """Answer once more."""
        await self._reply("anything else?", [])

    async def _upload(self) -> Any:
        hub = self.world.hub
        url = f"{hub.url}/api/v1/uploads?name=photo.png"
        async with hub.http.post(url, data=FILE, headers={"Content-Type": "image/png"}) as answer:
            assert answer.status == 201, answer.status
            return await answer.json()

    async def _reply(self, text: str, attachments: list[str]) -> None:
        self.expected.replies.append(text)
        hub, id = self.world.hub, str(uuid4())
        messages = await _insist(lambda: messages_of(hub, self.customer))
        path = f"/api/v1/conversations/{messages[0]['conversation_id']}/messages"
        body = {"id": id, "kind": "reply", "text": text, "attachments": attachments}
        await _insist(lambda: hub.call("POST", path, body))


@dataclass
class SiteText:
    """A visitor of the site chat, and the bot's answer."""

    world: World
    customer: str
    expected: Expected = field(default_factory=Expected)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.world.hub, self.customer)

    async def write(self, text: str) -> None:
        """Write until it is accepted."""
        self.expected.inbound.append(text)
        self.expected.replies.append(text)
        await self.visitor.write(text)

    async def prepare(self) -> None:
        """Open the widget."""
        await self.visitor.shown()

    async def act(self) -> None:
        """Write."""
        await self.write("one")

    async def follow(self) -> None:
        """Write again."""
        await self.write("two")

    async def wrong(self, attempts: frozenset[str]) -> list[str]:
        """See ``Story``."""
        return await wrong_with(
            self.world.hub, self.world.screen, self.expected, self.customer,
            await self.visitor.shown(), attempts, exactly_once=True,
        )  # fmt: skip


class SiteReceipt(SiteText):
    """The visitor's widget says that the answer was read."""

    async def prepare(self) -> None:
        """Write, and get the answer."""
        await self.write("one")
        await until(self._answered, limit_s=_QUIET_S)

    async def _answered(self) -> bool:
        return any(line["from"] == "hub" for line in await self.visitor.shown())

    async def act(self) -> None:
        """Say that it was read."""
        lines = [line for line in await self.visitor.shown() if line["from"] == "hub"]
        self.expected.read.append(lines[0]["text"])
        await self.visitor.read(lines[0]["ids"])


async def _insist(ask: Any) -> Any:
    """Ask until there is an answer, as a browser does."""
    while True:
        try:
            return await ask()
        except (ClientError, AssertionError, TimeoutError, ConnectionError):
            await asyncio.sleep(_AGAIN_S)


STORIES: Final = ("polled-text", "pushed-place", "polled-photo", "agents-file", "site-text",
                  "site-receipt")  # fmt: skip


def story(name: str, world: World, customer: str) -> Story:
    """A story of a customer of its own."""
    match name:
        case "polled-text":
            return PolledText(world, world.polled, customer)
        case "pushed-place":
            return PushedPlace(world, world.pushing, customer)
        case "polled-photo":
            return PolledPhoto(world, world.polled, customer)
        case "agents-file":
            return AgentsFile(world, world.polled, customer)
        case "site-text":
            return SiteText(world, customer)
        case "site-receipt":
            return SiteReceipt(world, customer)
    raise LookupError(name)
