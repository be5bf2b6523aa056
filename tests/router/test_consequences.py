"""What follows from an item: in order, seeing what came before, in the item's own commit."""

from router.consequences import settle
from router.happening import Happening
from router.policy import Policy
from router.timeline import change
from router.unit import Unit
from router.work import Work
from shared.collections import CONVERSATIONS
from shared.envelope import Envelope
from shared.events import ConversationChanged
from shared.ids import partition_of
from shared.model.conversation import Priority, Status
from tests.router.world import START, World, inbound


async def work_on(world: World) -> Work:
    """An item being handled that has changed nothing yet."""
    conversation = await world.conversation()
    envelope = Envelope(
        id="x1", kind="command.note", at=START, source="test", trace_id="t", payload={}
    )
    return Work(Unit(world.store, START), partition_of(conversation.id), Policy(), envelope)


async def test_each_consequence_sees_what_the_earlier_ones_did(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    work = await work_on(world)
    seen: list[tuple[str, ...]] = []

    async def raise_priority(work: Work, happening: Happening) -> None:
        change(work, happening.changes[0].after, "raised", {"priority": Priority.HIGH})

    async def look(_work: Work, happening: Happening) -> None:
        causes = [e.cause for e in happening.events if isinstance(e, ConversationChanged)]
        seen.append(tuple(causes))
        assert happening.changes[0].before == conversation
        assert happening.changes[0].after.priority is Priority.HIGH

    await work.unit.get(CONVERSATIONS, conversation.id)
    mark = work.unit.mark()
    change(work, conversation, "resolve", {"status": Status.RESOLVED})

    await settle(work, mark, (raise_priority, look))

    assert seen == [("resolve", "raised")]


async def test_what_changed_nothing_has_no_consequences(world: World) -> None:
    await world.tell(inbound())
    work = await work_on(world)
    called: list[Happening] = []

    async def consequence(_work: Work, happening: Happening) -> None:
        called.append(happening)

    await settle(work, work.unit.mark(), (consequence,))

    assert called == []
