"""Customers and agents who go on writing whatever happens to the hub."""

import asyncio
from collections.abc import Iterable
from uuid import uuid4

from aiohttp import ClientError

from connectors.simulator import Simulator
from tests.support.far_ends import Visitor
from tests.support.ledger import Ledger
from tests.support.services_process import ServicesProcess


class Crowd:
    """Customers, half on Telegram and half in the site chat, let out in portions."""

    def __init__(
        self, hub: ServicesProcess, telegram: Simulator, ledger: Ledger, *, people: int, each: int
    ) -> None:
        self._telegram = telegram
        self._ledger = ledger
        self._each = each
        self._allowed = asyncio.Semaphore(0)
        self.visitors = [Visitor(hub, f"visitor{n:02d}") for n in range(people // 2)]
        self.people = [f"person{n:02d}" for n in range(people - people // 2)]
        self.total = people * each

    def allow(self, count: int) -> None:
        """Let so many more messages out."""
        for _ in range(count):
            self._allowed.release()

    async def run(self) -> None:
        """Write everything; ends when the last message was accepted."""
        async with asyncio.TaskGroup() as group:
            for visitor in self.visitors:
                group.create_task(self._visit(visitor))
            for person in self.people:
                group.create_task(self._text(person))

    async def _visit(self, visitor: Visitor) -> None:
        for number in range(self._each):
            await self._allowed.acquire()
            text = f"{visitor.name} says {number}"
            await visitor.write(text)
            self._ledger.accept(visitor.name, text)

    async def _text(self, person: str) -> None:
        for number in range(self._each):
            await self._allowed.acquire()
            text = f"{person} says {number}"
            await self._telegram.write(person, text)
            self._ledger.accept(person, text)

    async def phones(self) -> dict[str, list[str]]:
        """The replies that arrived, by customer, in order."""
        shown = {
            person: [str(m["text"]) for m in self._telegram.phone(person) if m["from"] == "hub"]
            for person in self.people
        }
        for visitor in self.visitors:
            items = await visitor.shown()
            shown[visitor.name] = [m["text"] for m in items if m["from"] == "hub"]
        return shown


class Colleague:
    """An agent who notes things in conversations, each under an id of its own, until it is told
    that they are taken."""

    def __init__(self, hub: ServicesProcess) -> None:
        self._hub = hub
        self._left = False
        self.noted: dict[str, list[str]] = {}

    def leave(self) -> None:
        """Finish the note in hand."""
        self._left = True

    async def run(self) -> None:
        """Note on and on in whatever is open."""
        number = 0
        while not self._left:
            for id in await self._open():
                text = f"note {number}"
                await self._note(id, text)
                self.noted.setdefault(id, []).append(text)
                number += 1
            await asyncio.sleep(0.05)

    async def _open(self) -> Iterable[str]:
        try:
            page = await self._hub.call("GET", "/api/v1/conversations", view="open", limit="3")
        except (AssertionError, ClientError, TimeoutError):
            return ()  # nobody is there just now
        return [conversation["id"] for conversation in page["items"]]

    async def _note(self, conversation_id: str, text: str) -> None:
        body = {"id": str(uuid4()), "kind": "note", "text": text}
        path = f"/api/v1/conversations/{conversation_id}/messages"
        while True:
            try:
                await self._hub.call("POST", path, body)
            except (AssertionError, ClientError, TimeoutError):
                await asyncio.sleep(0.1)  # the same id again: it is noted once
            else:
                return

    async def compare(self) -> list[str]:
        """What of the notes is not as it must be."""
        wrong = []
        for id, texts in self.noted.items():
            query = {"limit": "100"}
            found: list[str] = []
            while True:
                page = await self._hub.call("GET", f"/api/v1/conversations/{id}/messages", **query)
                notes = [m for m in page["items"] if m["direction"] == "note"]
                found = [m["content"]["text"] for m in notes] + found
                if not page["next"]:
                    break
                query["before"] = page["next"]
            if found != texts:
                wrong.append(f"{id}: noted {texts}, stored {found}")
        return wrong
