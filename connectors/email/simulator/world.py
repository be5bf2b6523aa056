"""The simulated mailboxes: the hub's, and those of the customers."""

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Final

from shared.clock import Clock
from shared.errors import BadRequest

DOMAIN: Final = "customer.example"
ADDRESS: Final = "support@shop.example"
_PEOPLE: Final = 5_000
_MAILS: Final = 200
_LETTERS: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LATIN: Final = [
    "a",
    "b",
    "v",
    "g",
    "d",
    "e",
    "zh",
    "z",
    "i",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "p",
    "r",
    "s",
    "t",
    "u",
    "f",
    "h",
    "c",
    "ch",
    "sh",
    "sch",
    "",
    "y",
    "",
    "e",
    "yu",
    "ya",
]


@dataclass(slots=True)
class Shown:
    """A mail on a customer's phone."""

    id: str
    mine: bool
    mail: EmailMessage
    at: datetime
    text: str
    read: bool = False


@dataclass(slots=True)
class Person:
    """A customer with a mailbox."""

    key: str
    address: str
    gone: bool = False
    """The mailbox does not exist any more."""
    mails: list[Shown] = field(default_factory=list)

    def add(self, shown: Shown) -> None:
        """Put a mail on the phone."""
        self.mails.append(shown)
        del self.mails[:-_MAILS]


@dataclass(slots=True)
class Stored:
    """A mail in a folder of the hub's mailbox."""

    uid: int
    raw: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


class Folder:
    """A folder of the hub's mailbox; whoever idles in it is told of what comes."""

    def __init__(self, uidvalidity: int) -> None:
        self.uidvalidity = uidvalidity
        self.mails: list[Stored] = []
        self._next = 1
        self._changed: set[asyncio.Event] = set()

    def add(self, raw: bytes, at: datetime, flags: set[str] | None = None) -> Stored:
        """Put a mail into it."""
        stored = Stored(self._next, raw, at, flags or set())
        self._next += 1
        self.mails.append(stored)
        for event in self._changed:
            event.set()
        return stored

    def renumber(self) -> None:
        """Forget all numbers, as after a repair of the server."""
        self.uidvalidity += 1
        self._next = 1
        for stored in self.mails:
            stored.uid = self._next + 10
            self._next = stored.uid + 1

    def watch(self, event: asyncio.Event) -> None:
        """Set the event when something comes."""
        self._changed.add(event)

    def forget(self, event: asyncio.Event) -> None:
        """Set it no longer."""
        self._changed.discard(event)


class World:
    """Everybody's mailboxes."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        began = int(clock.now().timestamp())
        self.folders = {name: Folder(began) for name in ("INBOX", "Sent", "Done")}
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._ids = began * 1000

    @property
    def inbox(self) -> Folder:
        """Where customers' mails arrive."""
        return self.folders["INBOX"]

    def next_id(self) -> int:
        """A number that no earlier run has given out."""
        self._ids += 1
        return self._ids

    def person(self, key: str) -> Person:
        """The customer with this name, made if there is none. Raises ``BadRequest``."""
        found = self._people.get(key)
        if found is not None:
            return found
        address = key.strip().lower() if "@" in key else f"{_latin(key)}@{DOMAIN}"
        if not re.fullmatch(r"[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,200}", address):
            raise BadRequest("a customer needs a name or an address", field="customer")
        person = Person(key, address)
        self._people[key] = person
        while len(self._people) > _PEOPLE:
            self._people.popitem(last=False)
        return person

    def known(self, key: str) -> Person | None:
        """The customer, if they have written."""
        return self._people.get(key)

    def at(self, address: str) -> Person | None:
        """The customer with this address."""
        wanted = address.lower()
        return next((one for one in self._people.values() if one.address == wanted), None)

    def names(self) -> list[str]:
        """The customers who have written or were written to."""
        return [key for key, person in self._people.items() if person.mails]


def _latin(name: str) -> str:
    letters = dict(zip(_LETTERS, _LATIN, strict=True))
    written = "".join(letters.get(char, char) for char in name.strip().lower())
    return re.sub(r"[^a-z0-9._-]+", ".", written).strip(".")
