"""News of mails that we sent: bounces, read receipts, complaints. Pure.

A bounce is believed when it names a mail of ours by a code under our signature: in the address
that it came back to (VERP), or in the Message-ID of the mail that it quotes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from connectors.email.addresses import addresses
from connectors.email.body import content_of
from connectors.email.charset import text_of
from connectors.email.headers import Headers, read_headers, words
from connectors.email.identifiers import Signed, first_known, ids_in
from connectors.email.mime import Entity
from shared.ids import PartId

_QUOTED_BYTES: Final = 256 * 1024
_REASON_CHARS: Final = 300
_STATUS: Final = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_CODE: Final = re.compile(r"(?<![\d.])([45])\d\d[ \-#]")
_QUOTED_ID: Final = re.compile(rb"(?im)^[>\s]*message-id:\s*(<[^<>\r\n]{1,998}>)")
_DAEMON: Final = re.compile(r"(?i)mailer[-_.]?daemon|postmaster|mail delivery|double-bounce")
_FAILED: Final = re.compile(
    r"(?i)undeliver|could not be delivered|not be delivered|delivery (?:has )?failed|failure notice"
    r"|returned mail|returned to sender|delivery status notification \(failure\)|unzustellbar"
    r"|не доставлен|недоставлен|не удалось доставить|не может быть доставлен|user unknown"
    r"|no such user|mailbox (?:unavailable|full|not found)|address rejected|unknown recipient"
    r"|delivery failure|permanent (?:fatal )?error"
)
_DELAYED: Final = re.compile(
    r"(?i)\(delay\)|delayed|will (?:be )?retr|still trying|warning: could not send|отложен"
    r"|not yet been delivered|temporary|verzögert"
)
_GONE: Final = re.compile(
    r"(?i)\b5\.1\.[1-3]\b|\b5\.1\.6\b|\b5\.1\.10\b|\b5\.2\.1\b|user unknown|no such user"
    r"|unknown (?:user|recipient|mailbox)|does not exist|mailbox not found|address rejected"
    r"|account (?:that you tried to reach )?(?:is )?disabled|invalid (?:recipient|mailbox)"
    r"|no such (?:mailbox|recipient)|нет такого|не существует"
)
_CAUSE: Final = re.compile(
    r"(?i)(?:mailbox|account|quota|inbox) (?:is |size limit )?"
    r"(?:full|unavailable|exceeded|disabled)"
    r"|over (?:its )?quota|переполнен|превышен[аы]? (?:квота|размер)|host (?:unknown|not found)"
    r"|retry time(?:out)? exceeded|domain not found"
)

State = Literal["failed", "delayed", "delivered", "read", "complaint"]


@dataclass(frozen=True, slots=True)
class News:
    """What became of a mail of ours. ``part`` is None when it does not say which."""

    state: State
    part: PartId | None
    reason: str = ""
    gone: bool = False
    """The address does not exist: the person cannot be reached there."""


def news_in(raw: bytes, root: Entity, text: str, signed: Signed) -> News | None:
    """What a mail says of one of ours; None if it is no such news."""
    part = _part_meant(raw, root, signed)
    report = _report_type(root)
    for entity in root.walk():
        if entity.mime == "message/delivery-status":
            return _by_status(raw, entity, part, text)
        if entity.mime == "message/disposition-notification":
            return _by_disposition(raw, entity, part, signed)
        if entity.mime == "message/feedback-report" and report == "feedback-report":
            return News("complaint", part, "the recipient marked it as spam")
    return _by_looks(root.headers, text, part, signed)


def _report_type(root: Entity) -> str:
    return (root.headers.parameters("content-type").get("report-type") or "").lower()


def _by_status(raw: bytes, entity: Entity, part: PartId | None, text: str) -> News | None:
    """RFC 3464: fields per recipient. The worst of them counts."""
    found: list[News] = []
    for fields in _groups(content_of(raw, entity)):
        action = (fields.plain("action") or "").strip().lower()
        status = fields.plain("status") or ""
        reason = _reason(fields, text)
        permanent = status.strip().startswith("5")
        if action == "failed" or (not action and permanent):
            found.append(News("failed", part, reason, bool(_GONE.search(f"{status} {reason}"))))
        elif action == "delayed":
            found.append(News("delayed", part, reason))
        elif action in {"delivered", "relayed", "expanded"}:
            found.append(News("delivered", part, reason))
    order: Sequence[State] = ("failed", "delayed", "delivered")
    return min(found, key=lambda news: order.index(news.state), default=None)


def _by_disposition(raw: bytes, entity: Entity, part: PartId | None, signed: Signed) -> News | None:
    """RFC 8098: the recipient's program tells that the mail was shown."""
    fields = read_headers(content_of(raw, entity))
    disposition = (fields.plain("disposition") or "").lower()
    named = first_known(signed, ids_in(fields.plain("original-message-id"))) or part
    if "displayed" not in disposition:
        return None  # deleted unread and the like says nothing of reading
    return News("read", named)


def _by_looks(headers: Headers, text: str, part: PartId | None, signed: Signed) -> News | None:
    """Bounces that are no reports: the address that they came back to, or what daemons write."""
    sender = headers.plain("from") or ""
    returned = _returned_to(headers, signed)
    null_path = (headers.plain("return-path") or "").replace(" ", "") == "<>"
    daemon = bool(_DAEMON.search(words(sender)))
    if returned is None and not daemon:
        return None
    subject = headers.text("subject") or ""
    said = f"{subject}\n{text[:20_000]}"
    if not daemon and not null_path:
        return None  # a person who answers the address that bounces come to
    if _DELAYED.search(subject) or (_DELAYED.search(said) and not _failed(said)):
        return News("delayed", part, _line_of(said))
    if _failed(said) or daemon:
        return News("failed", part, _line_of(said), bool(_GONE.search(said)))
    return None


def _failed(said: str) -> bool:
    statuses = _STATUS.findall(said)
    return bool(_FAILED.search(said)) or "5" in statuses or "5" in _CODE.findall(said)


def _line_of(said: str) -> str:
    """The line that explains most: one with a status, one with a cause, or else the first that
    speaks of failure."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    for rule in (_STATUS, _CODE, _GONE, _CAUSE, _FAILED):
        found = next((line for line in lines if rule.search(line)), None)
        if found:
            return found[:_REASON_CHARS]
    return ""


def _groups(data: bytes) -> Iterator[Headers]:
    blocks = re.split(rb"\r?\n[ \t]*\r?\n", data.strip())
    return (read_headers(block) for block in blocks[:200])


def _reason(fields: Headers, text: str) -> str:
    """The server's words; some servers tell them to people only, in the text."""
    diagnostic = (fields.text("diagnostic-code") or "").partition(";")[2].strip()
    diagnostic = diagnostic or _line_of(text)
    status = (fields.plain("status") or "").strip()
    recipient = (fields.plain("final-recipient") or "").partition(";")[2].strip()
    said = " ".join(filter(None, (recipient and f"{recipient}:", diagnostic or status)))
    return said[:_REASON_CHARS]


def _part_meant(raw: bytes, root: Entity, signed: Signed) -> PartId | None:
    """Which part the mail is about: VERP, the quoted mail's Message-ID, then References."""
    found = _returned_to(root.headers, signed)
    if found is not None:
        return found
    for entity in root.walk():
        if entity.mime in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            quoted = content_of(raw, entity)[:_QUOTED_BYTES]
            named = first_known(signed, _ids_quoted(quoted))
            if named is not None:
                return named
    named = first_known(signed, _ids_quoted(raw[root.start : root.start + _QUOTED_BYTES]))
    if named is not None:
        return named
    references = (*root.headers.all("in-reply-to"), *root.headers.all("references"))
    return first_known(signed, ids_in(" ".join(references)))


def _ids_quoted(data: bytes) -> list[str]:
    return [text_of(match[1], None) for match in _QUOTED_ID.finditer(data)]


def _returned_to(headers: Headers, signed: Signed) -> PartId | None:
    """The part in an address of ours to which only bounces come: ``name+b-code@``."""
    fields = ("delivered-to", "x-original-to", "envelope-to", "to")
    for address in addresses(headers, *fields):
        extension = address.email.partition("@")[0].rpartition("+")[2]
        if extension.lower().startswith("b-"):
            part = signed.part_in_address(address.email)
            if part is not None:
                return part
    return None
