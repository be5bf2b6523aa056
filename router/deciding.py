"""From an item to the changes that it makes: every kind has its handler."""

from typing import Final

from router import receipts
from router.commands import handling as commands
from router.consequences import settle
from router.inbound import handling as inbound
from router.items import Item
from router.policy import Policy
from router.unit import Unit
from router.work import Elsewhere, Work
from shared.errors import BadPayload
from shared.ids import Partition
from shared.model.inbound import Inbound, Receipt
from shared.ports.bus import Exchange, Publication
from shared.topology import partition_key

_FORWARDS: Final = "forwards"
_MOST_FORWARDS: Final = 3
"""A renamed thread may send an item on twice: to the old name's partition, and to the new one's."""


async def decide(unit: Unit, item: Item, partition: Partition, policy: Policy) -> None:
    """Put into the unit all that the item changes.

    Raises ``BadPayload`` for an item that can never be applied, ``Unavailable``.
    """
    work = Work(unit, partition, policy, item.envelope, told_from=len(unit.events))
    subject = item.subject
    mark = unit.mark()
    try:
        if isinstance(subject, Inbound):
            await inbound.handle(work, subject)
        elif isinstance(subject, Receipt):
            await receipts.handle(work, subject)
        else:
            await commands.handle(work, subject)
    except Elsewhere as there:
        work.publish(_forward(item, there.partition))
        return
    await settle(work, mark)


def _forward(item: Item, partition: Partition) -> Publication:
    """The item on its way to the partition that holds its thread, under the same event key."""
    extra = item.envelope.model_extra or {}
    forwards = int(extra.get(_FORWARDS, 0)) + 1
    if forwards > _MOST_FORWARDS:
        raise BadPayload("no partition holds the thread of this item")
    envelope = item.envelope.model_copy(update={"partition": partition, _FORWARDS: forwards})
    return Publication(Exchange.CONVERSATIONS, partition_key(partition), envelope)
