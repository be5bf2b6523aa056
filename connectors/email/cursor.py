"""Where reading a folder goes on: its UIDVALIDITY and the last number that was confirmed."""

import json
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a folder. ``since``: older mails are never taken in."""

    folder: str
    uidvalidity: int = 0
    uid: int = 0
    since: date | None = None

    def at(self, uid: int) -> "Place":
        """The place behind this mail."""
        return replace(self, uid=max(uid, self.uid))

    def encoded(self) -> str:
        """As it is stored."""
        since = self.since.isoformat() if self.since else None
        facts = {"uidvalidity": self.uidvalidity, "uid": self.uid, "since": since}
        return json.dumps({self.folder: facts}, ensure_ascii=False)


def read_place(cursor: str | None, folder: str) -> Place | None:
    """The place in this folder; None where nothing of it is known."""
    try:
        facts = json.loads(cursor or "{}")[folder]
        since = facts.get("since")
        return Place(
            folder,
            int(facts["uidvalidity"]),
            int(facts["uid"]),
            date.fromisoformat(since) if since else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
