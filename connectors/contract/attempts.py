"""The log of calls for a connector under test: in memory, by the same rule."""

from collections.abc import Sequence

from shared.model.records import WebhookAttempt
from shared.webhooks.schedule import is_failure, is_off


class Noted:
    """Calls of one target."""

    target = "channel/test"

    def __init__(self) -> None:
        self.rows: list[WebhookAttempt] = []

    async def record(self, attempt: WebhookAttempt) -> bool:
        """Note it; True when the receiver is to be called no more."""
        self.rows.insert(0, attempt)
        return is_failure(attempt) and is_off(self.rows)

    async def latest(self) -> Sequence[WebhookAttempt]:
        """The newest first."""
        return tuple(self.rows)
