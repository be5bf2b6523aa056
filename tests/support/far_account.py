"""A platform's far end in the test's own process: an account beside the hub's simulated one."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import ClientSession

from connectors.simulator import Simulator, SimulatorContext
from connectors.telegram.simulator import simulate as telegram
from connectors.vk.simulator import simulate as vk
from shared.clock import SystemClock
from shared.ids import ChannelId
from tests.support.waiting import until

_SIMULATE: Final[Mapping[str, Callable[[SimulatorContext], Simulator]]] = {
    "telegram": telegram,
    "vk": vk,
}


class FarAccount:
    """One account on the platform, with its customers."""

    def __init__(self, simulator: Simulator, base: str) -> None:
        self.simulator = simulator
        self.settings: dict[str, Any] = {"api_base": base, **simulator.settings()}

    def phone(self, customer: str) -> Sequence[str]:
        """The texts on the customer's phone, with who they are from."""
        return [f"{line['from']}: {line['text']}" for line in self.simulator.phone(customer)]

    async def until_shown(self, customer: str, *lines: str) -> None:
        """Wait until the phone shows exactly these."""

        async def shown() -> bool:
            return self.phone(customer) == list(lines)

        await until(shown, limit_s=30)


@asynccontextmanager
async def far_account(channel_type: str, name: str) -> AsyncIterator[FarAccount]:
    """An account of its own; each name has its own token."""
    async with ClientSession() as http:
        context = SimulatorContext(
            channel_id=ChannelId(name),
            webhook_url=None,
            http=http,
            clock=SystemClock(),
            changed=lambda _: None,
        )
        simulator = _SIMULATE[channel_type](context)
        base = await simulator.start()
        try:
            yield FarAccount(simulator, base)
        finally:
            await simulator.close()
