"""Contacts and their identities, as the platforms tell of them."""

from datetime import datetime
from typing import Any

from router.contacts.merging import join
from router.work import Work
from shared.collections import CONTACTS, IDENTITIES, identity_id
from shared.contacts.keys import keys_of
from shared.ids import ChannelType, ContactId, ExternalId, new_id
from shared.model.inbound import Inbound, Origin
from shared.model.people import Actor, ActorKind, Contact, Identifier, Identity, Participant

SYSTEM = Actor(kind=ActorKind.SYSTEM)


def author_of(item: Inbound) -> Actor:
    """Who is behind an event, as the actor of what it does."""
    author = item.author
    if item.origin in (Origin.AGENT_APP, Origin.ECHO):
        return Actor(
            kind=ActorKind.PLATFORM,
            id=author.external_id if author else None,
            name=author.name if author else None,
        )
    if item.origin is Origin.SYSTEM:
        return Actor(kind=ActorKind.SYSTEM, name=author.name if author else None)
    person = writer_of(item)
    return Actor(
        kind=ActorKind.CONTACT,
        id=identity_id(item.channel_type, person.external_id),
        name=person.name,
    )


def writer_of(item: Inbound) -> Participant:
    """Who wrote; where the platform does not tell, the thread stands for its customer."""
    return item.author or Participant(external_id=item.thread.external_id, name=item.thread.title)


def customer_of(item: Inbound) -> Participant:
    """The customer of a thread in which one of us has written."""
    author = item.author.external_id if item.author else None
    others = (person for person in item.participants if person.external_id != author)
    fallback = Participant(external_id=item.thread.external_id, name=item.thread.title)
    return next(others, fallback)


async def identify(
    work: Work, channel_type: ChannelType, person: Participant, *, wrote: bool = False
) -> Identity:
    """The identity of a person, made with its contact where it is new, changed where it changed.

    Whoever is seen can be reached again; ``wrote``: by a message of their own.
    """
    identity = await work.unit.get(IDENTITIES, identity_id(channel_type, person.external_id))
    if identity is None:
        heard_at = work.now if wrote else None
        identity = await _create(work, channel_type, person, heard_at=heard_at)
        await _create_aliases(work, channel_type, person, identity)
        return await join(work, identity)
    await _create_aliases(work, channel_type, person, identity)
    fields = _changes(identity, person)
    if not identity.reachable:
        fields |= {"reachable": True, "unreachable_reason": None}
    if wrote and identity.heard_at is None:
        fields["heard_at"] = work.now
    if not fields:
        return identity
    if "name" in fields:
        await _rename_contact(work, identity, fields["name"])
    identity = work.unit.revise(IDENTITIES, identity, {**fields, "updated_at": work.now})
    return await join(work, identity) if "identifiers" in fields else identity


async def introduce(
    work: Work, channel_type: ChannelType, person: Participant, contact: Contact | None
) -> Identity:
    """The identity of somebody to whom we write first: the one that is known, as it is, or a new
    one, of this contact where one is given."""
    identity = await known(work, channel_type, person.external_id)
    for alias in person.aliases if identity is None else ():
        identity = identity or await known(work, channel_type, alias)
    if identity is not None:
        return identity
    if contact is None:
        return await _create(work, channel_type, person)
    # It may be merged into another one at this moment.
    work.unit.depend(CONTACTS, contact.id)
    return _identity(work, channel_type, person, person.external_id, contact)


async def known(work: Work, channel_type: ChannelType, external_id: ExternalId) -> Identity | None:
    """The identity with this address, if we have it."""
    return await work.unit.get(IDENTITIES, identity_id(channel_type, external_id))


async def set_reachable(
    work: Work, identity: Identity, reachable: bool, reason: str | None
) -> None:
    """Note whether the person can be reached; nothing is written when that is known."""
    reason = None if reachable else reason
    if identity.reachable is reachable and identity.unreachable_reason == reason:
        return
    fields = {"reachable": reachable, "unreachable_reason": reason, "updated_at": work.now}
    work.unit.revise(IDENTITIES, identity, fields)


async def contact_name(work: Work, identity: Identity) -> str | None:
    """What the contact is called."""
    contact = await work.unit.get(CONTACTS, identity.contact_id)
    return (contact.name if contact else None) or identity.name


async def _create(
    work: Work, channel_type: ChannelType, person: Participant, *, heard_at: datetime | None = None
) -> Identity:
    """A new identity: of the contact that another key of the person leads to, or of a new one."""
    for alias in person.aliases:
        other = await known(work, channel_type, alias)
        if other is not None:
            # It may be merged into another contact at this moment.
            work.unit.depend(IDENTITIES, other.id)
            return _identity(
                work, channel_type, person, person.external_id, other, heard_at=heard_at
            )
    contact = Contact(
        id=ContactId(new_id("k")),
        name=person.name,
        language=person.language,
        created_at=work.now,
        updated_at=work.now,
    )
    work.unit.put(CONTACTS, contact)
    return _identity(work, channel_type, person, person.external_id, contact, heard_at=heard_at)


async def _create_aliases(
    work: Work, channel_type: ChannelType, person: Participant, identity: Identity
) -> None:
    """Identities under the person's other keys, so that each of them leads to the contact."""
    for alias in person.aliases:
        if await known(work, channel_type, alias) is None:
            work.unit.depend(IDENTITIES, identity.id)
            _identity(work, channel_type, person, alias, identity)


def _identity(
    work: Work,
    channel_type: ChannelType,
    person: Participant,
    external_id: ExternalId,
    of: Contact | Identity,
    *,
    heard_at: datetime | None = None,
) -> Identity:
    identity = Identity(
        id=identity_id(channel_type, external_id),
        channel_type=channel_type,
        external_id=external_id,
        contact_id=of.id if isinstance(of, Contact) else of.contact_id,
        name=person.name,
        username=person.username,
        language=person.language,
        identifiers=person.identifiers,
        keys=keys_of(channel_type, external_id, person.identifiers),
        time_zone=person.time_zone,
        block=of.block,
        heard_at=heard_at,
        created_at=work.now,
        updated_at=work.now,
    )
    return work.unit.put(IDENTITIES, identity)


def _changes(identity: Identity, person: Participant) -> dict[str, Any]:
    """What the platform says differently now; what it leaves out stays."""
    fields: dict[str, Any] = {}
    for name in ("name", "username", "language", "time_zone"):
        value = getattr(person, name)
        if value is not None and value != getattr(identity, name):
            fields[name] = value
    merged = _merge(identity.identifiers, person.identifiers)
    if merged != identity.identifiers:
        fields["identifiers"] = merged
        fields["keys"] = keys_of(identity.channel_type, identity.external_id, merged)
    return fields


def _merge(known: tuple[Identifier, ...], told: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    if not told:
        return known
    by_address = {(one.kind, one.value): one for one in known}
    for one in told:
        before = by_address.get((one.kind, one.value))
        if before is None or (one.verified and not before.verified):
            by_address[one.kind, one.value] = one
    return tuple(by_address.values())


async def _rename_contact(work: Work, identity: Identity, name: str) -> None:
    contact = await work.unit.get(CONTACTS, identity.contact_id)
    # A name that an agent gave stays.
    if contact is not None and contact.name in (None, identity.name):
        work.unit.revise(CONTACTS, contact, {"name": name, "updated_at": work.now})


async def contact(work: Work, contact_id: str) -> Contact | None:
    """The contact with this id."""
    return await work.unit.get(CONTACTS, contact_id)
