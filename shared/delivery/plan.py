"""From what somebody wrote to the calls that a channel takes (pure): degrade, caption, split.

What a channel cannot carry is put into words it can (a button becomes a line, a hidden link is
written out); what cannot be said at all is refused with a reason, never dropped silently.
"""

from collections.abc import Sequence

from shared.delivery.announce import announcement, language_of
from shared.delivery.buttons import as_text, fit_buttons
from shared.delivery.files import albums, fit_file
from shared.delivery.formats import keep_formats
from shared.delivery.measure import measure
from shared.delivery.split import cut, split
from shared.errors import Rejected
from shared.model.channel import Capabilities
from shared.model.content import Attachment, AttachmentKind, Content, Span

_WITHOUT_CAPTION = frozenset({AttachmentKind.STICKER, AttachmentKind.VIDEO_NOTE})


def plan(content: Content, capabilities: Capabilities) -> tuple[Content, ...]:
    """The contents of the parts to send, in order; at least one.

    Only the first keeps the reply reference, only the last has the buttons. Raises ``Rejected``
    with a reason for the agent when the channel cannot carry it.
    """
    if content.blocks:
        kind = content.blocks[0].type.replace("_", " ")
        raise Rejected(f"this channel cannot be sent a {kind}")
    text, spans = keep_formats(content.text, content.spans, capabilities.formats)
    buttons = fit_buttons(content.buttons, capabilities)
    if content.buttons and not buttons:
        text += as_text(content.buttons, after_text=bool(text.strip()))
    files = [fit_file(attachment, capabilities) for attachment in content.attachments]
    groups = albums(files, capabilities, last_alone=bool(buttons) and not text.strip())
    parts = _with_text(content, text, spans, groups, capabilities, buttons=bool(buttons))
    if not parts:
        raise Rejected("there is nothing in this message that this channel could be sent")
    if not capabilities.reply:
        parts[0] = parts[0].model_copy(update={"reply_to": None})
    parts[-1] = parts[-1].model_copy(update={"buttons": buttons})
    return tuple(parts)


def plan_edit(content: Content, capabilities: Capabilities, *, caption: bool = False) -> Content:
    """The one content that takes the place of what was sent. Raises ``Rejected``."""
    if not capabilities.edit:
        raise Rejected("messages on this channel cannot be changed")
    text, spans = keep_formats(content.text, content.spans, capabilities.formats)
    limit = capabilities.max_caption if caption else capabilities.max_text
    size = measure(text, capabilities.text_unit)
    if size > limit:
        raise Rejected(f"the new text is longer than this channel takes: {size} of {limit}")
    buttons = fit_buttons(content.buttons, capabilities)
    return content.model_copy(update={"text": text, "spans": spans, "buttons": buttons})


def _with_text(
    content: Content,
    text: str,
    spans: tuple[Span, ...],
    groups: Sequence[tuple[Attachment, ...]],
    capabilities: Capabilities,
    *,
    buttons: bool,
) -> list[Content]:
    captioned = bool(text.strip()) and _fits_caption(text, groups, capabilities, buttons=buttons)
    parts = [
        _part(content, first=number == 0, attachments=group) for number, group in enumerate(groups)
    ]
    if captioned:
        parts[0] = parts[0].model_copy(update={"text": text, "spans": spans})
    elif text.strip():
        parts.extend(_texts(content, text, spans, capabilities, first=not parts))
    return parts


def _fits_caption(
    text: str,
    groups: Sequence[tuple[Attachment, ...]],
    capabilities: Capabilities,
    *,
    buttons: bool,
) -> bool:
    if not groups or measure(text, capabilities.text_unit) > capabilities.max_caption:
        return False
    # Platforms take no buttons under an album: they need the text as a message of its own.
    if buttons and len(groups[-1]) > 1:
        return False
    return groups[0][0].kind not in _WITHOUT_CAPTION


def _texts(
    content: Content,
    text: str,
    spans: tuple[Span, ...],
    capabilities: Capabilities,
    *,
    first: bool,
) -> list[Content]:
    unit, limit = capabilities.text_unit, capabilities.max_text
    if measure(text, unit) <= limit:
        return [_part(content, first=first, text=text, spans=spans)]
    mark = announcement(language_of(text, content.language))
    room = limit - measure(mark, unit)
    if room < limit // 2:
        mark, room = "", limit
    pieces = [p for p in split(text, spans, limit=room, unit=unit) if p.text.strip()]
    parts = []
    for number, piece in enumerate(pieces):
        body = piece.text.rstrip()
        body_spans = cut(piece.spans, 0, measure(body, "utf16"))
        tail = mark if number < len(pieces) - 1 else ""
        part = _part(content, first=first and number == 0, text=body + tail, spans=body_spans)
        parts.append(part)
    return parts


def _part(
    content: Content,
    *,
    first: bool,
    text: str = "",
    spans: tuple[Span, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Content:
    return Content(
        text=text,
        spans=spans,
        attachments=attachments,
        reply_to=content.reply_to if first else None,
        email=content.email,
        language=content.language,
    )
