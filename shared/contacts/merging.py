"""What merging two contacts changes, and what undoing it changes back. Pure.

Nothing is lost by a merge: the contact that goes keeps all that was known of it, and points to the
one that goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.ids import new_id
from shared.model.merge import ContactMerge
from shared.model.people import Actor, Contact, Identity

_SINGLE: Final = ("name", "language", "time_zone", "notes", "vouched", "block")
"""Fields that are taken over where the contact that goes on has none."""
_SETS: Final = ("labels", "segments")


@dataclass(frozen=True, slots=True)
class Merging:
    """The fields to set, by document; ``record`` is new, or as it is after the undoing."""

    record: ContactMerge
    into: Mapping[str, Any]
    gone: Mapping[str, Any]
    identities: Mapping[str, Mapping[str, Any]]
    """By the identity's id: those that move, and those on which a block has to be noted."""


def merging(
    into: Contact,
    gone: Contact,
    moved: Sequence[Identity],
    own: Sequence[Identity],
    *,
    by: Actor,
    at: datetime,
    key: str | None = None,
) -> Merging:
    """Let the identities ``moved`` of ``gone`` be those of ``into``, which has ``own`` already."""
    gained = _gained(into, gone)
    after = into.model_copy(update=gained)
    record = ContactMerge(
        id=new_id("j"),
        into_id=into.id,
        from_id=gone.id,
        identity_ids=tuple(identity.id for identity in moved),
        key=key,
        before=into,
        after=after,
        by=by,
        at=at,
    )
    identities: dict[str, dict[str, Any]] = {
        one.id: {"contact_id": into.id, "block": after.block, "updated_at": at} for one in moved
    }
    identities |= _blocks(own, after, at)
    times = {"updated_at": at}
    return Merging(record, gained | times, {"merged_into": into.id} | times, identities)


def undoing(
    record: ContactMerge,
    into: Contact,
    gone: Contact,
    moved: Sequence[Identity],
    own: Sequence[Identity],
    *,
    by: Actor,
    at: datetime,
) -> Merging:
    """Give ``gone`` its identities back, and take from ``into`` what it had gained. What was
    changed by hand since the merge stays as it was changed."""
    restored = _restored(into, record.before, record.after)
    kept = into.model_copy(update=restored)
    identities: dict[str, dict[str, Any]] = {
        one.id: {"contact_id": gone.id, "block": gone.block, "updated_at": at} for one in moved
    }
    identities |= _blocks(own, kept, at)
    times = {"updated_at": at}
    undone = record.model_copy(update={"undone_at": at, "undone_by": by})
    return Merging(undone, restored | times, {"merged_into": None} | times, identities)


def _gained(into: Contact, gone: Contact) -> dict[str, Any]:
    gained: dict[str, Any] = {}
    for name in _SINGLE:
        if getattr(into, name) is None and getattr(gone, name) is not None:
            gained[name] = getattr(gone, name)
    if into.notes and gone.notes and gone.notes not in into.notes:
        gained["notes"] = f"{into.notes}\n\n{gone.notes}"
    for name in _SETS:
        both = tuple(dict.fromkeys((*getattr(into, name), *getattr(gone, name))))
        if both != getattr(into, name):
            gained[name] = both
    attributes = gone.attributes | into.attributes
    if attributes != into.attributes:
        gained["attributes"] = attributes
    return gained


def _restored(now: Contact, before: Contact, after: Contact) -> dict[str, Any]:
    restored: dict[str, Any] = {}
    for name in _SINGLE:
        was, became = getattr(before, name), getattr(after, name)
        if was != became and getattr(now, name) == became:
            restored[name] = was
    for name in _SETS:
        added = set(getattr(after, name)) - set(getattr(before, name))
        kept = tuple(one for one in getattr(now, name) if one not in added)
        if kept != getattr(now, name):
            restored[name] = kept
    added_attributes = after.attributes.items() - before.attributes.items()
    left = {
        name: value
        for name, value in now.attributes.items()
        if (name, value) not in added_attributes
    }
    if left != now.attributes:
        restored["attributes"] = left
    return restored


def _blocks(own: Sequence[Identity], contact: Contact, at: datetime) -> dict[str, dict[str, Any]]:
    changed = (one for one in own if one.block != contact.block)
    return {one.id: {"block": contact.block, "updated_at": at} for one in changed}
