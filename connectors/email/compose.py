"""A part as a mail: headers, text and HTML, files, and the addresses of its envelope. Pure.

The headers are written by ourselves: the library of this Python folds a long Message-ID into an
encoded word, and programs then lose the thread.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import Final

from connectors.email.headers import words
from connectors.email.identifiers import Signed, ids_in
from connectors.email.manifest import EmailSettings
from connectors.email.previous import Quotation
from connectors.email.spans_html import html_of
from connectors.email.threads import shortened
from shared.errors import Rejected
from shared.model.content import Address, Attachment
from shared.model.delivery import Part

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_ADDRESS: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
_REPLY: Final = re.compile(r"(?i)^\s*(?:re|aw|ответ|отв|на)(?:\[\d+\])?\s*:")
_LOCAL_MAX: Final = 64
_NOT_ASCII_SHARE: Final = 0.2
_BODY_POLICY: Final = policy.SMTP.clone(max_line_length=76, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail, ready to be handed over."""

    message_id: str
    sender: str
    """Of the envelope: bounces come back to it."""
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    """In the envelope alone."""
    data: bytes
    utf8: bool
    """An address has other letters than ASCII before the @."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file with its bytes."""

    attachment: Attachment
    data: bytes


def compose(
    part: Part,
    settings: EmailSettings,
    signed: Signed,
    *,
    files: Sequence[Loaded],
    previous: Quotation | None,
    now: datetime,
) -> Composed:
    """The mail of a part; the same Message-ID every time. Raises ``Rejected``."""
    to, cc = recipients(part)
    bcc = _hidden(part, (*to, *cc))
    token = signed.token(part.id)
    message_id = f"<{token}@{settings.domain}>"
    utf8 = any(not one.email.rpartition("@")[0].isascii() for one in (*to, *cc, *bcc))
    lines = [
        ("Date", format_datetime(now)),
        ("From", _mailboxes([Address(email=settings.address, name=settings.from_name or None)])),
        ("To", _mailboxes(to)),
        ("Cc", _mailboxes(cc)),
        ("Reply-To", _reply_to(settings, token)),
        ("Subject", _encoded(_subject(part, settings, signed))),
        ("Message-ID", message_id),
        *_threading(part),
        *_automatic(part, settings),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines if value)
    body = _body(part, files, previous)
    return Composed(
        message_id=message_id,
        sender=_envelope_sender(part, settings, token),
        to=tuple(_idna(one.email) for one in to),
        cc=tuple(_idna(one.email) for one in cc),
        bcc=tuple(_idna(one.email) for one in bcc),
        data=head.encode("utf-8" if utf8 else "ascii", "replace") + body,
        utf8=utf8,
    )


def recipients(part: Part) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """To whom it goes, and to whom a copy. Raises ``Rejected`` when nobody is named."""
    context = part.context
    email = part.content.email
    to = tuple(email.to) if email and email.to else _parsed(context.get("to", ""))
    cc = tuple(email.cc) if email and (email.to or email.cc) else _parsed(context.get("cc", ""))
    if not to:
        bare = part.thread.removeprefix("mailto:")
        to = _parsed(bare) or _parsed(context.get("machine", ""))
    to = tuple(one for one in to if _ADDRESS.fullmatch(one.email))
    known = {one.email.lower() for one in to}
    cc = tuple(
        one for one in cc if _ADDRESS.fullmatch(one.email) and one.email.lower() not in known
    )
    if not to:
        raise Rejected("this conversation has no address that could be answered")
    return to, cc


def _hidden(part: Part, named: Sequence[Address]) -> tuple[Address, ...]:
    """Who gets it without being named in it."""
    known = {one.email.lower() for one in named}
    asked = part.content.email.bcc if part.content.email else ()
    return tuple(
        one for one in asked if _ADDRESS.fullmatch(one.email) and one.email.lower() not in known
    )


def _parsed(value: str) -> tuple[Address, ...]:
    found = getaddresses([_CONTROL.sub(" ", value)]) if value else []
    return tuple(
        Address(email=email, name=words(name) or None) for name, email in found if "@" in email
    )


def _subject(part: Part, settings: EmailSettings, signed: Signed) -> str:
    email = part.content.email
    subject = (email.subject if email else None) or part.context.get("subject", "")
    plain = _CONTROL.sub(" ", subject).strip()
    chosen = bool(email and email.subject)
    answers = bool(part.context.get("message_id") or part.reply_external_id)
    if answers and not chosen and not _REPLY.match(plain):
        plain = f"Re: {plain}".strip()
    tag = f"[#{signed.tag(part.thread)}]"
    if settings.subject_tag and tag not in plain:
        plain = f"{plain} {tag}".strip()
    return plain


def _threading(part: Part) -> list[tuple[str, str]]:
    """In-Reply-To and References: one id in a line, so that nothing is ever folded within."""
    latest = part.context.get("message_id", "")
    answered = ids_in(part.reply_external_id or "") or ids_in(latest)
    if not answered:
        return []
    before = ids_in(part.context.get("references", ""))
    chain = [one for one in (*before, *ids_in(latest)) if one != answered[0]]
    references = shortened((*dict.fromkeys(chain), answered[0]))
    return [("In-Reply-To", answered[0]), ("References", "\r\n ".join(references))]


def _automatic(part: Part, settings: EmailSettings) -> list[tuple[str, str]]:
    """What tells other machines not to answer (RFC 3834)."""
    if not part.automatic:
        return []
    return [
        ("Auto-Submitted", "auto-replied"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loop", settings.address),
    ]


def _reply_to(settings: EmailSettings, token: str) -> str:
    if not settings.plus_addresses:
        return ""
    address = _extended(settings.address, token)
    if address is None:
        return ""
    return _mailboxes([Address(email=address, name=settings.from_name or None)])


def _envelope_sender(part: Part, settings: EmailSettings, token: str) -> str:
    extended = _extended(settings.address, f"b-{token}") if settings.plus_addresses else None
    if extended is not None:
        return extended
    return "" if part.automatic else settings.address


def _extended(address: str, extension: str) -> str | None:
    local, _, domain = address.rpartition("@")
    longer = f"{local.partition('+')[0]}+{extension}"
    return f"{longer}@{domain}" if len(longer) <= _LOCAL_MAX else None


def _mailboxes(found: Sequence[Address]) -> str:
    return ",\r\n ".join(_mailbox(one) for one in found)


def _mailbox(address: Address) -> str:
    email = _idna(_CONTROL.sub("", address.email))
    name = _CONTROL.sub(" ", address.name or "").strip()
    if not name:
        return email
    if not name.isascii():
        return f"{_encoded(name)} <{email}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{email}>'


def _encoded(text: str) -> str:
    """A header's text, in encoded words of at most 75 characters where it needs them."""
    if not text:
        return ""
    if text.isascii() and len(text) <= 900:  # noqa: PLR2004 - below the longest line, with its name
        return text
    return Header(text, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _idna(email: str) -> str:
    local, at, domain = email.rpartition("@")
    if domain.isascii():
        return email
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Rejected(f"this is no address that mail can be sent to: {email[:100]}") from None


def _body(part: Part, files: Sequence[Loaded], previous: Quotation | None) -> bytes:
    """Text and HTML as alternatives, then the files; with the MIME headers in front."""
    content = part.content
    text = content.text.replace("\r\n", "\n")
    shown = html_of(content.text, content.spans)
    inline = [one for one in files if one.attachment.content_id]
    pictures = "".join(f'<div><img src="cid:{_bare_id(one.attachment)}"></div>' for one in inline)
    quoted_text = f"\n\n{previous.text}" if previous else ""
    quoted_html = f"<br>\n{previous.html}" if previous else ""
    message = EmailMessage(_BODY_POLICY)
    _set_text(message, f"{text}{quoted_text}\n", "plain")
    document = (
        '<html><head><meta charset="utf-8"></head><body>'
        f"<div>{shown}</div>{pictures}{quoted_html}</body></html>\n"
    )
    message.add_alternative(document, subtype="html", charset="utf-8", cte=_cte(document))
    html_part = message.get_payload()[1]  # type: ignore[index]  # made a moment ago
    for one in inline:
        kind, subtype = _mime(one.attachment)
        html_part.add_related(one.data, kind, subtype, cid=f"<{_bare_id(one.attachment)}>")  # type: ignore[union-attr]
    for one in files:
        if one not in inline:
            kind, subtype = _mime(one.attachment)
            message.add_attachment(one.data, kind, subtype, filename=_file_name(one.attachment))
    return message.as_bytes()


def _set_text(message: EmailMessage, text: str, subtype: str) -> None:
    message.set_content(text, subtype=subtype, charset="utf-8", cte=_cte(text))


def _cte(text: str) -> str:
    """Readable in transit where that costs little."""
    foreign = sum(not char.isascii() for char in text)
    return "base64" if foreign > len(text) * _NOT_ASCII_SHARE else "quoted-printable"


def _mime(attachment: Attachment) -> tuple[str, str]:
    mime = (attachment.mime_detected or attachment.mime or "").lower()
    kind, slash, subtype = mime.partition("/")
    plain = bool(slash) and re.fullmatch(r"[\w.+-]+", kind) and re.fullmatch(r"[\w.+-]+", subtype)
    if not plain or kind in {"message", "multipart"}:
        return "application", "octet-stream"
    return kind, subtype


def _file_name(attachment: Attachment) -> str:
    name = attachment.name or attachment.name_original or "file"
    return _CONTROL.sub("", name)[:200] or "file"


def _bare_id(attachment: Attachment) -> str:
    return re.sub(r"[^\w.@+-]", "", attachment.content_id or "")[:200] or "image"
