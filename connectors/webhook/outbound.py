"""From a part to the callback that tells of it, and what its answer means."""

import json
from collections.abc import Sequence
from typing import Any, Final

from connectors.base import Outgoing, Sent
from shared.delivery.measure import measure
from shared.errors import (
    ChannelBroken,
    ContactGone,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
    WindowClosed,
)
from shared.ids import ExternalId
from shared.model.delivery import Part
from shared.webhooks.schedule import OFF_AFTER, THROTTLED, is_refused
from shared.webhooks.sender import Outcome

_KINDS: Final = {"send": "message"}
_GONE: Final = 410
_SIGNATURE: Final = frozenset({401, 403})
_REFUSALS: Final[dict[str, type[Rejected]]] = {
    "contact_gone": ContactGone,
    "window_closed": WindowClosed,
}
_LONGEST_REASON: Final = 300
_LONGEST_ID: Final = 200


def kind_of(part: Part) -> str:
    """The ``type`` of the callback."""
    return _KINDS.get(part.kind, part.kind)


def body_of(outgoing: Outgoing, at: str, files: Sequence[dict[str, Any]]) -> bytes:
    """The callback as JSON, in the language of the events that come in."""
    part = outgoing.part
    told: dict[str, Any] = {
        "id": part.id,
        "type": kind_of(part),
        "at": at,
        "thread": {"id": part.thread, "context": part.context},
        "conversation_id": part.conversation_id,
    }
    match part.kind:
        case "delete":
            told["message_id"] = part.target_external_id
        case "reaction":
            told["message_id"] = part.target_external_id
            told["emoji"] = [part.content.text.strip()] if part.content.text.strip() else []
        case _:
            target = part.target_external_id
            told["message"] = _message(part, target or part.id, files)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _message(part: Part, id: str, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    content = part.content
    told: dict[str, Any] = {"id": id, "text": content.text}
    spans = [span.model_dump(mode="json", exclude_none=True) for span in content.spans]
    buttons = [
        [button.model_dump(mode="json", exclude_none=True) for button in row]
        for row in content.buttons
    ]
    answered = {"id": part.reply_external_id} if part.reply_external_id else None
    more = {"spans": spans, "attachments": files, "buttons": buttons, "reply_to": answered}
    return told | {name: value for name, value in more.items() if value}


def meaning(outcome: Outcome, callback_id: str) -> Sent:
    """What came of a callback. Raises the ``SendError`` that says what follows."""
    error = outcome.error or "it was not taken"
    if outcome.off:
        raise ChannelBroken(
            f"switched off: the last {OFF_AFTER} callbacks failed, the latest because {error}"
        )
    if outcome.arrived == "yes":
        return Sent(external_ids=(_id_in(outcome.body, callback_id),))
    if outcome.status == THROTTLED:
        raise Throttled(outcome.again_in_s or 1.0)
    if outcome.status == _GONE:
        raise ChannelBroken("the receiver answered 410: it wants no more callbacks")
    if outcome.status in _SIGNATURE:
        raise ChannelBroken(
            f"the receiver answered {outcome.status}: does it know this channel's signing secret?"
        )
    if is_refused(outcome.status):
        raise _refusal(outcome)
    if outcome.arrived == "perhaps":
        raise Uncertain(f"the receiver: {error}", again_in_s=outcome.again_in_s)
    if outcome.again_in_s is None:
        raise ChannelBroken(f"the callback address cannot be called: {error}")
    raise NotSent(f"the receiver: {error}", again_in_s=outcome.again_in_s)


def _refusal(outcome: Outcome) -> Rejected:
    """A refusal in the receiver's own words, as its JSON ``{"code", "reason"}`` gives them."""
    said = _object(outcome.body)
    reason, code = said.get("reason"), said.get("code")
    words = reason[:_LONGEST_REASON] if isinstance(reason, str) and reason.strip() else None
    kind = _REFUSALS.get(code, Rejected) if isinstance(code, str) else Rejected
    return kind(words or f"the receiver refused it with {outcome.status}")


def _id_in(body: bytes, callback_id: str) -> ExternalId:
    """The receiver's own id of the message; without one it is known by the callback's."""
    id = _object(body).get("id")
    given = isinstance(id, str) and id.isprintable() and 0 < measure(id, "utf16") <= _LONGEST_ID
    return ExternalId(id if given and isinstance(id, str) else callback_id)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
