"""Both ends of the hub, compared: what customers were told was received, and what is stored and
shown."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.running_hub import RunningHub

FINAL: Final = frozenset({"sent", "delivered", "read", "unknown"})


@dataclass
class Ledger:
    """What each customer wrote and was told had been received, in order."""

    accepted: dict[str, list[str]] = field(default_factory=dict)

    def accept(self, customer: str, text: str) -> None:
        """The platform, or the hub itself, said "received"."""
        self.accepted.setdefault(customer, []).append(text)

    @property
    def total(self) -> int:
        """All messages of all customers."""
        return sum(map(len, self.accepted.values()))

    def compare(
        self, stored: Mapping[str, "Stored"], shown: Mapping[str, Sequence[str]]
    ) -> list[str]:
        """Everything that is not as it must be, in words; ``shown`` are the replies on the
        phones."""
        wrong = []
        for customer, texts in self.accepted.items():
            found = stored.get(customer, Stored())
            if found.inbound != texts:
                wrong.append(f"{customer} wrote {texts} but stored is {found.inbound}")
            wrong += _replies(customer, texts, found.outbound, shown.get(customer, ()))
        return wrong


@dataclass
class Stored:
    """A thread as the API shows it: texts in order, replies with their state."""

    inbound: list[str] = field(default_factory=list)
    outbound: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def _replies(
    customer: str, texts: list[str], outbound: list[tuple[str, str]], shown: Sequence[str]
) -> list[str]:
    wrong = []
    if Counter(text for text, _ in outbound) != Counter(texts):
        wrong.append(f"{customer} was to get {texts}, the replies are {outbound}")
    on_phone = Counter(shown)
    for text, state in outbound:
        least = 0 if state == "unknown" else 1
        if state not in FINAL or not least <= on_phone[text] <= 1:
            wrong.append(f"{customer}: reply {text!r} is {state}, shown {on_phone[text]} times")
    sent = [text for text, _ in outbound if on_phone[text]]
    if sent != list(shown):
        wrong.append(f"{customer}: replies {sent} arrived as {list(shown)}")
    return wrong


async def read_stored(hub: RunningHub) -> dict[str, Stored]:
    """Every thread of the hub, by the name of its customer."""
    threads: dict[str, Stored] = {}
    for status in ("open", "pending", "resolved"):
        for conversation in await hub.items("/api/v1/conversations", status=status, limit="100"):
            stored = threads.setdefault(conversation["contact_name"], Stored())
            for message in await messages_of(hub, conversation["id"]):
                text = message["content"]["text"]
                if message["direction"] == "inbound":
                    stored.inbound.append(text)
                elif message["direction"] == "outbound":
                    stored.outbound.append((text, message["delivery"]))
                else:
                    stored.others.append((message["system"] or {}).get("name", "note"))
    return threads


async def messages_of(hub: RunningHub, conversation_id: str) -> list[Any]:
    """All messages of a conversation, in the order of the screen."""
    found: list[Any] = []
    query: dict[str, str] = {"limit": "100"}
    while True:
        page = await hub.call("GET", f"/api/v1/conversations/{conversation_id}/messages", **query)
        found = page["items"] + found
        if not page["next"]:
            return found
        query["before"] = page["next"]


async def until_stored(hub: RunningHub, customer: str, texts: list[str]) -> None:
    """Wait until exactly these messages of the customer are stored, in order."""
    found: list[str] = []
    async with asyncio.timeout(40):
        while found != texts:
            stored = (await read_stored(hub)).get(customer)
            found = stored.inbound if stored else []
            assert len(found) <= len(texts), found
            await asyncio.sleep(0.1)
