"""From the bytes of a mail to what the hub makes of it. Pure: the same bytes say the same."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from connectors.base import Parsed
from connectors.email.addresses import addresses, canonical, first_address
from connectors.email.automatic import is_automatic
from connectors.email.body import attachments
from connectors.email.bounces import News, news_in
from connectors.email.digest import content_key
from connectors.email.frame import unframed
from connectors.email.headers import Headers
from connectors.email.identifiers import first_known, ids_in, message_id_of
from connectors.email.mailbox import Mailbox
from connectors.email.news import receipt, receipt_of, settled
from connectors.email.opened import Mail, open_mail
from connectors.email.quotes import quoted_from
from connectors.email.threads import thread_of
from shared.clock import Clock
from shared.ids import BlobId, EventKey, ExternalId, PartId
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
from shared.model.delivery import Delivery
from shared.model.inbound import Inbound, InboundKind, Origin
from shared.model.people import Identifier, IdentifierKind, Participant

_PEOPLE: Final = 60
_CLOCKS_APART: Final = timedelta(days=7)
_AHEAD: Final = timedelta(hours=1)
_SUBJECT_CHARS: Final = 500


def parse_mail(data: bytes, mailbox: Mailbox, clock: Clock) -> Parsed:
    """What one mail says. Raises ``BadPayload``, and nothing else for any bytes."""
    now = clock.now()
    found_sent = settled(data, mailbox, now)
    if found_sent is not None:
        return Parsed(receipts=[found_sent])
    found, raw = unframed(data)
    mail = open_mail(found, raw)
    key = content_key(raw, mail.root, found.absent)
    identifier = message_id_of(mail.headers.plain("message-id"))
    news = news_in(raw, mail.root, mail.text, mailbox.signed)
    told = receipt_of(news, mailbox, key, now)
    if told is not None:
        return Parsed(receipts=[told])
    inbound = _inbound(mail, mailbox, key, identifier, news, now)
    answered = _answered(mail.headers, mailbox)
    if answered is None or inbound.origin is not Origin.USER:
        return Parsed(inbound=[inbound])
    # Whoever answers a mail has it: that settles what became of it.
    arrived = receipt(mailbox, key, answered, Delivery.DELIVERED, now)
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
    ours = mailbox.is_own(sender)
    part = mailbox.signed.part_in_id(identifier or "")
    origin = Origin.ECHO if ours and part is not None else Origin.USER
    automatic = is_automatic(headers, mailbox.own, mail.root.mime)
    email = _fields(mail, sender, identifier, automatic=automatic)
    return Inbound(
        channel_id=mailbox.channel_id,
        channel_type=mailbox.channel_type,
        event_key=EventKey(f"mail/{key}"),
        kind=InboundKind.MESSAGE,
        origin=origin,
        thread=thread_of(mail, mailbox, key, identifier, email, news),
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


def _participant(address: Address) -> Participant:
    email = canonical(address.email)
    return Participant(
        external_id=ExternalId(email),
        name=address.name,
        identifiers=(Identifier(kind=IdentifierKind.EMAIL, value=email),),
    )


def _others(headers: Headers, mailbox: Mailbox) -> tuple[Participant, ...]:
    recipients = addresses(headers, "to", "cc")
    return tuple(_participant(one) for one in recipients if not mailbox.is_own(one))[:_PEOPLE]


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
