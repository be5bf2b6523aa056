"""Mails as the programs of customers and of mail servers write them."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any, Final

from connectors.email.simulator.world import ADDRESS, DOMAIN, Person, Shown
from shared.errors import BadRequest

_SUBJECT_CHARS: Final = 60


def letter(
    person: Person,
    text: str,
    *,
    number: int,
    at: datetime,
    answered: Shown | None = None,
    subject: str | None = None,
    attachments: Sequence[Mapping[str, Any]] = (),
    html: str | None = None,
) -> EmailMessage:
    """What a customer writes: a new mail, or an answer with the earlier mail below."""
    mail = EmailMessage()
    mail["From"] = _named(person)
    mail["To"] = (answered and answered.mail["Reply-To"]) or ADDRESS
    mail["Subject"] = subject or _subject(text, answered)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{number}@{DOMAIN}>"
    body = text
    if answered is not None:
        parent = str(answered.mail["Message-ID"])
        earlier = str(answered.mail["References"] or "").split()
        mail["In-Reply-To"] = parent
        mail["References"] = " ".join([*earlier[-5:], parent])
        quoted = "\n".join(f"> {line}" for line in answered.text.splitlines())
        body = f"{text}\n\nOn {answered.at:%a, %b %d, %Y at %H:%M} {ADDRESS} wrote:\n\n{quoted}\n"
    mail.set_content(body, cte="base64")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for item in attachments:
        _attach(mail, item)
    return mail


def away(person: Person, answered: Shown, *, number: int, at: datetime) -> EmailMessage:
    """A note that nobody is in the office."""
    mail = letter(person, "I am out of office until Monday.", number=number, at=at)
    parent = str(answered.mail["Message-ID"])
    for name, value in (
        ("Subject", f"Automatic reply: {answered.mail['Subject']}"),
        ("In-Reply-To", parent),
        ("References", parent),
        ("Auto-Submitted", "auto-replied"),
    ):
        del mail[name]
        mail[name] = value
    return mail


def bounce(to: str, mail: EmailMessage, recipient: str, *, number: int, at: datetime) -> bytes:
    """What a mail server sends back when it cannot deliver (RFC 3464)."""
    boundary = f"report-{number}"
    lines = [
        "Return-Path: <>",
        f"Delivered-To: {to}",
        "From: Mail Delivery System <MAILER-DAEMON@mx.customer.example>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number}@mx.customer.example>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        f' boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"<{recipient}>: 550 5.1.1 The mailbox does not exist",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.customer.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 The mailbox does not exist",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {mail['Message-ID']}",
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode()


def seen(person: Person, shown: Shown, *, number: int, at: datetime) -> bytes:
    """A read receipt (RFC 8098)."""
    boundary = f"receipt-{number}"
    lines = [
        f"From: {person.address}",
        f"To: {ADDRESS}",
        "Subject: Read",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number}@{DOMAIN}>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=disposition-notification;",
        f' boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain",
        "",
        "The mail was shown.",
        f"--{boundary}",
        "Content-Type: message/disposition-notification",
        "",
        f"Final-Recipient: rfc822; {person.address}",
        f"Original-Message-ID: {shown.mail['Message-ID']}",
        "Disposition: manual-action/MDN-sent-manually; displayed",
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode()


def _named(person: Person) -> str:
    name = "" if "@" in person.key else person.key
    return formataddr((name, person.address), charset="utf-8")


def _subject(text: str, answered: Shown | None) -> str:
    if answered is not None:
        before = str(answered.mail["Subject"] or "")
        return before if before.lower().startswith("re:") else f"Re: {before}"
    lines = text.strip().splitlines()
    return lines[0][:_SUBJECT_CHARS] if lines else "Files"


def _attach(mail: EmailMessage, item: Mapping[str, Any]) -> None:
    given = item.get("data_base64")
    try:
        data = base64.b64decode(str(given), validate=True) if given else b"x"
    except (binascii.Error, ValueError):
        raise BadRequest("data_base64 is not base64", field="attachments") from None
    kind, _, subtype = str(item.get("mime") or "application/octet-stream").partition("/")
    if not kind.isalnum() or not subtype or kind in {"message", "multipart"}:
        kind, subtype = "application", "octet-stream"
    name = str(item.get("name") or "file").replace("\r", " ").replace("\n", " ")
    mail.add_attachment(data, maintype=kind, subtype=subtype, filename=name)
