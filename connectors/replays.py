"""Quarantined bytes, parsed once more because somebody asked: a connector may have learnt to."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Final

import structlog

from connectors.base import Connector, Parsed, RawEvent
from connectors.bugs import report_bug
from connectors.live import KnownChannels, LiveChannel
from connectors.resources import Resources
from shared.collections import DEAD_LETTERS
from shared.errors import BadPayload, Conflict, HubError, NotFound, Unavailable
from shared.ids import BlobId
from shared.model.records import DeadLetter, DeadLetterState
from shared.ports.store import Range, Update

log = structlog.get_logger(__name__)

_LOOK_EVERY_S: Final = 1.0
_PAGE: Final = 20
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Replays:
    """Looks for letters that are to be parsed again, for the channels at work in this process."""

    def __init__(self, channels: KnownChannels, resources: Resources) -> None:
        self._channels = channels
        self._resources = resources

    async def run(self) -> None:
        """Look for ever; rides out outages."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.info("replays.waiting", reason=str(error))
            await self._resources.clock.sleep(_LOOK_EVERY_S)

    async def look(self) -> None:
        """Parse again what is asked for. Several processes may do it: events are known by their
        keys, and the letter is closed once. Raises ``Unavailable``."""
        cursor = None
        while True:
            asked = await self._resources.store.find(
                DEAD_LETTERS,
                equal={},
                range=Range("asked_at", gt=_EVER),
                cursor=cursor,
                limit=_PAGE,
            )
            for letter in asked.items:
                known = self._channels.get(letter.channel_id) if letter.channel_id else None
                if known is not None and known.live is not None:
                    await self._replay(letter, known.live)
            cursor = asked.next
            # Letters of channels that stand still keep their place before the others.
            if cursor is None:
                return

    async def _replay(self, letter: DeadLetter, live: LiveChannel) -> None:
        try:
            for parsed in _parse(live.connector, await self._bytes(letter)):
                await live.acceptance.accept(parsed)
        except (BadPayload, NotFound) as error:
            await self._note(letter, {"asked_at": None, "closed_by": None, "reason": str(error)})
            return
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a connector's bug must not stop the others
            name = report_bug(self._resources.metrics, "replay", error, channel_id=live.channel.id)
            reason = f"a bug of the connector: {name}"
            await self._note(letter, {"asked_at": None, "closed_by": None, "reason": reason})
            return
        now = self._resources.clock.now()
        await self._note(
            letter, {"asked_at": None, "state": DeadLetterState.REPLAYED, "closed_at": now}
        )

    async def _bytes(self, letter: DeadLetter) -> bytes:
        if letter.raw_base64 is not None:
            return b64decode(letter.raw_base64)
        if letter.raw_blob_id is None:
            raise NotFound("its bytes were not kept")
        chunks = [chunk async for chunk in self._resources.blobs.read(BlobId(letter.raw_blob_id))]
        return b"".join(chunks)

    async def _note(self, letter: DeadLetter, values: dict[str, object]) -> None:
        try:
            await self._resources.store.commit(
                [Update(DEAD_LETTERS, letter.id, values, expect={"asked_at": letter.asked_at})]
            )
        except Conflict:
            return  # another process was quicker
        except HubError as error:
            log.warning("replay.not_noted", id=letter.id, error=type(error).__name__)


def _parse(connector: Connector, body: bytes) -> list[Parsed]:
    """What the bytes say: one event, or a whole request that could not be taken apart."""
    try:
        return [connector.parse(RawEvent(body))]
    except BadPayload:
        return [connector.parse(event) for event in connector.split(body)]
