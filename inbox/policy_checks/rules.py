"""Rules and macros that cannot work: what they name is missing, or they wake themselves."""

from collections.abc import Sequence
from typing import Final

from inbox.policies import Named
from inbox.policy_checks import actions, conditions
from shared.errors import BadRequest
from shared.model import action as a
from shared.model import condition as c
from shared.model.macro import MacroSpec
from shared.model.rule import Cause, OnEvent, RuleSpec, Since
from shared.policies.book import Book
from shared.rules.checking import check_actions

_CAUSED: Final = {
    a.PutPriority: Cause.PRIORITY,
    a.PutTopic: Cause.TOPIC,
    a.AddLabels: Cause.LABELS,
    a.RemoveLabels: Cause.LABELS,
    a.PutField: Cause.FIELDS,
    a.GiveToAgent: Cause.ASSIGNED,
    a.DoResolve: Cause.RESOLVED,
    a.DoReopen: Cause.REOPENED,
    a.DoSnooze: Cause.SNOOZED,
    a.DoPend: Cause.PENDING,
}
_ON_MESSAGE: Final = frozenset({Cause.MESSAGE, Cause.CREATED})


def check_rule(id: str, spec: RuleSpec, book: Book) -> None:
    """Raises ``BadRequest`` naming the field."""
    del id
    conditions.check_conditions(spec.conditions, book)
    check_actions(spec.actions, book, asked=False)
    if isinstance(spec.when, OnEvent):
        _check_causes(spec, spec.when)
        return
    if spec.when.since is Since.WAITING and any(
        isinstance(one, c.StatusIs) and set(one.statuses) == {"resolved"} for one in spec.conditions
    ):
        raise BadRequest("nobody waits in a resolved conversation", field="conditions")
    for place, one in enumerate(spec.conditions):
        if isinstance(one, c.HasWords | c.HasAttachment):
            reason = "when time has passed there is no message to look at"
            raise BadRequest(reason, field=f"conditions.{place}")


def _check_causes(spec: RuleSpec, when: OnEvent) -> None:
    """It has something to look at, and does not wake itself."""
    if _ON_MESSAGE.isdisjoint(when.causes):
        for place, one in enumerate(spec.conditions):
            if isinstance(one, c.HasWords | c.HasAttachment):
                reason = "only a customer's message has words and files: add the cause message"
                raise BadRequest(reason, field=f"conditions.{place}")
    writes = any(isinstance(action, a.WRITES) for action in spec.actions)
    for place, action in enumerate(spec.actions):
        if writes and _CAUSED.get(type(action)) in when.causes:
            reason = "the rule would wake itself, and write each time"
            raise BadRequest(reason, field=f"actions.{place}")


def rule_names(spec: RuleSpec) -> Sequence[Named]:
    """What it names outside of the book."""
    return [*conditions.names_in(spec.conditions), *actions.names_in(spec.actions)]


def check_macro(id: str, spec: MacroSpec, book: Book) -> None:
    """Raises ``BadRequest`` naming the field."""
    del id
    check_actions(spec.actions, book, asked=True)


def macro_names(spec: MacroSpec) -> Sequence[Named]:
    """What it names outside of the book."""
    return actions.names_in(spec.actions)
