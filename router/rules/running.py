"""Running a chain of rules in a conversation: each is done, logged, and told where it failed."""

from collections.abc import Sequence

from router import timeline
from router.rules.actions import carry_out
from router.work import Work
from shared.collections import CONVERSATIONS, RULE_FIRINGS
from shared.errors import BadRequest, NotFound
from shared.ids import new_id
from shared.model import action as a
from shared.model.conversation import Conversation
from shared.model.people import RULE_ACTOR, Actor, ActorKind
from shared.model.rule import Rule, RuleFiring
from shared.rules.breaker import counted, rests
from shared.rules.chain import Chain, Firing, Stop


def actor_of(rule: Rule) -> Actor:
    """In whose name a rule acts."""
    return Actor(kind=ActorKind.SYSTEM, id=f"{RULE_ACTOR}{rule.id}", name=f"rule {rule.name}")


async def run(
    work: Work, conversation: Conversation, chain: Chain, *, to_machine: bool = False
) -> None:
    """Let the chain go to its end. ``to_machine``: a program wrote, and is not to be answered."""
    if rests(conversation.ruled, work.now):
        return
    while (firing := chain.next()) is not None:
        conversation = await _fire(work, conversation, firing, to_machine=to_machine)
        conversation = _count(work, conversation)
        if conversation.ruled.resting_until is not None:
            _stopped(work, conversation, Stop("rate", firing.rule, firing.causes, firing.depth))
            return
        chain.done(conversation)
    if chain.stopped is not None:
        _stopped(work, conversation, chain.stopped)


async def _fire(
    work: Work, conversation: Conversation, firing: Firing, *, to_machine: bool
) -> Conversation:
    rule, actor = firing.rule, actor_of(firing.rule)
    done: list[str] = []
    refused: list[str] = []
    for action in rule.actions:
        if to_machine and isinstance(action, a.TO_CUSTOMER):
            refused.append(f"{action.type}: a program wrote this, and is not answered")
            continue
        mark = work.unit.mark()
        try:
            conversation = await carry_out(work, conversation, action, actor)
            done.append(action.type)
        except (BadRequest, NotFound) as error:
            work.unit.rollback(mark)
            refused.append(f"{action.type}: {error}")
            details = {"rule": rule.name, "action": action.type, "reason": str(error)}
            conversation = timeline.line(work, conversation, "rule_refused", actor, details)
    _log(work, conversation, firing.rule, firing.causes, firing.depth, done, refused)
    return work.unit.fresh(CONVERSATIONS, conversation)


def _count(work: Work, conversation: Conversation) -> Conversation:
    ruled = counted(conversation.ruled, work.now)
    return work.unit.revise(CONVERSATIONS, conversation, {"ruled": ruled})


def _stopped(work: Work, conversation: Conversation, stop: Stop) -> None:
    details = {"rule": stop.rule.name, "why": stop.why}
    timeline.line(work, conversation, "rules_stopped", actor_of(stop.rule), details)
    _log(work, conversation, stop.rule, stop.causes, stop.depth, (), (), stopped=stop.why)


def _log(
    work: Work,
    conversation: Conversation,
    rule: Rule,
    causes: tuple[str, ...],
    depth: int,
    done: Sequence[str],
    refused: Sequence[str],
    *,
    stopped: str | None = None,
) -> None:
    firing = RuleFiring(
        id=new_id("f"),
        rule_id=rule.id,
        rule_name=rule.name,
        conversation_id=conversation.id,
        causes=causes,
        actions=tuple(done),
        refused=tuple(refused),
        stopped=stopped,
        depth=depth,
        at=work.now,
    )
    work.unit.put(RULE_FIRINGS, firing)
