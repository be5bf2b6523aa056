"""From the bytes of a mail to what the hub makes of it. Pure: the same bytes say the same."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import formataddr, parsedate_to_datetime
from typing import Final

from connectors.base import Parsed
from connectors.email.addresses import addresses, canonical, first_address, without_extension
from connectors.email.automatic import is_automatic
from connectors.email.body import Body, attachments, read_body
from connectors.email.bounces import News, news_in
from connectors.email.clues import clues_in, message_of, outlook_index
from connectors.email.digest import content_key
from connectors.email.frame import Found, unframed
from connectors.email.headers import Headers
from connectors.email.identifiers import Signed, first_known, ids_in, message_id_of
from connectors.email.mime import Entity, read_mail
from connectors.email.quotes import quoted_from
from shared.clock import Clock
from shared.errors import BadPayload
from shared.ids import BlobId, ChannelId, ChannelType, EventKey, ExternalId, PartId
from shared.model.content import (
    Address,
    Attachment,
    AttachmentKind,
    Content,
    EmailFields,
    FetchState,
    ReplyRef,
    Unsupported,
)
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import Clue, Inbound, InboundKind, Origin, Receipt, ThreadRef
from shared.model.people import Identifier, IdentifierKind, Participant

_HEADS: Final = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "delivered-to",
        "reply-to",
        "sender",
        "mime-version",
        "content-type",
    ]
)
PARTITION: Final = "mailbox"
"""All mails of a channel are handled one after another: which thread is whose is found in order."""
_REFERENCES: Final = 10
_PEOPLE: Final = 60
_CLOCKS_APART: Final = timedelta(days=7)
_AHEAD: Final = timedelta(hours=1)
_SUBJECT_CHARS: Final = 500


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mail it is: the channel, its own addresses, its signature."""

    channel_id: ChannelId
    channel_type: ChannelType
    own: Collection[str]
    signed: Signed


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, taken apart."""

    found: Found
    raw: bytes
    root: Entity
    body: Body
    text: str

    @property
    def headers(self) -> Headers:
        """The mail's own headers."""
        return self.root.headers


def open_mail(found: Found, raw: bytes) -> Mail:
    """Take a mail apart. Raises ``BadPayload`` for bytes that are none."""
    root = read_mail(raw)
    if not any(name in _HEADS for name, _ in root.headers.fields):
        raise BadPayload("these bytes are no mail: they have no header of one")
    body = read_body(raw, root, found.absent)
    return Mail(found, raw, root, body, body.text)


def parse_mail(data: bytes, mailbox: Mailbox, clock: Clock) -> Parsed:
    """What one mail says. Raises ``BadPayload``, and nothing else for any bytes."""
    now = clock.now()
    settled = _settled(data, mailbox, now)
    if settled is not None:
        return Parsed(receipts=[settled])
    found, raw = unframed(data)
    mail = open_mail(found, raw)
    key = content_key(raw, mail.root, found.absent)
    identifier = message_id_of(mail.headers.plain("message-id"))
    news = news_in(raw, mail.root, mail.text, mailbox.signed)
    receipt = _receipt(news, mailbox, key, now)
    if receipt is not None:
        return Parsed(receipts=[receipt])
    inbound = _inbound(mail, mailbox, key, identifier, news, now)
    answered = _answered(mail.headers, mailbox)
    if answered is None or inbound.origin is not Origin.USER:
        return Parsed(inbound=[inbound])
    # Whoever answers a mail has it: that settles what became of it.
    arrived = _news_of(mailbox, key, answered, Delivery.DELIVERED, now)
    return Parsed(inbound=[inbound], receipts=[arrived])


def _inbound(
    mail: Mail,
    mailbox: Mailbox,
    key: str,
    identifier: str | None,
    news: News | None,
    now: datetime,
) -> Inbound:
    headers = mail.headers
    sender = _sender(headers)
    ours = _own(sender, mailbox)
    part = mailbox.signed.part_in_id(identifier or "")
    origin = Origin.USER
    if ours and part is not None:
        origin = Origin.ECHO
    elif ours and mail.found.sent:
        origin = Origin.AGENT_APP
    automatic = is_automatic(headers, mailbox.own, mail.root.mime)
    email = _fields(mail, sender, identifier, automatic=automatic)
    return Inbound(
        channel_id=mailbox.channel_id,
        channel_type=mailbox.channel_type,
        event_key=EventKey(f"mail/{key}"),
        kind=InboundKind.MESSAGE,
        origin=origin,
        thread=_thread(mail, mailbox, key, identifier, email, news),
        author=_participant(sender),
        participants=_others(headers, mailbox),
        external_id=ExternalId(identifier or f"mail:{key}"),
        content=_content(mail, email, mailbox),
        part_id=part if origin is Origin.ECHO else None,
        occurred_at=_moment(mail, now),
        received_at=now,
        raw_blob_id=mail.found.raw_blob_id,
        truncated=bool(mail.found.absent),
    )


def _sender(headers: Headers) -> Address:
    for name in ("from", "sender", "reply-to", "return-path"):
        found = first_address(headers, name)
        if found is not None:
            return found
    return Address(email="unknown@invalid", name=None)


def _own(address: Address, mailbox: Mailbox) -> bool:
    return without_extension(canonical(address.email)) in mailbox.own


def _participant(address: Address) -> Participant:
    email = canonical(address.email)
    return Participant(
        external_id=ExternalId(email),
        name=address.name,
        identifiers=(Identifier(kind=IdentifierKind.EMAIL, value=email),),
    )


def _others(headers: Headers, mailbox: Mailbox) -> tuple[Participant, ...]:
    recipients = addresses(headers, "to", "cc")
    return tuple(_participant(one) for one in recipients if not _own(one, mailbox))[:_PEOPLE]


def _fields(mail: Mail, sender: Address, identifier: str | None, *, automatic: bool) -> EmailFields:
    headers = mail.headers
    return EmailFields(
        subject=(headers.text("subject") or "")[:_SUBJECT_CHARS] or None,
        sender=sender,
        reply_to=addresses(headers, "reply-to"),
        to=addresses(headers, "to"),
        cc=addresses(headers, "cc"),
        bcc=addresses(headers, "bcc"),
        message_id=identifier,
        in_reply_to=ids_in(" ".join(headers.all("in-reply-to"))),
        references=ids_in(" ".join(headers.all("references"))),
        html_blob_id=BlobId(mail.found.html_blob_id) if mail.found.html_blob_id else None,
        quoted_from=quoted_from(mail.text),
        automatic=automatic,
    )


def _thread(
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
        context=_context(headers, mailbox, identifier, email),
        clues=clues,
        names=tuple(ExternalId(one) for one in names if one is not None),
    )


def _context(
    headers: Headers, mailbox: Mailbox, identifier: str | None, email: EmailFields
) -> dict[str, str]:
    """What an answer is made of: to whom, about what, to which mail. The latest mail counts; a
    machine's changes nothing of whom people answer."""
    if email.automatic:
        context = {"automatic": "yes"}
        fallback = [] if email.sender is None else [email.sender]
        return context | {"machine": _joined(fallback)}
    senders = [one for one in email.reply_to if not _own(one, mailbox)]
    if not senders and email.sender is not None:
        senders = [email.sender]
    answered = {canonical(one.email) for one in senders}
    others = [
        one
        for one in (*email.to, *email.cc)
        if canonical(one.email) not in answered and not _own(one, mailbox)
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
    return ", ".join(formataddr((one.name or "", one.email), charset="utf-8") for one in found)


def _content(mail: Mail, email: EmailFields, mailbox: Mailbox) -> Content:
    files = [_placed(one, mail) for one in attachments(mail.body, mail.found.absent)]
    sealed, signed = mail.body.sealed, mail.body.signed
    if (sealed or signed) and mail.found.raw_blob_id:
        files.append(_whole(mail))
    blocks = (Unsupported(name="encrypted mail"),) if sealed else ()
    answered = next(iter(email.in_reply_to), None)
    return Content(
        text=mail.text,
        attachments=tuple(files),
        blocks=blocks,
        reply_to=ReplyRef(external_id=ExternalId(answered)) if answered else None,
        email=email,
    )


def _placed(attachment: Attachment, mail: Mail) -> Attachment:
    """The file with where its bytes are: in the stored mail, or in the mailbox."""
    found = mail.found
    section = attachment.native["section"]
    native = dict(attachment.native)
    if found.raw_blob_id and section not in found.absent:
        entity = next(
            one.entity for one in mail.body.files if (one.entity.section or "1") == section
        )
        native |= {
            "blob": found.raw_blob_id,
            "start": str(entity.start),
            "end": str(entity.end),
        }
    else:
        native |= {
            "folder": found.folder,
            "uidvalidity": str(found.uidvalidity),
            "uid": str(found.uid),
            "message_id": message_id_of(mail.headers.plain("message-id")) or "",
        }
    return attachment.model_copy(update={"native": native})


def _whole(mail: Mail) -> Attachment:
    """The mail as it came, for whoever has the key or wants to check the signature."""
    return Attachment(
        id="mail",
        kind=AttachmentKind.FILE,
        state=FetchState.STORED,
        blob_id=BlobId(mail.found.raw_blob_id or ""),
        name="mail.eml",
        mime="message/rfc822",
        size_bytes=len(mail.raw),
    )


def _moment(mail: Mail, now: datetime) -> datetime:
    """When it was written: by its date, unless that is absurd; then when it arrived here."""
    arrived = mail.found.internal_at or now
    try:
        written = parsedate_to_datetime(mail.headers.plain("date") or "")
        if written.tzinfo is None:
            written = written.replace(tzinfo=UTC)
        written = written.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return arrived
    if arrived - _CLOCKS_APART <= written <= arrived + _AHEAD:
        return written
    return arrived if mail.found.internal_at is not None or written > now else written


def _answered(headers: Headers, mailbox: Mailbox) -> PartId | None:
    named = (*headers.all("in-reply-to"), *headers.all("references"))
    return first_known(mailbox.signed, ids_in(" ".join(named)))


def _receipt(news: News | None, mailbox: Mailbox, key: str, now: datetime) -> Receipt | None:
    """What a bounce or a read receipt means for the part that it names."""
    if news is None or news.part is None:
        return None
    match news.state:
        case "failed":
            kind = FailureKind.CONTACT_GONE if news.gone else FailureKind.REJECTED
            said = news.reason or "the mail came back"
            failure = Failure(kind=kind, reason=f"it came back: {said}")
            return _news_of(mailbox, key, news.part, Delivery.FAILED, now, failure)
        case "delivered":
            return _news_of(mailbox, key, news.part, Delivery.DELIVERED, now)
        case "read":
            return _news_of(mailbox, key, news.part, Delivery.READ, now)
        case _:
            return None  # a delay or a complaint is for people: shown as a mail in the thread


def _news_of(
    mailbox: Mailbox,
    key: str,
    part: PartId,
    state: Delivery,
    now: datetime,
    failure: Failure | None = None,
) -> Receipt:
    return Receipt(
        channel_id=mailbox.channel_id,
        thread=ExternalId(f"mail:{key}"),
        state=state,
        part_id=part,
        failure=failure,
        at=now,
    )


def settled_event(part: PartId, message_id: str) -> bytes:
    """The event that tells of a mail of unknown fate which was found among the sent ones."""
    return json.dumps({"settled": {"part_id": part, "message_id": message_id}}).encode()


def _settled(data: bytes, mailbox: Mailbox, now: datetime) -> Receipt | None:
    if not data.startswith(b'{"settled"'):
        return None
    try:
        said = json.loads(data)["settled"]
        part, message_id = said["part_id"], said["message_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadPayload("this news of a sent mail is broken") from None
    if not isinstance(part, str) or not isinstance(message_id, str) or not message_id:
        raise BadPayload("this news of a sent mail is broken")
    if mailbox.signed.part_in_id(message_id) != part:
        raise BadPayload("this news of a sent mail is not ours")
    return Receipt(
        channel_id=mailbox.channel_id,
        thread=ExternalId(f"sent:{message_id}"),
        state=Delivery.SENT,
        part_id=PartId(part),
        external_ids=(ExternalId(message_id),),
        at=now,
    )
