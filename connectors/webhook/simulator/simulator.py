"""The simulator as the hub holds it: starts, listens, acts for customers, shows phones."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from connectors.simulator import SimulatorContext
from connectors.webhook.simulator.acts import Acts
from connectors.webhook.simulator.faults import Faults
from connectors.webhook.simulator.outbox import Outbox
from connectors.webhook.simulator.receiver import Receiver
from connectors.webhook.simulator.world import World
from shared.webhooks.signing import new_secret


class WebhookSimulator:
    """A system that speaks the hub's own JSON."""

    def __init__(self, context: SimulatorContext) -> None:
        self._secret = SecretStr(new_secret())
        self._faults = Faults()
        self._world = World(context.clock)
        url = context.webhook_url
        self.outbox = Outbox(self._world, self._faults, context.http, url, self._secret)
        self.receiver = Receiver(
            self._world, self._faults, self.outbox, self._secret, context.changed
        )
        self._acts = Acts(self._world, self.outbox, self.receiver, context.changed)
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen on a free local port; returns the address of this system."""
        base = await self.receiver.start()
        # The one task of ours; close() ends and awaits it.
        self._running = asyncio.create_task(self.outbox.run())
        return base

    async def close(self) -> None:
        """Stop listening and telling."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            self._running = None
        await self.receiver.close()

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this system."""
        return {
            "secret": self._secret.get_secret_value(),
            "callback_url": f"{self.receiver.base}/callbacks",
            "typing": True,
        }

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer; returns the message's id."""
        return self._acts.write(customer, text, attachments)

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Edit, delete, react, reply, press, read, call and so on. Raises ``BadRequest``."""
        self._acts.run(customer, action)

    def acts(self) -> Sequence[str]:
        """What its customers can do besides writing."""
        return self._acts.names()

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer's phone shows, oldest first."""
        person = self._world.people.get(customer)
        return [line.shown() for line in person.lines] if person else []

    def customers(self) -> Sequence[str]:
        """The customers who have written."""
        return list(self._world.people)

    def fault(self, kind: str, times: int) -> None:
        """Let the next callbacks or events go wrong. Raises ``BadRequest``."""
        self._faults.arm(kind, times)

    def waiting(self) -> int:
        """How many events the hub has not taken yet."""
        return self.outbox.waiting
