"""The timer of a conversation's deadlines fired: look how it stands now."""

from router.commands.done import Done, with_conversation
from router.deadlines import acknowledge, keep
from router.deadlines.choose import Rules
from router.deadlines.clock import NONE, advance
from router.work import Work
from shared.model.conversation import Conversation
from shared.model.records import Timer


async def fired(work: Work, conversation: Conversation, timer: Timer) -> Done:
    """Tell what is due and set the timer anew, if anything is ahead."""
    held = conversation.deadlines or NONE
    # It is gone: whatever is ahead needs another.
    held = held.model_copy(update={"timer_at": None})
    looked_at = conversation.model_copy(update={"deadlines": held})
    if held.acknowledge_at is not None and held.acknowledge_at <= work.now:
        waiting = await acknowledge.after_waiting(work, conversation)
        return await fired(work, waiting, timer)
    stand = advance(looked_at, Rules(work.policy.book), work.now)
    after = await keep.apply(work, looked_at, stand)
    return with_conversation(after, changed=bool(stand.notices))
