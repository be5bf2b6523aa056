"""Which thread a mail belongs to, and what an answer in it is made of. Pure."""

import re
from collections.abc import Collection
from typing import Final

from connectors.email.addresses import canonical
from connectors.email.bounces import News
from connectors.email.clues import clues_in, message_of, outlook_index
from connectors.email.mailbox import Mailbox
from connectors.email.opened import Mail
from shared.ids import ExternalId
from shared.model.content import Address, EmailFields
from shared.model.inbound import Clue, ThreadRef

PARTITION: Final = "mailbox"
"""All mails of a channel are handled one after another: which thread is whose is found in order."""
_QUOTED: Final = re.compile(r'[\\"]')
_REFERENCES: Final = 10
_PEOPLE: Final = 60


def thread_of(
    mail: Mail,
    mailbox: Mailbox,
    key: str,
    identifier: str | None,
    email: EmailFields,
    news: News | None,
) -> ThreadRef:
    headers = mail.headers
    name = f"mail:{key}"
    clues = clues_in(headers, mailbox.signed)
    if news is not None and news.part is not None:
        part = news.part
        told = Clue(message_id=message_of(part), trust="anyone")
        clues = (told, *clues)
    index = outlook_index(headers)
    names = [identifier, index, f"#{mailbox.signed.tag(name)}"]
    return ThreadRef(
        external_id=ExternalId(name),
        partition_key=PARTITION,
        kind="email",
        title=email.subject,
        context=_context(mailbox, identifier, email),
        clues=clues,
        names=tuple(ExternalId(one) for one in names if one is not None),
    )


def _context(mailbox: Mailbox, identifier: str | None, email: EmailFields) -> dict[str, str]:
    """What an answer is made of: to whom, about what, to which mail. The latest mail counts; a
    machine's changes nothing of whom people answer."""
    if email.automatic:
        context = {"automatic": "yes"}
        fallback = [] if email.sender is None else [email.sender]
        return context | {"machine": _joined(fallback)}
    senders = [one for one in email.reply_to if not mailbox.is_own(one)]
    if not senders and email.sender is not None:
        senders = [email.sender]
    answered = {canonical(one.email) for one in senders}
    others = [
        one
        for one in (*email.to, *email.cc)
        if canonical(one.email) not in answered and not mailbox.is_own(one)
    ]
    people = dict.fromkeys(
        canonical(one.email)
        for one in (*([email.sender] if email.sender else []), *senders, *others)
    )
    references = [one for one in (*email.references, *email.in_reply_to) if one != identifier]
    return {
        "automatic": "",
        "to": _joined(senders),
        "cc": _joined(others[:_PEOPLE]),
        "subject": email.subject or "",
        "message_id": identifier or "",
        "references": " ".join(shortened(tuple(dict.fromkeys(references)))),
        "people": " ".join(list(people)[:_PEOPLE]),
    }


def shortened(references: tuple[str, ...]) -> tuple[str, ...]:
    """At most ten, the first and the latest among them."""
    if len(references) <= _REFERENCES:
        return references
    return (references[0], *references[-(_REFERENCES - 1) :])


def _joined(found: Collection[Address]) -> str:
    """As a header would have them, in plain letters: ``compose`` reads it again."""
    return ", ".join(map(mailbox_text, found))


def mailbox_text(address: Address) -> str:
    """One address as a header would have it, in plain letters."""
    name = _QUOTED.sub(r"\\\g<0>", address.name or "")
    return f'"{name}" <{address.email}>' if name else address.email
