"""What of a mail's parts is its text, its HTML, and what is a file. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from connectors.email.charset import storable, text_of
from connectors.email.file_name import safe_name
from connectors.email.headers import Headers, words
from connectors.email.html_text import text_from_html
from connectors.email.identifiers import message_id_of
from connectors.email.mime import Entity
from connectors.email.transfer import decoded, decoded_size
from shared.model.content import Attachment, AttachmentKind

_TEXT_BYTES: Final = 4 * 1024 * 1024
_TEXT_CHARS: Final = 500_000
_NAMES: Final = {
    "message/rfc822": ("subject", ".eml"),
    "text/calendar": ("invitation", ".ics"),
    "application/ms-tnef": ("winmail", ".dat"),
    "application/pkcs7-mime": ("smime", ".p7m"),
    "application/pkcs7-signature": ("smime", ".p7s"),
    "application/pgp-encrypted": ("version", ".asc"),
    "message/delivery-status": ("delivery-status", ".txt"),
    "text/rfc822-headers": ("headers", ".txt"),
}
_SEALED: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime"})
_SIGNED: Final = frozenset({"multipart/signed"})
_KINDS: Final = {
    "image": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.AUDIO,
}
_DRAWN: Final = frozenset({"image/svg+xml", "image/svg"})


@dataclass(frozen=True, slots=True)
class File:
    """A part that is a file."""

    entity: Entity
    name: str | None
    name_original: str | None
    content_id: str | None
    inline: bool
    encoding: str


@dataclass(slots=True)
class Body:
    """A mail, taken apart into what people read and what they open."""

    texts: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    sealed: bool = False
    """Encrypted as a whole."""
    signed: bool = False

    @property
    def text(self) -> str:
        """The text: the mail's own, or what its HTML says."""
        own = "\n\n".join(text.strip("\n") for text in self.texts if text.strip())
        if own.strip():
            return own[:_TEXT_CHARS]
        return "\n\n".join(filter(None, map(text_from_html, self.html)))[:_TEXT_CHARS]

    @property
    def html_document(self) -> str | None:
        """The HTML as it came; None if there is none."""
        return "\n<hr>\n".join(self.html) if self.html else None


def read_body(raw: bytes, root: Entity, absent: dict[str, int]) -> Body:
    """Take the mail apart. ``absent`` are the sections whose bytes are not here."""
    body = Body()
    kinds = {entity.mime for entity in root.walk()}
    body.sealed = bool(kinds & _SEALED)
    body.signed = bool(kinds & _SIGNED)
    for entity in _shown(root):
        file = _file(raw, entity, absent)
        if file is not None:
            body.files.append(file)
        elif entity.mime == "text/html":
            body.html.append(_text(raw, entity))
        else:
            _add_text(body, raw, entity)
    return body


def attachments(body: Body, absent: dict[str, int]) -> Iterator[Attachment]:
    """The files as the message has them; where their bytes are is left to whoever knows."""
    referred = " ".join(body.html)
    for file in body.files:
        entity = file.entity
        travels = absent.get(entity.section, entity.end - entity.start)
        shown = (
            file.content_id if file.content_id and f"cid:{file.content_id}" in referred else None
        )
        yield Attachment(
            id=entity.section or "1",
            kind=_kind(entity.mime),
            name=file.name,
            name_original=file.name_original,
            mime=entity.mime,
            size_bytes=decoded_size(travels, file.encoding),
            content_id=shown,
            native={"section": entity.section or "1", "encoding": file.encoding},
        )


def content_of(raw: bytes, entity: Entity) -> bytes:
    """The bytes of a part, its transfer encoding undone."""
    encoding = entity.headers.plain("content-transfer-encoding") or ""
    return decoded(raw[entity.start : entity.end], encoding)


def _shown(root: Entity) -> Iterator[Entity]:
    """The leaves that are for people: of several versions of the same, text and HTML."""
    waiting = [root]
    while waiting:
        entity = waiting.pop()
        if not entity.children:
            yield entity
            continue
        chosen = entity.children
        if entity.mime == "multipart/alternative":
            chosen = _alternatives(entity.children)
        waiting.extend(reversed(chosen))


def _alternatives(children: list[Entity]) -> list[Entity]:
    """All of them but for second versions of text and of HTML: the last is the best."""
    kept: list[Entity] = []
    for mime in ("text/plain", "text/html"):
        same = [child for child in children if child.mime == mime]
        kept.extend(same[-1:])
    kept.extend(child for child in children if child.mime not in {"text/plain", "text/html"})
    return [child for child in children if child in kept and child.mime != "text/x-amp-html"]


def _file(raw: bytes, entity: Entity, absent: dict[str, int]) -> File | None:
    headers = entity.headers
    disposition = headers.parameters("content-disposition")
    original = _file_name(headers)
    attached = disposition.value == "attachment"
    readable = entity.mime in {"text/plain", "text/html"} or entity.mime.startswith("multipart/")
    is_text = readable and not attached and entity.section not in absent
    if is_text and (original is None or not _looks_like_file(entity.mime, original)):
        return None
    empty = entity.end <= entity.start and entity.section not in absent
    if empty and original is None and not attached:
        return None  # an empty part without a name is nothing to open
    content_id = headers.plain("content-id")
    identifier = message_id_of(content_id) if content_id else None
    bare = (identifier or content_id or "").strip("<> ")[:300]
    name = original if original is not None else _made_name(raw, entity)
    return File(
        entity=entity,
        name=safe_name(name) if name else None,
        name_original=name,
        content_id=bare or None,
        inline=disposition.value == "inline",
        encoding=(headers.plain("content-transfer-encoding") or "").strip().lower()[:40],
    )


def _looks_like_file(mime: str, name: str) -> bool:
    """A text part with a name is a file, unless the name is what programs call bodies."""
    return not re.fullmatch(r"(?i)(?:part\d*|body|text|message|noname)(?:\.\w+)?", name) and bool(
        mime
    )


def _file_name(headers: Headers) -> str | None:
    """The name as the sender gave it: RFC 2231, RFC 2047, or bare bytes."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        found = headers.parameters(header).get(parameter)
        if found:
            return storable(words(found)).strip()[:500] or None
    return None


def _made_name(raw: bytes, entity: Entity) -> str | None:
    stem, ending = _NAMES.get(entity.mime, ("", ""))
    if entity.mime == "message/rfc822":
        inner = raw[entity.start : min(entity.end, entity.start + 64 * 1024)]
        match = re.search(rb"(?im)^subject:[ \t]*([^\r\n]*)", inner)
        subject = words(text_of(match[1], None)) if match else ""
        return f"{subject[:100] or 'mail'}{ending}"
    if stem:
        return f"{stem}{ending}"
    family = entity.mime.partition("/")[0]
    return f"{family}-{entity.section or '1'}" if family else None


def _text(raw: bytes, entity: Entity) -> str:
    charset = entity.headers.parameters("content-type").get("charset")
    data = raw[entity.start : min(entity.end, entity.start + _TEXT_BYTES)]
    encoding = entity.headers.plain("content-transfer-encoding") or ""
    return text_of(decoded(data, encoding), charset).replace("\r\n", "\n").replace("\r", "\n")


def _add_text(body: Body, raw: bytes, entity: Entity) -> None:
    text = _text(raw, entity)
    parameters = entity.headers.parameters("content-type")
    if (parameters.get("format") or "").lower() == "flowed":
        text = _unflowed(text, joined=(parameters.get("delsp") or "").lower() == "yes")
    body.texts.append(text)


def _unflowed(text: str, *, joined: bool) -> str:
    """Lines that were broken for old programs only (RFC 3676), joined again."""
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        plain = line[1:] if line.startswith(" ") else line
        continues = open_line and lines and quoted == lines[-1].startswith(">") and not quoted
        if continues:
            lines[-1] = (lines[-1][:-1] if joined else lines[-1]) + plain
        else:
            lines.append(plain)
        open_line = plain.endswith(" ") and plain != "-- " and not quoted
    return "\n".join(lines)


def _kind(mime: str) -> AttachmentKind:
    if mime in _DRAWN:
        return AttachmentKind.FILE
    if mime == "image/gif":
        return AttachmentKind.IMAGE
    return _KINDS.get(mime.partition("/")[0], AttachmentKind.FILE)
