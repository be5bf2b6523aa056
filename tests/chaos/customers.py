"""Customers of all channels, who write whatever happens to the hub."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.simulator import Simulator
from tests.chaos.ledger import Ledger, Written, own_words
from tests.chaos.plan import Plan
from tests.chaos.timing import Timing
from tests.chaos.widget import Widget
from tests.support.far_ends import Visitor
from tests.support.running_hub import RunningHub


class Customers:
    """Everybody in the plan; each writes one message after another."""

    def __init__(
        self,
        plan: Plan,
        hub: RunningHub,
        platforms: Mapping[str, Simulator],
        ledger: Ledger,
        timing: Timing,
    ) -> None:
        self._plan = plan
        self._hub = hub
        self._platforms = platforms
        self._ledger = ledger
        self._timing = timing
        self._visitors = {
            name: Visitor(hub, name)
            for name, channel in plan.customers.items()
            if channel not in platforms
        }
        self._widgets = {name: Widget(visitor) for name, visitor in self._visitors.items()}

    async def run(self) -> None:
        """Write everything; ends when the last message was accepted."""
        async with asyncio.TaskGroup() as group:
            for name in self._plan.customers:
                group.create_task(self._write_lines(name))

    async def say(self, word: str) -> None:
        """One more message of everybody."""
        async with asyncio.TaskGroup() as group:
            for name, channel in self._plan.customers.items():
                group.create_task(self._write(channel, name, f"{name} says {word}"))

    async def follow(self) -> None:
        """Leave the windows of the site chat open, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for widget in self._widgets.values():
                group.create_task(widget.follow(self._hub.url))

    def widgets(self) -> dict[str, list[str]]:
        """What these windows show."""
        return {name: widget.texts() for name, widget in self._widgets.items()}

    async def histories(self) -> dict[str, list[tuple[str, str]]]:
        """Who wrote what, on every phone, in order."""
        found: dict[str, list[tuple[str, str]]] = {}
        items: Sequence[Mapping[str, Any]]
        for name, channel in self._plan.customers.items():
            if channel in self._platforms:
                items = self._platforms[channel].phone(name)
            else:
                items = await self._visitors[name].shown()
            found[name] = [(str(item["from"]), own_words(str(item["text"]))) for item in items]
        return found

    async def _write_lines(self, name: str) -> None:
        for line in self._plan.lines:
            if line.customer == name:
                await self._timing.until(line.at_s)
                await self._write(line.channel, name, line.text)

    async def _write(self, channel: str, name: str, text: str) -> None:
        line = Written(channel, name, text, self._timing.now())
        self._ledger.written.append(line)
        if channel in self._platforms:
            await self._platforms[channel].write(name, text)
        else:
            await self._visitors[name].write(text)
        line.accepted = True
