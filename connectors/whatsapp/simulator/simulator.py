"""The simulator as the hub holds it: starts, listens, acts for customers, shows phones."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from connectors.simulator import SimulatorContext
from connectors.whatsapp.simulator.acts import Acts
from connectors.whatsapp.simulator.customer import Customers
from connectors.whatsapp.simulator.events import Events
from connectors.whatsapp.simulator.faults import Faults
from connectors.whatsapp.simulator.management import Management
from connectors.whatsapp.simulator.phone import screen
from connectors.whatsapp.simulator.sending import Sending
from connectors.whatsapp.simulator.server import Server
from connectors.whatsapp.simulator.shelf import Shelf
from connectors.whatsapp.simulator.templates import Templates
from connectors.whatsapp.simulator.webhooks import Webhooks
from connectors.whatsapp.simulator.world import Person, World


class WhatsAppSimulator:
    """One number's WhatsApp."""

    def __init__(self, context: SimulatorContext) -> None:
        seed = crc32(context.channel_id.encode())
        self._token = f"EAAsimulated{seed:010d}"
        self._app_secret = f"5ec3e7{seed:08x}{seed:08x}"
        self._number_id = f"1065{seed:010d}"
        self._account_id = f"1022{seed:010d}"
        self._context = context
        self._faults = Faults()
        self._shelf = Shelf()
        self._world = World(context.clock)
        self.templates = Templates()
        self.webhooks = Webhooks(
            context.http,
            self._faults,
            app_secret=self._app_secret,
            number_id=self._number_id,
            account_id=self._account_id,
            url=context.webhook_url,
        )
        self.sending = Sending(
            self._world, self._shelf, self.templates, self.webhooks, self._faults, self._tell
        )
        self._customers = Customers(
            self._world, self._shelf, self.webhooks, self.sending, self._tell
        )
        events = Events(self._world, self.webhooks, self.templates, self._tell)
        self._acts = Acts(self._world, self._customers, events)
        self.management = Management(
            self._world,
            self._shelf,
            self.templates,
            self.webhooks,
            self._faults,
            context.http,
            number_id=self._number_id,
            account_id=self._account_id,
        )
        self._server = Server(
            self._token,
            self._faults,
            self._shelf,
            send=self.sending.take,
            methods=self.management.methods(),
        )
        self.management.server = self._server
        self._base = ""
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen on a free local port and return the ``api_base``."""
        self._base = await self._server.start()
        # The one task of ours; close() ends and awaits it.
        self._running = asyncio.create_task(self.webhooks.run())
        return self._base

    async def close(self) -> None:
        """Stop listening."""
        await self._server.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this simulator."""
        return {
            "access_token": self._token,
            "phone_number_id": self._number_id,
            "waba_id": self._account_id,
            "app_secret": self._app_secret,
            "webhook": "manual",
            "api_base": self._base,
        }

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer; returns the message's id."""
        return self._customers.write(customer, text, attachments)

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Press, reply, react, hide the number and so on. Raises ``BadRequest``."""
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
        """Let the next calls, statuses or webhooks go wrong. Raises ``BadRequest``."""
        self._faults.arm(kind, times)

    def waiting(self) -> int:
        """How many webhooks the hub has not taken yet."""
        return self.webhooks.waiting

    def _tell(self, person: Person) -> None:
        self._context.changed(person.key)
