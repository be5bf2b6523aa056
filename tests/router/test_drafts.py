"""Drafts: a bot suggests, an agent takes it, changes it, or throws it away."""

from shared.collections import AUDIT, DRAFTS
from shared.commands import HandOff, Reply, Resolve, SettleDraft, Suggest
from shared.model.people import Actor, ActorKind
from shared.model.records import OutcomeStatus
from tests.router.world import AGENT, World, inbound

HELPER = Actor(kind=ActorKind.BOT, id="bot-helper", name="helper")


async def suggest(world: World, text: str) -> None:
    conversation = await world.conversation()
    outcome = await world.ask(Suggest(conversation_id=conversation.id, actor=HELPER, text=text))
    assert outcome.status is OutcomeStatus.DONE, outcome.reason


async def test_a_later_suggestion_takes_the_place_of_an_earlier_one(world: World) -> None:
    await world.tell(inbound())

    await suggest(world, "one")
    await suggest(world, "two")

    conversation = await world.conversation()
    draft = await world.store.get(DRAFTS, conversation.id)
    assert draft is not None
    assert (draft.text, draft.author_name, draft.version) == ("two", "helper", 2)
    assert conversation.drafted_at == world.clock.now()
    assert await world.texts() == ["hello"]


async def test_a_bot_suggests_also_where_a_person_answers(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    await world.ask(HandOff(conversation_id=conversation.id, actor=HELPER))
    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="hi"))

    await suggest(world, "say this")

    assert (await world.conversation()).drafted_at is not None


async def test_what_became_of_it_is_audited_and_a_newer_one_stays(world: World) -> None:
    await world.tell(inbound())
    await suggest(world, "one")
    await suggest(world, "two")
    conversation = await world.conversation()

    def settle(version: int) -> SettleDraft:
        return SettleDraft(
            conversation_id=conversation.id, actor=AGENT, how="edited", version=version
        )

    late = await world.ask(settle(1))
    done = await world.ask(settle(2), id="x-settled")
    again = await world.ask(settle(2))

    entry = await world.store.get(AUDIT, "x-settled")
    assert (late.field, done.status, again.status) == (
        "version",
        OutcomeStatus.DONE,
        OutcomeStatus.DONE,
    )
    assert entry is not None
    assert entry.details == {"how": "edited", "author_id": "bot-helper"}
    assert (await world.conversation()).drafted_at is None


async def test_it_is_outdated_once_an_agent_answers_or_the_case_is_done(world: World) -> None:
    await world.tell(inbound())
    conversation = await world.conversation()
    await suggest(world, "one")
    await world.ask(Reply(conversation_id=conversation.id, actor=HELPER, text="by a bot"))
    kept = (await world.conversation()).drafted_at
    await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="myself"))
    answered = (await world.conversation()).drafted_at
    await suggest(world, "two")
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    assert kept is not None
    assert answered is None
    assert (await world.conversation()).drafted_at is None
    assert await world.store.get(DRAFTS, conversation.id) is None
