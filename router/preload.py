"""Reading together what a batch will want one by one. Leaving something out costs time only."""

from collections.abc import Iterable, Sequence
from typing import Any

from router.inbound.handling import seen_id
from router.items import Item
from router.unit import Unit
from shared.collections import (
    CHANNEL_TYPES,
    CHANNELS,
    CONVERSATIONS,
    EXTERNAL_REFS,
    IDENTITIES,
    MESSAGES,
    OUTCOMES,
    PARTS,
    SEEN_EVENTS,
    THREADS,
    identity_id,
    thread_id,
)
from shared.commands import Command
from shared.ids import MessageId
from shared.model.inbound import Inbound, InboundKind, Receipt
from shared.model.records import external_ref_id
from shared.ports.store import Collection


class _Wanted:
    """Ids by collection, in the order in which they were named."""

    def __init__(self) -> None:
        self._ids: dict[str, tuple[Collection[Any], dict[str, None]]] = {}

    def add(self, collection: Collection[Any], id: str | None) -> None:
        """Want a document, if there is an id."""
        if id is not None:
            self._ids.setdefault(collection.name, (collection, {}))[1][id] = None

    async def load(self, unit: Unit) -> None:
        """Read all of them into the unit."""
        for collection, ids in self._ids.values():
            await unit.load(collection, ids)


async def preload(unit: Unit, items: Sequence[Item]) -> None:
    """Read what the items name, and what those documents point to. Raises ``Unavailable``."""
    first = _Wanted()
    for item in items:
        subject = item.subject
        if isinstance(subject, Inbound):
            _inbound(first, subject)
        elif isinstance(subject, Receipt):
            _receipt(first, subject)
        else:
            _command(first, item.envelope.id, subject)
    await first.load(unit)
    second = _Wanted()
    for ref in unit.held(EXTERNAL_REFS):
        second.add(MESSAGES, ref.message_id)
    for thread in unit.held(THREADS):
        second.add(CONVERSATIONS, thread.conversation_id)
        second.add(THREADS, thread.alias_of)
    for message in unit.held(MESSAGES):
        second.add(CONVERSATIONS, message.conversation_id)
    for conversation in unit.held(CONVERSATIONS):
        second.add(CHANNELS, conversation.channel_id)
        second.add(CHANNEL_TYPES, conversation.channel_type)
    await second.load(unit)


def _inbound(wanted: _Wanted, item: Inbound) -> None:
    wanted.add(SEEN_EVENTS, seen_id(item))
    wanted.add(MESSAGES, item.target_message_id)
    if item.kind is InboundKind.MEDIA:
        return
    wanted.add(THREADS, thread_id(item.channel_id, item.thread.external_id))
    if item.thread.renamed_from is not None:
        wanted.add(THREADS, thread_id(item.channel_id, item.thread.renamed_from))
    person = item.author.external_id if item.author else item.thread.external_id
    wanted.add(IDENTITIES, identity_id(item.channel_type, person))
    wanted.add(CHANNEL_TYPES, item.channel_type)
    for external_id in _named(item):
        wanted.add(
            EXTERNAL_REFS, external_ref_id(item.channel_id, item.thread.external_id, external_id)
        )


def _named(item: Inbound) -> Iterable[str]:
    """The platform's ids that the item speaks of."""
    reply_to, action = item.content.reply_to, item.content.action
    named = (
        item.external_id,
        item.target_external_id,
        reply_to.external_id if reply_to else None,
        action.target_external_id if action else None,
    )
    return [external_id for external_id in named if external_id is not None]


def _receipt(wanted: _Wanted, receipt: Receipt) -> None:
    if receipt.message_id is not None:
        wanted.add(MESSAGES, receipt.message_id)
    elif receipt.part_id is not None:
        wanted.add(MESSAGES, MessageId(f"m{receipt.part_id[1:].rpartition('-')[0]}"))
    wanted.add(PARTS, receipt.part_id)
    for external_id in receipt.external_ids:
        wanted.add(EXTERNAL_REFS, external_ref_id(receipt.channel_id, receipt.thread, external_id))


def _command(wanted: _Wanted, id: str, command: Command) -> None:
    wanted.add(OUTCOMES, id)
    wanted.add(CONVERSATIONS, command.conversation_id)
    for name in ("message_id", "reply_to"):
        wanted.add(MESSAGES, getattr(command, name, None))
