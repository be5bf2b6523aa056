"""Who a customer is, and which thread that makes.

WhatsApp knows a person by a phone number (``wa_id``), by an id of theirs for this business alone
(the business-scoped user id, BSUID), or by both; either may be missing. The rule here: **the BSUID
is the key wherever it is told, the ``wa_id`` otherwise**, and whenever both are told the other one
is an alias, so that a later event with only one of them finds the same thread and contact.
"""

import re
from dataclasses import dataclass
from typing import Final

from connectors.payload import Payload
from shared.errors import BadPayload, BadRequest
from shared.ids import ExternalId
from shared.model.inbound import ThreadRef
from shared.model.people import Identifier, IdentifierKind, Participant

_BSUID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE: Final = re.compile(r"\d{4,20}")
_DIALLED: Final = re.compile(r"[1-9][0-9]{6,14}")
"""E.164 without its plus."""
_SPACING: Final = re.compile(r"[\s().\-/]")
_GROUP: Final = "group:"
WA_ID: Final = "wa_id"
BSUID: Final = "bsuid"


@dataclass(frozen=True, slots=True)
class Person:
    """A customer by the ids that an event tells."""

    wa_id: str | None = None
    bsuid: str | None = None
    parent: str | None = None
    name: str | None = None
    username: str | None = None

    @property
    def key(self) -> ExternalId:
        """The id that stands for the person. Raises ``BadPayload`` for nobody."""
        key = self.bsuid or self.wa_id
        if key is None:
            raise BadPayload("the event says of no customer")
        return ExternalId(key)

    @property
    def aliases(self) -> tuple[ExternalId, ...]:
        """The other ids under which the person may be known."""
        return (ExternalId(self.wa_id),) if self.bsuid and self.wa_id else ()

    def thread(self) -> ThreadRef:
        """The private chat with the person."""
        context = {WA_ID: self.wa_id, BSUID: self.bsuid}
        return ThreadRef(
            external_id=self.key,
            partition_key=self.key,
            aliases=self.aliases,
            context={name: value for name, value in context.items() if value},
        )

    def participant(self) -> Participant:
        """As somebody who writes."""
        return Participant(
            external_id=self.key,
            aliases=self.aliases,
            name=self.name,
            username=self.username,
            identifiers=self._identifiers(),
        )

    def _identifiers(self) -> tuple[Identifier, ...]:
        told = (
            (IdentifierKind.PHONE, f"+{self.wa_id}" if self.wa_id else None),
            (IdentifierKind.BUSINESS_USER, self.bsuid),
            (IdentifierKind.BUSINESS_USER, self.parent),
            (IdentifierKind.USERNAME, self.username),
        )
        return tuple(
            Identifier(kind=kind, value=value, verified=True) for kind, value in told if value
        )


def is_bsuid(value: str) -> bool:
    """Whether an id is a business-scoped one."""
    return _BSUID.fullmatch(value) is not None


def person(
    source: Payload, contact: Payload | None, *, phone: str = "from", user: str = "from_user_id"
) -> Person:
    """The customer whom the fields ``phone`` and ``user`` of an event name, dressed by a contact.

    Raises ``BadPayload`` when nobody is named.
    """
    found: dict[str, str] = {}
    told = [source.identifier(phone), source.identifier(user)]
    if contact is not None:
        # The id may differ from the number that was dialled: the contact's is the right one.
        told = [contact.identifier("wa_id"), contact.identifier("user_id"), *told]
    for value in dict.fromkeys(told):
        if value is not None:
            plain = value.removeprefix("+")
            if is_bsuid(plain):
                found.setdefault(BSUID, plain)
            elif _PHONE.fullmatch(plain) and plain.isascii():
                found.setdefault(WA_ID, plain)
    if not found:
        raise BadPayload("the event names no customer")
    profile = (contact.child("profile") if contact is not None else None) or Payload({})
    parent = contact.text("parent_user_id") if contact is not None else None
    return Person(
        wa_id=found.get(WA_ID),
        bsuid=found.get(BSUID),
        parent=parent if parent is not None and is_bsuid(parent) else None,
        name=profile.text("name"),
        username=profile.text("username"),
    )


def dialled(number: str, name: str | None) -> Person:
    """The customer with a phone number as somebody writes it, the country first.

    Raises ``BadRequest``.
    """
    plain = _SPACING.sub("", number)
    digits = next((plain[len(sign) :] for sign in ("+", "00") if plain.startswith(sign)), "")
    if not _DIALLED.fullmatch(digits):
        # Without it nobody can tell the country from the number.
        raise BadRequest("this is no phone number with its country, such as +49 151 12345678")
    return Person(wa_id=digits, name=name)


def group_thread(group_id: str, title: str | None = None) -> ThreadRef:
    """The thread of a group."""
    key = f"{_GROUP}{group_id}"
    return ThreadRef(external_id=ExternalId(key), partition_key=key, kind="group", title=title)


def group_of(thread: str) -> str | None:
    """The group's id in a thread's name; None for a private chat."""
    return thread.removeprefix(_GROUP) if thread.startswith(_GROUP) else None
