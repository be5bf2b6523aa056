"""One event on its way to many connections: its frame is written once for all of them."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import to_json

from inbox.live.kinds import INTERNAL
from shared.envelope import Envelope
from shared.eventlog import Positions, encode_positions, seq_of
from shared.events import CommandDone, NotificationAdded, NotificationsRead, SettingsChanged
from shared.ids import Partition
from shared.payload import Payload

_CHANGES: Final = SettingsChanged.kind


class NewsItem:
    """An event and its frame."""

    __slots__ = (
        "_at",
        "_frame",
        "changes",
        "cursor",
        "internal",
        "kind",
        "only_for",
        "partition",
        "payload",
        "seq",
        "target",
    )

    def __init__(self, envelope: Envelope, positions: Positions | None = None) -> None:
        """``positions``: where all readers stand that were told everything up to this event."""
        self.kind = envelope.kind
        self.seq = seq_of(envelope)
        self.partition: Partition | None = envelope.partition if self.seq is not None else None
        self.payload: Mapping[str, Any] = envelope.payload
        self.target = target_of(envelope) if self.kind == CommandDone.kind else None
        """Of a command's outcome: the command's id, which names who gave it."""
        self.changes = self.payload.get("collection") if self.kind == _CHANGES else None
        """Of changed settings: the collection."""
        self.internal = self.changes in INTERNAL
        self.only_for = _recipient(envelope)
        """The one agent whom it concerns."""
        self.cursor = encode_positions(positions) if positions and self.seq is not None else None
        """Right after it, where the event has a place in the log."""
        self._at = envelope.at
        self._frame: str | None = None

    def shared_frame(self) -> str:
        """The frame with its own cursor, the same for everybody."""
        if self._frame is None:
            self._frame = self.frame(self.cursor or "")
        return self._frame

    def frame(self, cursor: str, payload: Mapping[str, Any] | None = None) -> str:
        """The frame as text; ``payload`` replaces the event's own."""
        head = {
            "type": "event",
            "kind": self.kind.removeprefix("event."),
            "partition": self.partition,
            "seq": self.seq,
            "at": self._at.isoformat(),
            "cursor": cursor,
        }
        told = self.payload if payload is None else payload
        body = told.text if isinstance(told, Payload) else to_json(told).decode()
        return f'{to_json(head).decode()[:-1]},"payload":{body}}}'


def _recipient(envelope: Envelope) -> str | None:
    if envelope.kind == NotificationAdded.kind:
        told = envelope.payload.get("notification")
        return str(told.get("agent_id")) if isinstance(told, dict) else ""
    if envelope.kind == NotificationsRead.kind:
        return str(envelope.payload.get("agent_id"))
    return None


def target_of(envelope: Envelope) -> str | None:
    """The id of the command whose outcome the event tells."""
    outcome = envelope.payload.get("outcome")
    return str(outcome.get("id")) if isinstance(outcome, dict) else None
