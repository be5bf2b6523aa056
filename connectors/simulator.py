"""The simulator port: the far end of a platform, to try a channel without an account.

It ships with its connector and knows nothing of the hub but where its webhooks listen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from shared.clock import Clock
from shared.ids import ChannelId

if TYPE_CHECKING:  # a manifest may import all that is public, and costs no HTTP library
    from aiohttp import ClientSession


class Simulator(Protocol):
    """The far end of a platform, in memory: speaks its protocol and refuses what it would
    refuse."""

    async def start(self) -> str:
        """Listen on a free local port and return the ``api_base`` for the channel's settings."""

    async def close(self) -> None:
        """Stop listening."""

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this simulator, secrets included."""

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer; returns the platform's message id. ``attachments`` hold ``name``,
        ``mime`` and ``data_base64``."""

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Anything else that a customer can do, as the phone page asks for it:
        ``{"type": "edit", "message_id", "text"}``, ``{"type": "delete", "message_id"}``,
        ``{"type": "react", "message_id", "emoji"}``, ``{"type": "press", "message_id", "value"}``,
        ``{"type": "block"}``, ``{"type": "unblock"}`` ... Raises ``BadRequest`` naming what this
        platform cannot do."""

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer's phone shows, oldest first: ``{id, from: "customer" | "hub", text,
        at, external_id?, attachments?, buttons?, edited?, reactions?, ...}``. ``external_id`` is
        what the hub calls the message, where the phone counts otherwise; attachments hold ``name``,
        ``mime``, ``kind`` and ``data_base64``."""

    def customers(self) -> Sequence[str]:
        """The customers who have written."""

    def fault(self, kind: str, times: int) -> None:
        """Make the next calls of the hub fail: ``429``, ``500``, ``502_html``, ``hang``,
        ``cut_after_write``, ``duplicate``, ``blocked`` ... Raises ``BadRequest``."""


@runtime_checkable
class OffersActs(Protocol):
    """Says what its customers can do besides writing; the phone offers what it has words for."""

    def acts(self) -> Sequence[str]:
        """The types that ``act`` knows."""


@dataclass(frozen=True, slots=True)
class SimulatorContext:
    """What a simulator is given."""

    channel_id: ChannelId
    webhook_url: str | None
    """Where the hub listens, for platforms that push."""
    http: ClientSession
    clock: Clock
    changed: Callable[[str], None]
    """To be called with the customer whose phone has changed."""
