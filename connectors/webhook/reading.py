"""From the bytes of a request to events, and what is wrong with them in words (pure)."""

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from connectors.base import RawEvent, RawRequest
from connectors.webhook.language import EVENT, KINDS, Event
from shared.errors import BadPayload

_MOST_EVENTS: Final = 100
_MOST_PROBLEMS: Final = 10
_UNFIT: Final = 422


def events_of(body: bytes) -> Sequence[RawEvent]:
    """The single events: a body is one event, or ``{"events": [...]}`` of at most 100.

    Raises ``BadPayload``.
    """
    found = _json(body)
    if not isinstance(found, dict):
        raise BadPayload("the body is no JSON object")
    if "type" in found or "events" not in found:
        return [RawEvent(body, key=_key(found))]
    events = found["events"]
    if not isinstance(events, list) or not 0 < len(events) <= _MOST_EVENTS or len(found) > 1:
        raise BadPayload(f"events: a list of 1 to {_MOST_EVENTS}, and nothing beside it")
    return [RawEvent(json.dumps(event).encode(), key=_key(event)) for event in events]


def event_of(body: bytes) -> Event:
    """One event. Raises ``BadPayload`` naming each field that is wrong, and why."""
    try:
        return EVENT.validate_json(body)
    except ValidationError as error:
        raise BadPayload("; ".join(_problems(error))) from None
    except (RecursionError, OverflowError):
        raise BadPayload("not an event: nested too deeply, or a number beyond all bounds") from None


def _problems(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [_problem(one["type"], one["loc"], one["msg"]) for one in found[:_MOST_PROBLEMS]]


def _problem(kind: str, loc: tuple[int | str, ...], words: str) -> str:
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        return f"type: one of {', '.join(KINDS)}"
    # The first step is the kind of the event.
    field = ".".join(str(step)[:60] for step in loc[1:])
    if kind == "extra_forbidden":
        return f"{field}: there is no such field"
    if kind == "missing":
        return f"{field}: is missing"
    return f"{field or 'event'}: {words.removeprefix('Value error, ')}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadPayload("the body is not JSON") from None


def _key(event: Any) -> str:
    id = event.get("id") if isinstance(event, dict) else None
    return id[:200] if isinstance(id, str) else ""


def verdict(request: RawRequest) -> tuple[int, dict[str, Any]]:
    """How a request is answered whose good events are safe: the HTTP status and what it says."""
    if request.method != "POST":
        return 405, {"errors": [{"problem": "send events by POST"}]}
    try:
        events = events_of(request.body)
    except BadPayload as error:
        return _UNFIT, {"accepted": 0, "errors": [{"problem": str(error)}]}
    errors = []
    for event in events:
        try:
            event_of(event.body)
        except BadPayload as error:
            errors.append({"id": event.key or None, "problem": str(error)})
    accepted = len(events) - len(errors)
    if errors:
        return _UNFIT, {"accepted": accepted, "errors": errors}
    return 200, {"accepted": accepted}
