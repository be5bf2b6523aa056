"""What connectors understood, as it goes onto the bus: cleaned, addressed, raw part kept."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from shared.envelope import Envelope
from shared.events import Typing, routing_key
from shared.ids import (
    ChannelId,
    ChannelType,
    ExternalId,
    Partition,
    Slot,
    partition_of_slot,
    uuid7_hex,
)
from shared.model.inbound import Inbound, Receipt
from shared.model.people import Actor
from shared.model.records import DeadLetter
from shared.payload import Payload
from shared.ports.blobs import Blobs
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key

INBOUND_KIND: Final = "inbound"
RECEIPT_KIND: Final = "receipt"
QUARANTINE_KIND: Final = "quarantine"
RAW_LIMIT_BYTES: Final = 64 * 1024
_RAW_MOST_BYTES: Final = 64 * 1024 * 1024
_DEPTH_LIMIT: Final = 100
_NUL: Final = "\\u0000"
_HALF: Final = "\ufffd"
"""What stands in written JSON for a NUL and for half of a surrogate pair in a key. Somebody may
have written it so: then cleaning finds nothing."""


def plain(model: BaseModel) -> Mapping[str, Any]:
    """The model as JSON, without NUL characters and halves of surrogate pairs; written once."""
    return _fit(model, _written(model))


def _written(model: BaseModel) -> str | None:
    """The model as JSON; None when it holds half of a surrogate pair, or is absurdly deep.

    Of an event what its reader supplies anyway is left out: two fifths of it, which would be kept
    in a queue. Blocks are told apart by a field that has a default.
    """
    brief = (
        isinstance(model, Inbound) and not model.content.blocks and model.content.forward is None
    )
    try:
        return model.model_dump_json(exclude_defaults=brief)
    except PydanticSerializationError:
        return None


def _fit(model: BaseModel, text: str | None) -> Mapping[str, Any]:
    if text is None or _NUL in text or _HALF in text:
        cleaned: dict[str, Any] = clean(model.model_dump(mode="json"))
        return cleaned
    return Payload(text)


def clean(value: Any) -> Any:
    """The JSON value without NUL characters and halves of surrogate pairs, which nothing stores."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def clean_text(text: str) -> str:
    """The text without NUL characters and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


async def with_small_raw(inbound: Inbound, blobs: Blobs) -> Inbound:
    """The event with a large (or absurdly deep) raw payload moved to a blob.

    Raises ``Unavailable``.
    """
    if inbound.raw is None:
        return inbound
    deep = _deeper_than(inbound.raw, _DEPTH_LIMIT)
    text = json.dumps(inbound.raw, ensure_ascii=False, default=str)
    data = clean_text(text).encode()
    if not deep and len(data) <= RAW_LIMIT_BYTES:
        return inbound
    stored = await blobs.put(chunks(data), max_bytes=_RAW_MOST_BYTES)
    return inbound.model_copy(update={"raw": None, "raw_blob_id": stored.id})


async def chunks(data: bytes, size: int = 256 * 1024) -> AsyncIterator[bytes]:
    """The bytes as a stream."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def event_publication(
    inbound: Inbound, slot: Slot, blobs: Blobs, *, at: datetime
) -> Publication:
    """An event of a platform on its way to the partition of its thread, a large raw payload moved
    to a blob. Raises ``Unavailable``."""
    text = _written(inbound)
    if inbound.raw is not None and not _is_small(text):
        inbound = await with_small_raw(inbound, blobs)
        text = _written(inbound)
    return _inbound(inbound, _fit(inbound, text), slot, at=at)


def inbound_publication(
    inbound: Inbound, slot: Slot, *, at: datetime, source: str | None = None
) -> Publication:
    """An event on its way to the partition of its thread; the same event has the same id."""
    return _inbound(inbound, plain(inbound), slot, at=at, source=source)


def _inbound(
    inbound: Inbound,
    payload: Mapping[str, Any],
    slot: Slot,
    *,
    at: datetime,
    source: str | None = None,
) -> Publication:
    partition = partition_of_slot(slot)
    digest = _digest(f"{inbound.channel_id}\n{inbound.event_key}".encode("utf-8", "replace"))
    return _to_partition(
        partition,
        id=f"in-{digest}",
        kind=INBOUND_KIND,
        at=at,
        source=source or f"channel/{inbound.channel_id}",
        payload=payload,
    )


def receipt_publication(
    receipt: Receipt, partition: Partition, *, id: str, at: datetime, source: str
) -> Publication:
    """News of something we sent, on its way to the partition of its conversation."""
    return _to_partition(
        partition, id=id, kind=RECEIPT_KIND, at=at, source=source, payload=plain(receipt)
    )


def receipt_id(receipt: Receipt) -> str:
    """An id for a platform's receipt: its repeat has the same."""
    facts = receipt.model_dump(mode="json", exclude={"failure"})
    return f"rc-{_digest(json.dumps(facts, sort_keys=True, default=str).encode())}"


def typing_publication(
    channel_type: ChannelType,
    channel_id: ChannelId,
    thread: ExternalId,
    actor: Actor,
    *,
    at: datetime,
) -> Publication:
    """A customer types: transient, for whoever looks at the conversation now."""
    event = Typing(channel_id=channel_id, thread=thread, actor=actor)
    id = uuid7_hex()
    envelope = Envelope(
        id=id,
        kind=Typing.kind,
        at=at,
        source=f"channel/{channel_id}",
        trace_id=id,
        payload=plain(event),
    )
    return Publication(
        Exchange.EVENTS, routing_key(Typing.kind, channel_type, channel_id), envelope
    )


async def quarantine(
    channel_id: ChannelId,
    body: bytes,
    reason: str,
    *,
    at: datetime,
    blobs: Blobs,
    source: str = "intake",
) -> Publication:
    """What could not be understood, with its bytes as they came; the same bytes have the same id.

    Raises ``Unavailable`` when large bytes cannot be kept.
    """
    small = len(body) <= RAW_LIMIT_BYTES
    blob_id = None
    if not small:
        blob_id = (await blobs.put(chunks(body), max_bytes=_RAW_MOST_BYTES)).id
    digest = _digest(channel_id.encode() + b"\n" + body)
    letter = DeadLetter(
        id=f"q-{digest}",
        source=f"{source}/{channel_id}",
        reason=clean_text(reason)[:500],
        channel_id=channel_id,
        raw_base64=b64encode(body).decode() if small else None,
        raw_blob_id=blob_id,
        at=at,
    )
    return dead_letter_publication(letter)


def dead_letter_publication(letter: DeadLetter) -> Publication:
    """A dead letter of the connectors on its way to the queue of them all."""
    envelope = Envelope(
        id=letter.id,
        kind=QUARANTINE_KIND,
        at=letter.at,
        source=letter.source,
        trace_id=uuid7_hex(),
        payload=letter.model_dump(mode="json"),
    )
    return Publication(Exchange.DEAD, letter.source.replace("/", "."), envelope)


def _to_partition(
    partition: Partition,
    *,
    id: str,
    kind: str,
    at: datetime,
    source: str,
    payload: Mapping[str, Any],
) -> Publication:
    envelope = Envelope(
        id=id,
        kind=kind,
        at=at,
        partition=partition,
        source=source,
        trace_id=uuid7_hex(),
        payload=payload,
    )
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _is_small(text: str | None) -> bool:
    """An event as JSON whose raw payload is small and flat beyond doubt: a character has at most
    four bytes, and nothing is deeper than it has brackets."""
    if text is None or len(text) > RAW_LIMIT_BYTES // 4:
        return False
    return text.count("{") + text.count("[") <= _DEPTH_LIMIT


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list | tuple):
                below.extend(item)
        if not below:
            return False
        level = below
    return True
