"""The simulated chats: who writes with the business, and what their phones show."""

from base64 import b64encode
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from shared.clock import Clock
from shared.errors import BadRequest

_PEOPLE: Final = 5_000
_MESSAGES: Final = 500
_BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
_IDS_PER_S: Final = 4
_WINDOW: Final = timedelta(hours=24)
BUSINESS: Final = "15550783881"
"""The business's own number."""
COUNTRY: Final = "1"
"""Its country code, which Meta puts before a number without a plus."""


def first_id(clock: Clock) -> int:
    """Where ids begin: later than those of any earlier run, as Meta's never repeat."""
    return int((clock.now() - _BEGAN).total_seconds()) * _IDS_PER_S


@dataclass(slots=True)
class Shown:
    """A message in a chat."""

    id: str
    mine: bool
    """The customer's own."""
    at: datetime
    body: dict[str, Any]
    """As the Graph API tells it: ``type`` and what belongs to it."""
    status: str = "sent"
    edited: bool = False
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)
    hub_reactions: list[str] = field(default_factory=list)
    tag: str | None = None
    """What the hub asked to be repeated in statuses."""
    read: bool = False
    """The business has marked it as read."""


@dataclass(slots=True)
class Person:
    """A customer. A name that begins with ``@`` hides the number behind a username."""

    key: str
    wa_id: str
    bsuid: str
    hidden: bool = False
    blocked: bool = False
    typed_to: bool = False
    wrote_at: datetime | None = None
    messages: deque[Shown] = field(default_factory=lambda: deque(maxlen=_MESSAGES))

    def contact(self) -> dict[str, Any]:
        """As an entry of ``contacts``."""
        profile: dict[str, Any] = {"name": self.key.removeprefix("@")}
        if self.hidden:
            profile["username"] = self.key.removeprefix("@").replace(" ", "_").lower()
        contact: dict[str, Any] = {"profile": profile, "user_id": self.bsuid}
        return contact if self.hidden else contact | {"wa_id": self.wa_id}

    def sender(self) -> dict[str, Any]:
        """The fields of a message that say who wrote it."""
        fields = {"from_user_id": self.bsuid}
        return fields if self.hidden else fields | {"from": self.wa_id}

    def find(self, id: str | None) -> Shown | None:
        """The message with the id."""
        return next((shown for shown in self.messages if shown.id == id), None)

    def window_is_open(self, now: datetime) -> bool:
        """Whether the business may write freely."""
        return self.wrote_at is not None and now - self.wrote_at < _WINDOW


class World:
    """Everybody who has written to the business."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._people: OrderedDict[str, Person] = OrderedDict()
        self._next = first_id(clock)

    def person(self, key: str) -> Person:
        """The customer of that name; a new one at the first time. Raises ``BadRequest``."""
        known = self._people.get(key)
        if known is not None:
            return known
        if not key.strip():
            raise BadRequest("a customer has a name", field="customer")
        number = crc32(key.encode())
        person = Person(
            key=key,
            wa_id=f"4915{number:010d}",
            bsuid=f"DE.{number:010d}{number % 9973:04d}",
            hidden=key.startswith("@"),
        )
        self._people[key] = person
        while len(self._people) > _PEOPLE:
            self._people.popitem(last=False)
        return person

    def known(self, key: str) -> Person | None:
        """The customer of that name who has written."""
        return self._people.get(key)

    def names(self) -> tuple[str, ...]:
        """The customers who have written."""
        return tuple(key for key, person in self._people.items() if person.messages)

    def by_number(self, number: str) -> Person | None:
        """The customer with the number, in digits."""
        return next((p for p in self._people.values() if p.wa_id == number), None)

    def by_user(self, user: str) -> Person | None:
        """The customer with the id for this business."""
        return next((p for p in self._people.values() if p.bsuid == user), None)

    def next_id(self) -> int:
        """A number that was never given before."""
        self._next += 1
        return self._next

    def message_id(self, person: Person) -> str:
        """The id of a new message, in the look of Meta's."""
        told = f"{person.wa_id}\x15\x02\x00{self.next_id():020X}\x00"
        return "wamid." + b64encode(told.encode()).decode()

    def add(self, person: Person, body: dict[str, Any], *, mine: bool, id: str = "") -> Shown:
        """A new message in the chat."""
        now = self.clock.now()
        shown = Shown(id or self.message_id(person), mine, now, body)
        if mine:
            person.wrote_at = now
        person.messages.append(shown)
        return shown
