"""From one unplanned part to the parts that are really sent (pure)."""

from connectors.base import Outgoing
from shared.delivery.plan import plan, plan_edit
from shared.delivery.reasons import Reason, rejected
from shared.ids import part_id
from shared.model.channel import Capabilities
from shared.model.delivery import Part

_LIMIT_S = 60.0
_BYTES_PER_S = 256 * 1024


def planned(part: Part, capabilities: Capabilities) -> list[Part]:
    """The parts that take the place of this one; the first has its id.

    Raises ``Rejected`` with the reason when the channel cannot do it.
    """
    if part.planned:
        return [part]
    if part.kind != "send":
        return [_planned_change(part, capabilities)]
    contents = plan(part.content, capabilities)
    total = part.index + len(contents)
    rows = []
    for number, content in enumerate(contents):
        first = number == 0
        changed = {
            "id": part.id if first else part_id(part.message_id, part.index + number),
            "index": part.index + number,
            "total": total,
            "content": content,
            "reply_external_id": part.reply_external_id if first and capabilities.reply else None,
            "planned": True,
            "scheduled": False,
        }
        rows.append(part.model_copy(update=changed))
    return rows


def send_limit_s(outgoing: Outgoing) -> float:
    """How long one call may take: a minute, and more for large files."""
    return _LIMIT_S + sum(file.size_bytes for file in outgoing.files) / _BYTES_PER_S


def _planned_change(part: Part, capabilities: Capabilities) -> Part:
    content, written = part.content, part.written
    if part.kind == "edit":
        content = plan_edit(content, capabilities, caption=bool(content.attachments))
        written = part.content if content != part.content else None
    elif part.kind == "delete" and not capabilities.delete:
        raise rejected(Reason.NO_DELETE)
    elif part.kind == "reaction" and not capabilities.reactions:
        raise rejected(Reason.NO_REACTIONS)
    changed = {"content": content, "written": written, "planned": True, "scheduled": False}
    return part.model_copy(update=changed)
