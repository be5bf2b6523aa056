"""From what somebody wrote to the calls that a channel takes (pure): degrade, caption, split.

What a channel cannot carry is put into words it can (buttons become a numbered list, a place its
address, a hidden link is written out); what cannot be said at all is refused with a reason, never
dropped silently.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery.announce import announcement, language_of
from shared.delivery.blocks import fit_blocks
from shared.delivery.buttons import fit_buttons, links_as_text
from shared.delivery.choices import as_lines, numbered
from shared.delivery.files import albums, fit_file, takes_caption
from shared.delivery.formats import keep_formats
from shared.delivery.measure import measure
from shared.delivery.reasons import Reason, rejected
from shared.delivery.split import cut, split
from shared.model.channel import Capabilities
from shared.model.content import Attachment, Block, ButtonRow, Choice, Content, Span


def plan(content: Content, capabilities: Capabilities) -> tuple[Content, ...]:
    """The contents of the parts to send, in order; at least one.

    Only the first keeps the reply reference, only the last has the buttons. Raises ``Rejected``
    with a reason for the agent when the channel cannot carry it.
    """
    if content.template is not None:
        return (_templated(content, capabilities),)
    fitted = _fit(content, capabilities)
    files = [fit_file(attachment, capabilities) for attachment in content.attachments]
    parts = _parts(content, fitted, files, capabilities)
    if not parts:
        raise rejected(Reason.NOTHING_LEFT)
    first = content.reply_to if capabilities.reply else None
    parts[0] = parts[0].model_copy(update={"reply_to": first})
    parts[-1] = parts[-1].model_copy(update={"buttons": fitted.buttons})
    return tuple(parts)


def plan_edit(content: Content, capabilities: Capabilities, *, caption: bool = False) -> Content:
    """The one content that takes the place of what was sent. Raises ``Rejected``."""
    if not capabilities.edit:
        raise rejected(Reason.NO_EDIT)
    fitted = _fit(content.model_copy(update={"blocks": ()}), capabilities)
    limit = capabilities.max_caption if caption else capabilities.max_text
    size = measure(fitted.text, capabilities.text_unit)
    if size > limit:
        raise rejected(Reason.EDIT_TOO_LONG, size=size, limit=limit)
    return content.model_copy(
        update={"text": fitted.text, "spans": fitted.spans, "buttons": fitted.buttons}
    )


def _templated(content: Content, capabilities: Capabilities) -> Content:
    """A template goes as it is: its text and buttons are the platform's."""
    if not capabilities.templates:
        raise rejected(Reason.NO_TEMPLATES)
    files = tuple(fit_file(attachment, capabilities) for attachment in content.attachments)
    return content.model_copy(update={"attachments": files, "buttons": ()})


def told(content: Content, capabilities: Capabilities) -> Content:
    """The content in the channel's words, uncut: for far ends that read the message as stored.

    Raises ``Rejected`` like ``plan``.
    """
    if not content.blocks and not content.choices:
        return content
    fitted = _fit(content, capabilities)
    return content.model_copy(
        update={
            "text": fitted.text,
            "spans": fitted.spans,
            "blocks": fitted.blocks,
            "buttons": fitted.buttons,
        }
    )


def choices_of(content: Content, capabilities: Capabilities) -> tuple[Choice, ...]:
    """The numbered list that its buttons and polls become on the channel; empty: they stay.

    Raises ``Rejected`` like ``plan``.
    """
    if not content.buttons and not content.blocks:
        return ()
    return _fit(content, capabilities).choices


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A content in the words of the channel, before it is cut to parts."""

    text: str
    spans: tuple[Span, ...]
    blocks: tuple[Block, ...]
    buttons: tuple[ButtonRow, ...]
    choices: tuple[Choice, ...]


def _fit(content: Content, capabilities: Capabilities) -> _Fitted:
    text, spans = keep_formats(content.text, content.spans, capabilities.formats)
    if not text.strip():
        text, spans = "", ()
    blocks = fit_blocks(content.blocks, capabilities)
    # One list for everything: said to be one when it was written, or begun by a poll.
    listed = bool(content.choices or blocks.options)
    able = capabilities.model_copy(update={"buttons": False}) if listed else capabilities
    buttons = fit_buttons(content.buttons, able, with_text=bool(text.strip() or blocks.said))
    choices = content.choices or numbered(buttons.listed, blocks.options)
    written = (*blocks.said, as_lines(choices), links_as_text(buttons.links))
    for paragraph in written:
        if paragraph:
            text += "\n\n" + paragraph if text.strip() else paragraph
    return _Fitted(text, spans, blocks.sent, buttons.rows, choices)


def _parts(
    content: Content, fitted: _Fitted, files: Sequence[Attachment], capabilities: Capabilities
) -> list[Content]:
    has_text, has_buttons = bool(fitted.text.strip()), bool(fitted.buttons)
    last_alone = has_buttons and not has_text and not fitted.blocks
    groups = albums(files, capabilities, last_alone=last_alone)
    captioned = has_text and _fits_caption(fitted, groups, capabilities)
    parts = [_part(content, attachments=group) for group in groups]
    if captioned:
        parts[0] = parts[0].model_copy(update={"text": fitted.text, "spans": fitted.spans})
    blocks = [_part(content, blocks=(block,)) for block in fitted.blocks]
    texts = _texts(content, fitted, capabilities) if has_text and not captioned else []
    # Buttons stand under the text, and at the end.
    return [*parts, *blocks, *texts] if has_buttons else [*parts, *texts, *blocks]


def _fits_caption(
    fitted: _Fitted, groups: Sequence[tuple[Attachment, ...]], capabilities: Capabilities
) -> bool:
    if not groups or measure(fitted.text, capabilities.text_unit) > capabilities.max_caption:
        return False
    # Platforms take no buttons under an album: they need the text as a message of its own. So do
    # buttons that would end up under something else than their text.
    if fitted.buttons and (len(groups) > 1 or len(groups[0]) > 1 or fitted.blocks):
        return False
    return takes_caption(groups[0][0], capabilities)


def _texts(content: Content, fitted: _Fitted, capabilities: Capabilities) -> list[Content]:
    text, spans = fitted.text, fitted.spans
    unit, limit = capabilities.text_unit, capabilities.max_text
    if measure(text, unit) <= limit:
        return [_part(content, text=text, spans=spans)]
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
        parts.append(_part(content, text=body + tail, spans=body_spans))
    return parts


def _part(
    content: Content,
    *,
    text: str = "",
    spans: tuple[Span, ...] = (),
    attachments: tuple[Attachment, ...] = (),
    blocks: tuple[Block, ...] = (),
) -> Content:
    return Content(
        text=text,
        spans=spans,
        attachments=attachments,
        blocks=blocks,
        email=content.email,
        language=content.language,
    )
