"""Files within what a channel takes (pure): kinds, sizes, albums."""

from collections.abc import Sequence
from typing import Final

from shared.delivery.reasons import Reason, rejected
from shared.errors import Rejected
from shared.model.channel import Capabilities, MediaLimit
from shared.model.content import Attachment, AttachmentKind

_TOGETHER: Final = {
    AttachmentKind.IMAGE: "seen",
    AttachmentKind.VIDEO: "seen",
    AttachmentKind.FILE: "files",
    AttachmentKind.AUDIO: "audio",
}
"""What platforms show as one album; any other kind goes alone."""
_WITHOUT_CAPTION: Final = frozenset({AttachmentKind.STICKER, AttachmentKind.VIDEO_NOTE})
"""Nowhere."""
_MEGABYTE: Final = 1024 * 1024


def fit_file(attachment: Attachment, capabilities: Capabilities) -> Attachment:
    """The attachment as a kind that the channel carries: its own, or a plain file.

    Raises ``Rejected`` when it can be sent as neither.
    """
    problem = _problem(attachment, attachment.kind, capabilities)
    if problem is None:
        return attachment
    if _problem(attachment, AttachmentKind.FILE, capabilities) is None:
        return attachment.model_copy(update={"kind": AttachmentKind.FILE})
    raise problem


def takes_caption(attachment: Attachment, capabilities: Capabilities) -> bool:
    """Whether a text can stand under the file."""
    limit = _limit(attachment.kind, capabilities.media)
    return attachment.kind not in _WITHOUT_CAPTION and (limit is None or limit.captioned)


def albums(
    files: Sequence[Attachment], capabilities: Capabilities, *, last_alone: bool = False
) -> list[tuple[Attachment, ...]]:
    """Neighbours that go as one album, in order. ``last_alone``: the last one carries buttons."""
    groups: list[list[Attachment]] = []
    for number, file in enumerate(files):
        together = _TOGETHER.get(file.kind)
        alone = last_alone and number == len(files) - 1
        fits = (
            bool(groups)
            and not alone
            and together is not None
            and len(groups[-1]) < capabilities.album_max
            and _TOGETHER.get(groups[-1][0].kind) == together
        )
        if fits:
            groups[-1].append(file)
        else:
            groups.append([file])
    return [tuple(group) for group in groups]


def _problem(
    attachment: Attachment, kind: AttachmentKind, capabilities: Capabilities
) -> Rejected | None:
    limit = _limit(kind, capabilities.media)
    if limit is None:
        return rejected(Reason.FILE_KIND, kind=kind.value.replace("_", " "))
    if attachment.size_bytes is not None and attachment.size_bytes > limit.max_bytes:
        size, most = attachment.size_bytes / _MEGABYTE, limit.max_bytes / _MEGABYTE
        return rejected(Reason.FILE_SIZE, size_mb=f"{size:.1f}", max_mb=f"{most:.1f}")
    mime = attachment.mime_detected or attachment.mime
    if limit.mimes and mime not in limit.mimes:
        return rejected(Reason.FILE_TYPE, mime=mime or "unknown")
    return None


def _limit(kind: AttachmentKind, limits: Sequence[MediaLimit]) -> MediaLimit | None:
    return next((limit for limit in limits if limit.kind == kind.value), None)
