"""What a conversation holds of its contact: who it is, name, segments, language, certainty.

Set when a case begins; looked at anew when one is opened again, when the contact changed (a timer
says so), and for the language with the first texts.
"""

from typing import Any, Final

from router import timeline
from router.commands.done import Done, with_conversation
from router.contacts.language import language_of, tag_of
from router.happening import Change, Happening
from router.work import Work
from shared.collections import CONTACTS, IDENTITIES, SEGMENTS
from shared.contacts.keys import is_signed
from shared.contacts.segments import segments_of
from shared.model.conversation import Conversation, Status
from shared.model.people import Contact, Identity
from shared.model.records import Timer
from shared.policies.book import Book

_FIRST_TEXTS: Final = 12
"""Of the messages of a case, those by which the language may be found."""


def facts_of(contact: Contact | None, identity: Identity, book: Book) -> dict[str, Any]:
    """The fields of a conversation that follow from its contact. Pure."""
    told = contact.language if contact is not None else None
    facts: dict[str, Any] = {
        "contact_id": identity.contact_id,
        "contact_name": (contact.name if contact else None) or identity.name,
        "segments": segments_of(contact, book.all(SEGMENTS)) if contact else (),
        "verified": bool(contact and contact.vouched)
        or is_signed(identity.external_id, identity.identifiers),
    }
    language = tag_of(told) or tag_of(identity.language)
    return facts | {"language": language} if language else facts


async def facts(work: Work, happening: Happening) -> None:
    """The consequence: a case that is opened again has the facts of today."""
    for change in happening.changes:
        if _is_opened_again(change):
            await refresh(work, change.after)


def heard(conversation: Conversation, identity: Identity, text: str) -> dict[str, str]:
    """The field that a customer's text adds: the language, where nobody told it and this is one of
    the first. What the very first text tells goes before the locale of the app. Pure."""
    guessed = conversation.messages == 0 and conversation.language == tag_of(identity.language)
    if conversation.messages > _FIRST_TEXTS or not (conversation.language is None or guessed):
        return {}
    language = language_of(text)
    return {"language": language} if language is not None else {}


async def look_again(work: Work, conversation: Conversation, _timer: Timer) -> Done:
    """A timer: the contact is another than it was."""
    return with_conversation(await refresh(work, conversation), changed=False)


async def refresh(work: Work, conversation: Conversation) -> Conversation:
    """Take over what is so of the contact now; nothing is written where it is known."""
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    if identity is None:
        return conversation
    contact = await work.unit.get(CONTACTS, identity.contact_id)
    now = facts_of(contact, identity, work.policy.book)
    if conversation.language is not None and now.get("language") == tag_of(identity.language):
        now.pop("language", None)  # a locale, which the texts may have set right
    fields = {name: value for name, value in now.items() if getattr(conversation, name) != value}
    if not fields:
        return conversation
    # Whoever merges the contact meanwhile leaves another timer; this commit must not undo that one.
    work.unit.depend(IDENTITIES, identity.id)
    after = timeline.change(work, conversation, "contact", fields)
    if not fields.get("verified") or contact is None or contact.vouched is None:
        return after
    # From now on what is personal is told here: everybody sees by whose word.
    vouched = contact.vouched
    details = {"reason": vouched.reason or None, "by": vouched.by.name}
    return timeline.line(work, after, "verified", vouched.by, details)


def _is_opened_again(change: Change) -> bool:
    return (
        change.before is not None
        and change.before.status is Status.RESOLVED
        and change.after.status is not Status.RESOLVED
    )
