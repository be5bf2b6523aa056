"""Actions that can never be done, or that undo each other. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from shared.answers.render import NAMES, variables_in
from shared.collections import CANNED_REPLIES, FIELDS, TOPICS
from shared.errors import BadRequest
from shared.model import action as a
from shared.model.canned_reply import CannedReplySpec
from shared.model.fieldvalues import problem
from shared.policies.book import POLICY_COLLECTIONS, Book

_KINDS: Final = {"team_id": "teams", "line": "lines", "calendar_id": "calendars"}
_ENDS: Final = (a.DoResolve, a.DoReopen, a.DoSnooze, a.DoPend)


def check_actions(actions: Sequence[a.Action], book: Book, *, asked: bool) -> None:
    """Each can be done. ``asked``: somebody runs them, and fills in what is to be filled in.

    Raises ``BadRequest`` naming the place.
    """
    seen: set[str] = set()
    for place, action in enumerate(actions):
        field = f"actions.{place}"
        _check(action, book, field, asked=asked)
        once = "status" if isinstance(action, _ENDS) else _once(action)
        if once in seen:
            raise BadRequest("another action of these says something else", field=field)
        if once is not None:
            seen.add(once)
    _check_labels(actions)


def check_text(text: str, book: Book, field: str, *, slots: frozenset[str] = frozenset()) -> None:
    """Its variables exist. Raises ``BadRequest``."""
    keys = {f"field.{one.key}" for one in book.all(FIELDS)}
    for name in variables_in(text):
        if name not in NAMES and name not in keys and name not in slots:
            raise BadRequest(f"there is no variable {name}", field=field)


def require_known(book: Book, name: str, id: str, field: str) -> None:
    """A document that another kind of policy holds, such as a team, is there.

    Raises ``BadRequest``. Where the book keeps no such kind, names are free.
    """
    kind = next((one for one in POLICY_COLLECTIONS if one.name == _KINDS[name]), None)
    if kind is not None and book.get(kind, id) is None:
        raise BadRequest(f"there is no such {name.removesuffix('_id')}", field=field)


def _check(action: a.Action, book: Book, field: str, *, asked: bool) -> None:
    match action:
        case a.PutTopic():
            if action.topic is not None and book.get(TOPICS, action.topic) is None:
                raise BadRequest("there is no such topic", field=f"{field}.topic")
        case a.PutField():
            _check_field(action, book, field)
        case a.GiveToTeam():
            if action.team_id is not None:
                require_known(book, "team_id", action.team_id, f"{field}.team_id")
        case a.PutLine():
            require_known(book, "line", action.line, f"{field}.line")
        case a.GiveToAgent():
            if action.agent_id == a.ME and not asked:
                raise BadRequest("nobody runs a rule: name an agent", field=f"{field}.agent_id")
        case a.WriteNote() | a.WriteReply():
            check_text(action.text, book, f"{field}.text")
        case a.SendCanned():
            _check_canned(action, book, field, asked=asked)


def _check_field(action: a.PutField, book: Book, field: str) -> None:
    spec = next((one for one in book.all(FIELDS) if one.key == action.name), None)
    if spec is None:
        raise BadRequest("there is no such field", field=f"{field}.name")
    wrong = problem(spec, action.value) if action.value is not None else None
    if wrong is not None:
        raise BadRequest(wrong, field=f"{field}.value")


def _check_canned(action: a.SendCanned, book: Book, field: str, *, asked: bool) -> None:
    spec: CannedReplySpec | None = book.get(CANNED_REPLIES, action.canned_reply_id)
    if spec is None:
        raise BadRequest("there is no such canned reply", field=f"{field}.canned_reply_id")
    for slot in spec.slots:
        empty = not action.values.get(slot.name, "").strip()
        if slot.required and empty and not asked:
            raise BadRequest(f"fill in: {slot.label}", field=f"{field}.values.{slot.name}")


def _once(action: a.Action) -> str | None:
    """What at most one action of a list may say."""
    names: dict[type[Any], str] = {
        a.PutPriority: "priority",
        a.PutTopic: "topic",
        a.GiveToAgent: "who",
        a.GiveToTeam: "who",
        a.PutLine: "line",
    }
    return f"field {action.name}" if isinstance(action, a.PutField) else names.get(type(action))


def _check_labels(actions: Sequence[a.Action]) -> None:
    added = {label for one in actions if isinstance(one, a.AddLabels) for label in one.labels}
    for place, one in enumerate(actions):
        if isinstance(one, a.RemoveLabels) and not added.isdisjoint(one.labels):
            raise BadRequest(
                "a label is added and removed at once", field=f"actions.{place}.labels"
            )
