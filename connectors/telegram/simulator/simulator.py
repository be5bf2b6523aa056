"""The simulator as the hub holds it: starts, listens, acts for customers, shows phones."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from zlib import crc32

from connectors.simulator import SimulatorContext
from connectors.telegram.simulator.acts import Acts
from connectors.telegram.simulator.attachments import KINDS
from connectors.telegram.simulator.changing import Changing
from connectors.telegram.simulator.customer import Customers
from connectors.telegram.simulator.delivery import Delivery
from connectors.telegram.simulator.faults import Faults
from connectors.telegram.simulator.happenings import Events
from connectors.telegram.simulator.parameters import Parameters
from connectors.telegram.simulator.phone import screen
from connectors.telegram.simulator.queue import UpdateQueue
from connectors.telegram.simulator.sending import Sending
from connectors.telegram.simulator.server import Method, Server
from connectors.telegram.simulator.shelf import Shelf
from connectors.telegram.simulator.world import Person, World, first_id


class TelegramSimulator:
    """One bot's Telegram."""

    def __init__(self, context: SimulatorContext) -> None:
        number = 5_000_000_000 + crc32(context.channel_id.encode()) % 1_000_000_000
        self._token = f"{number}:AAE-simulated_{crc32(str(number).encode()):08x}"
        self._context = context
        self._faults = Faults()
        self._shelf = Shelf()
        self._world = World(context.clock, _bot(number))
        self._queue = UpdateQueue(context.clock, self._faults, first_id(context.clock))
        self._delivery = Delivery(self._world, self._queue, context.http)
        self._changing = Changing(self._world, self._tell)
        self._customers = Customers(self._world, self._shelf, self._queue, self._tell)
        self._acts = Acts(self._world, self._customers, self._changing, self._queue)
        self._server = Server(self._token, self._methods(), self._faults, self._shelf)
        self._base = ""
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen on a free local port and return the ``api_base``."""
        self._base = await self._server.start()
        # The one task of ours; close() ends and awaits it. Its deliveries live in a task group.
        self._running = asyncio.create_task(self._delivery.run())
        return self._base

    async def close(self) -> None:
        """Stop listening."""
        self._delivery.close()
        await self._server.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this simulator."""
        return {"token": self._token, "api_base": self._base}

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer; returns the message's number."""
        return self._customers.write(customer, text, attachments)

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Press, edit, react, reply, block and so on. Raises ``BadRequest``."""
        self._acts.run(customer, action)

    def acts(self) -> Sequence[str]:
        """What its customers can do besides writing."""
        return self._acts.names()

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer's phone shows, oldest first."""
        return screen(self._world.known(customer), self._shelf)

    def customers(self) -> Sequence[str]:
        """The customers who have written."""
        return self._world.names()

    def fault(self, kind: str, times: int) -> None:
        """Let the next calls or updates go wrong. Raises ``BadRequest``."""
        self._faults.arm(kind, times)

    def waiting(self) -> int:
        """How many updates the hub has not taken yet."""
        return len(self._queue)

    def _tell(self, person: Person) -> None:
        for key in person.room.members:
            self._context.changed(key)

    def _methods(self) -> dict[str, Method]:
        events = Events(self._world, self._queue)
        sending = Sending(self._world, self._shelf, events, self._tell)
        changing, delivery = self._changing, self._delivery
        files: dict[str, Method] = {
            f"send{kind.replace('_', '')}": partial(sending.file, kind) for kind in KINDS
        }
        return files | {
            "getme": self._me,
            "getfile": lambda given: self._shelf.get(given.text("file_id")),
            "getupdates": delivery.get_updates,
            "setwebhook": delivery.set_webhook,
            "deletewebhook": delivery.delete_webhook,
            "getwebhookinfo": delivery.info,
            "sendmessage": sending.message,
            "sendmediagroup": sending.album,
            "sendlocation": sending.place,
            "sendvenue": sending.place,
            "sendcontact": sending.contact,
            "senddice": sending.dice,
            "sendpoll": sending.poll,
            "sendchataction": changing.action,
            "editmessagetext": changing.edit_text,
            "editmessagecaption": changing.edit_caption,
            "deletemessage": changing.delete,
            "deletebusinessmessages": changing.delete_business,
            "readbusinessmessage": changing.read_business,
            "setmessagereaction": changing.react,
            "answercallbackquery": changing.answer,
        }

    def _me(self, _given: Parameters) -> dict[str, Any]:
        return self._world.bot | {
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": True,
            "has_main_web_app": False,
        }


def _bot(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": True, "first_name": "Omnihub", "username": "omnihub_demo_bot"}
