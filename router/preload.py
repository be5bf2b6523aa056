"""Reading together what a batch will want one by one. Leaving something out costs time only."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from router.inbound.handling import seen_id
from router.items import Item
from router.receipts import is_about_row
from router.unit import Unit
from shared.collections import (
    AGENTS,
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
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Origin, Receipt
from shared.model.records import external_ref_id
from shared.ports.store import Collection

_ARRIVALS: Final = frozenset({InboundKind.MESSAGE, InboundKind.UNSUPPORTED})


class _Wanted:
    """What is to be read into a unit, by collection, in the order in which it was named."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._missing: dict[str, tuple[Collection[Any], dict[str, None]]] = {}
        self._doubted: list[tuple[Collection[Any], str]] = []
        self.presume = False
        """Leave it to the commit to find what is doubted."""

    def add(self, collection: Collection[Any], id: str | None) -> None:
        """Want a document, if there is an id."""
        if id is not None and not self._unit.holds(collection, id):
            self._missing.setdefault(collection.name, (collection, {}))[1][id] = None

    def doubt(self, collection: Collection[Any], id: str) -> None:
        """Want a document that by all appearances is not there."""
        if self.presume:
            self._doubted.append((collection, id))
        else:
            self.add(collection, id)

    async def load(self) -> None:
        """Read all of them."""
        for collection, id in self._doubted:
            _, missing = self._missing.get(collection.name, (collection, {}))
            # What another item of the batch takes to be there is looked up for both.
            if id not in missing and not self._unit.presume_absent(collection, id):
                self.add(collection, id)
        if self._missing:
            # Together: each is a way to the store and back.
            loads = [self._unit.load(collection, ids) for collection, ids in self._missing.values()]
            await asyncio.gather(*loads)


async def preload(unit: Unit, items: Sequence[Item], *, presume: bool = False) -> None:
    """Read what the items name, and what those documents point to. Raises ``Unavailable``.

    ``presume``: take what is new by all appearances as absent instead of looking it up.
    """
    first = _Wanted(unit)
    for item in items:
        first.presume = presume and not item.delivery.redelivered
        subject = item.subject
        if isinstance(subject, Inbound):
            _inbound(first, subject)
        elif isinstance(subject, Receipt):
            _receipt(first, subject)
        else:
            _command(first, item.envelope.id, subject)
    await first.load()
    second = _Wanted(unit)
    for name, document in unit.held():
        if name in (EXTERNAL_REFS.name, MESSAGES.name):
            second.add(CONVERSATIONS, document.conversation_id)
        if name == EXTERNAL_REFS.name:
            second.add(MESSAGES, document.message_id)
        elif name == THREADS.name:
            second.add(CONVERSATIONS, document.conversation_id)
            second.add(THREADS, document.alias_of)
        elif name == CONVERSATIONS.name:
            _conversation(second, document)
    await second.load()


def _conversation(wanted: _Wanted, conversation: Conversation) -> None:
    wanted.add(THREADS, thread_id(conversation.channel_id, conversation.thread))
    wanted.add(CHANNELS, conversation.channel_id)
    wanted.add(CHANNEL_TYPES, conversation.channel_type)
    # Whom it may concern is told.
    wanted.add(AGENTS, conversation.assignee_id)
    for agent_id in conversation.followers:
        wanted.add(AGENTS, agent_id)


def _inbound(wanted: _Wanted, item: Inbound) -> None:
    wanted.doubt(SEEN_EVENTS, seen_id(item))
    wanted.add(MESSAGES, item.target_message_id)
    if item.kind is InboundKind.MEDIA:
        return
    wanted.add(THREADS, thread_id(item.channel_id, item.thread.external_id))
    if item.thread.renamed_from is not None:
        wanted.add(THREADS, thread_id(item.channel_id, item.thread.renamed_from))
    for alias in item.thread.aliases:
        wanted.add(THREADS, thread_id(item.channel_id, alias))
    for alias in item.author.aliases if item.author else ():
        wanted.add(IDENTITIES, identity_id(item.channel_type, alias))
    person = item.author.external_id if item.author else item.thread.external_id
    wanted.add(IDENTITIES, identity_id(item.channel_type, person))
    wanted.add(CHANNEL_TYPES, item.channel_type)
    if item.external_id is not None:
        id = external_ref_id(item.channel_id, item.thread.external_id, item.external_id)
        is_new = item.kind in _ARRIVALS and item.origin is not Origin.ECHO
        (wanted.doubt if is_new else wanted.add)(EXTERNAL_REFS, id)
    for external_id in _named(item):
        wanted.add(
            EXTERNAL_REFS, external_ref_id(item.channel_id, item.thread.external_id, external_id)
        )


def _named(item: Inbound) -> Iterable[str]:
    """The platform's ids of other messages that the item speaks of."""
    reply_to, action = item.content.reply_to, item.content.action
    named = (
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
    if receipt.part_id is not None and is_about_row(receipt):
        wanted.add(PARTS, receipt.part_id)
    # The dispatcher tells of an id when the platform has given it, once in all likelihood.
    is_new = receipt.part_id is not None and receipt.state is Delivery.SENT
    thread = receipt.new_thread or receipt.thread if is_new else receipt.thread
    if is_new:
        wanted.add(THREADS, thread_id(receipt.channel_id, thread))
    for external_id in receipt.external_ids:
        id = external_ref_id(receipt.channel_id, thread, external_id)
        (wanted.doubt if is_new else wanted.add)(EXTERNAL_REFS, id)


def _command(wanted: _Wanted, id: str, command: Command) -> None:
    wanted.doubt(OUTCOMES, id)
    wanted.add(CONVERSATIONS, command.conversation_id)
    # Not every command has them, and a model takes its time to say so.
    fields = vars(command)
    for name in ("message_id", "reply_to"):
        wanted.add(MESSAGES, fields.get(name))
