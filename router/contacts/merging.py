"""Two contacts that bring the same verified key are one person: they are made one on the spot.

In the commit of the item that told of the key. Two items that tell of it at the same moment, in two
partitions, claim the key's row: one of them is decided again and finds the other.
"""

from collections.abc import Sequence
from typing import Final

from router.work import Work
from shared.collections import (
    AUDIT,
    CONTACT_KEYS,
    CONTACT_MERGES,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
    KEPT_APART,
    TIMERS,
)
from shared.contacts.keys import verified_keys
from shared.contacts.merging import Merging, merging
from shared.contacts.refreshing import MOST_TOLD, facts_timer
from shared.ids import ContactId, IdentityId, new_id
from shared.model.merge import ContactKey, pair_id
from shared.model.people import Actor, ActorKind, Contact, Identity
from shared.model.records import AuditEntry

_MOST_IDENTITIES: Final = 200
_MOST_HOLDERS: Final = 20
_SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)


async def join(work: Work, identity: Identity) -> Identity:
    """Make the identity's contact one with every other that has one of its verified keys.

    Returns the identity as it stands then. Contacts that somebody keeps apart stay apart.
    """
    for key in verified_keys(identity.identifiers):
        identity = work.unit.fresh(IDENTITIES, identity)
        other = await _holder(work, key, identity)
        if other is not None and other.contact_id != identity.contact_id:
            await _make_one(work, identity.contact_id, other.contact_id, key)
    return work.unit.fresh(IDENTITIES, identity)


async def _holder(work: Work, key: str, identity: Identity) -> Identity | None:
    """The identity whose key it is by now; this one, where it was nobody's."""
    claim = await work.unit.get(CONTACT_KEYS, key)
    if claim is not None:
        return await work.unit.get(IDENTITIES, claim.identity_id)
    # Identities from before keys were claimed.
    found = await work.unit.find(
        IDENTITIES, equal={"keys": key}, order="created_at", limit=_MOST_HOLDERS
    )
    sure = (one for one in found if key in verified_keys(one.identifiers))
    holder = next(sure, identity)
    work.unit.put(CONTACT_KEYS, ContactKey(id=key, identity_id=holder.id, at=work.now))
    return holder


async def _make_one(work: Work, one: ContactId, other: ContactId, key: str) -> None:
    if await work.unit.get(KEPT_APART, pair_id(one, other)) is not None:
        return
    # Ids sort by time: whoever has been here longer goes on.
    into = await work.unit.get(CONTACTS, min(one, other))
    gone = await work.unit.get(CONTACTS, max(one, other))
    if into is None or gone is None:
        return
    moved, own = await _identities(work, gone), await _identities(work, into)
    plan = merging(into, gone, moved, own, by=_SYSTEM, at=work.now, key=key)
    _apply(work, into, gone, (*moved, *own), plan)
    for identity in moved:
        await _tell(work, identity.id)


async def _identities(work: Work, contact: Contact) -> list[Identity]:
    return await work.unit.find(
        IDENTITIES, equal={"contact_id": contact.id}, order="created_at", limit=_MOST_IDENTITIES
    )


def _apply(
    work: Work, into: Contact, gone: Contact, identities: Sequence[Identity], plan: Merging
) -> None:
    work.unit.revise(CONTACTS, into, plan.into)
    work.unit.revise(CONTACTS, gone, plan.gone)
    for identity in identities:
        if identity.id in plan.identities:
            work.unit.revise(IDENTITIES, identity, plan.identities[identity.id])
    work.unit.put(CONTACT_MERGES, plan.record)
    entry = AuditEntry(
        id=new_id("u"),
        actor=_SYSTEM,
        action="contact.merged",
        target=into.id,
        details={"from_id": gone.id, "merge_id": plan.record.id, "automatic": True},
        at=work.now,
    )
    work.unit.put(AUDIT, entry)


async def _tell(work: Work, identity_id: IdentityId) -> None:
    """Let the conversations of the identity look at their contact again."""
    told = await work.unit.find(
        CONVERSATIONS,
        equal={"identity_id": identity_id},
        order="last_activity_at",
        descending=True,
        limit=MOST_TOLD,
    )
    for conversation in told:
        work.unit.put(TIMERS, facts_timer(conversation.id, work.now))
