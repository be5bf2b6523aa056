"""The channel's own account changed on the platform."""

from uuid import NAMESPACE_URL, uuid5

from router.places import Place
from router.work import Work
from shared.collections import AUDIT
from shared.ids import MessageId
from shared.model.inbound import Inbound
from shared.model.people import Actor, ActorKind
from shared.model.records import AuditEntry


async def change(work: Work, item: Inbound, place: Place) -> MessageId | None:
    """Note it for the admins; it belongs to no conversation."""
    entry = AuditEntry(
        id=f"a{uuid5(NAMESPACE_URL, f'{item.channel_id}/{item.event_key}').hex}",
        actor=Actor(kind=ActorKind.PLATFORM),
        action=f"account.{item.service or 'changed'}",
        target=item.channel_id,
        details={"reason": item.reason} if item.reason else {},
        at=work.now,
    )
    work.unit.put(AUDIT, entry)
    return None
