"""The priority that the score gives, kept with the conversation."""

from datetime import datetime

from router import people, timeline
from router.work import Work
from shared.collections import CONVERSATIONS
from shared.model.conversation import Conversation, Status
from shared.model.message import Message
from shared.rules.facts import facts_of
from shared.rules.score import rises_at, scored, scoring_of


def rescore(work: Work, conversation: Conversation, message: Message | None) -> Conversation:
    """Keep the score as things stand; the priority follows it unless somebody has set that."""
    (scoring,) = work.policy.book.derived(scoring_of)
    if scoring is None or conversation.status is Status.RESOLVED:
        return conversation
    facts = facts_of(work.policy.book, conversation, message, work.now, scoring.stemmer)
    found = scored(scoring, facts)
    before = conversation.ruled
    moves = not before.pinned and found.priority is not conversation.priority
    if found.score == before.score and found.heard == before.heard and not moves:
        return conversation
    ruled = before.model_copy(update={"score": found.score, "heard": found.heard})
    if not moves:
        return work.unit.revise(CONVERSATIONS, conversation, {"ruled": ruled})
    fields = {"ruled": ruled, "priority": found.priority}
    after = timeline.change(work, conversation, "score", fields, people.SYSTEM)
    details = {
        "priority": found.priority.value,
        "score": str(found.score),
        "why": ", ".join(found.names) or None,
    }
    return timeline.line(work, after, "scored", people.SYSTEM, details)


def rises(work: Work, conversation: Conversation) -> datetime | None:
    """When waiting alone will lift its priority; None: never."""
    (scoring,) = work.policy.book.derived(scoring_of)
    score = conversation.ruled.score
    if scoring is None or score is None or conversation.ruled.pinned:
        return None
    if conversation.status is Status.RESOLVED:
        return None
    return rises_at(scoring.spec, score, conversation, work.now)
