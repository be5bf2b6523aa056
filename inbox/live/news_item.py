"""One event on its way to many connections: encoded once."""

import json
from typing import Any

from shared.envelope import Envelope
from shared.eventlog import seq_of
from shared.ids import Partition


class NewsItem:
    """An event with the part of its frame that is the same for everybody."""

    __slots__ = ("_body", "_middle", "collection", "kind", "partition", "payload", "seq", "target")

    def __init__(self, envelope: Envelope) -> None:
        self.kind = envelope.kind
        self.seq = seq_of(envelope)
        self.partition: Partition | None = envelope.partition if self.seq is not None else None
        self.payload = envelope.payload
        outcome = envelope.payload.get("outcome")
        self.target = str(outcome.get("id")) if isinstance(outcome, dict) else None
        """Of a command's outcome: the command's id, which names who gave it."""
        self.collection = envelope.payload.get("collection")
        head = {
            "type": "event",
            "kind": envelope.kind.removeprefix("event."),
            "partition": self.partition,
            "seq": self.seq,
            "at": envelope.at.isoformat(),
        }
        self._body: str | None = None
        self._middle = json.dumps(head, ensure_ascii=False)[:-1]

    def frame(self, cursor: str, payload: dict[str, Any] | None = None) -> str:
        """The frame as text; ``payload`` replaces the event's own."""
        if payload is not None:
            body = json.dumps(payload, ensure_ascii=False)
        elif self._body is None:
            body = self._body = json.dumps(self.payload, ensure_ascii=False)
        else:
            body = self._body
        return f'{self._middle}, "cursor": "{cursor}", "payload": {body}}}'
