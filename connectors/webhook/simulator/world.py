"""Who is in the made-up system, and what stands in their chats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from shared.clock import Clock
from shared.errors import BadRequest

_FIELDS = ("attachments", "buttons", "reply_to", "spans", "blocks", "delivery")


@dataclass
class Line:
    """One message as the phone shows it; ``about`` holds what it has beside its text."""

    id: str
    mine: bool
    text: str
    at: datetime
    about: dict[str, Any] = field(default_factory=dict)
    edited: bool = False
    reactions: list[str] = field(default_factory=list)
    from_hub: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the phones page knows it."""
        line: dict[str, Any] = {
            "id": self.id,
            "from": "customer" if self.mine else "hub",
            "text": self.text,
            "at": self.at.isoformat(),
        }
        more = {name: self.about.get(name) for name in _FIELDS}
        more |= {"edited": self.edited, "reactions": [*self.reactions, *self.from_hub]}
        return line | {name: value for name, value in more.items() if value}


@dataclass
class Person:
    """A customer."""

    name: str
    blocked: bool = False
    lines: list[Line] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Their id, the same after a restart."""
        return f"u{crc32(self.name.encode()):08x}"

    def described(self) -> dict[str, Any]:
        """As events name them."""
        return {"id": self.id, "name": self.name}

    def find(self, id: str) -> Line | None:
        """A message of their chat."""
        return next((line for line in self.lines if line.id == id), None)

    def meant(self, action: Mapping[str, Any], *, mine: bool) -> Line:
        """The message of ``message_id``, else the last that fits. Raises ``BadRequest``."""
        id = action.get("message_id")
        fitting = [line for line in self.lines if line.mine is mine]
        found = self.find(str(id)) if id is not None else fitting[-1] if fitting else None
        if found is None:
            raise BadRequest("there is no such message", field="message_id")
        return found


class World:
    """Everybody, and the numbers of messages and events."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.people: dict[str, Person] = {}
        # What was told before a restart must not come again under the same ids.
        self._number = int(clock.now().timestamp() * 1000)

    def person(self, name: str) -> Person:
        """The customer of this name, new if there is none."""
        return self.people.setdefault(name, Person(name))

    def of_thread(self, id: str) -> Person | None:
        """Whose chat a callback means."""
        return next((person for person in self.people.values() if person.id == id), None)

    def next_id(self, letter: str) -> str:
        """A new id."""
        self._number += 1
        return f"{letter}{self._number}"
