"""The draft that a message is made of: it ends with it, once, on whichever device."""

import pytest

from router.entries import Entry, change_of
from shared.collections import AGENT_DRAFTS
from shared.commands import Note, Reply
from shared.ids import AgentId, partition_of
from shared.model.agent_draft import AgentDraft, DraftKind, DraftUse, agent_draft_id
from shared.model.conversation import Conversation
from shared.model.people import Actor
from shared.model.records import Outcome
from shared.ports.store import Put, Update
from tests.router.world import AGENT, START, World, inbound

MAXIM = Actor(kind=AGENT.kind, id="maxim", name="Maxim")


async def saved(
    world: World, version: int, *, device: str | None = None, kind: DraftKind = "reply"
) -> Conversation:
    """A conversation in which the agent writes."""
    await world.tell(inbound())
    conversation = await world.conversation()
    draft = AgentDraft(
        id=agent_draft_id(conversation.id, "anna", kind),
        conversation_id=conversation.id,
        agent_id=AgentId("anna"),
        kind=kind,
        text="old mail",
        shared=True,
        device=device,
        begun_at=START,
        updated_at=START,
        version=version,
    )
    await world.store.commit([Put(AGENT_DRAFTS, draft)])
    return conversation


async def the_draft(world: World, kind: DraftKind = "reply") -> AgentDraft | None:
    conversation = await world.conversation()
    return await world.store.get(AGENT_DRAFTS, agent_draft_id(conversation.id, "anna", kind))


async def send(
    world: World,
    use: DraftUse | None,
    *,
    actor: Actor = AGENT,
    id: str | None = None,
) -> Outcome:
    conversation = await world.conversation()
    command = Reply(conversation_id=conversation.id, actor=actor, text="old mail", draft=use)
    return await world.ask(command, id=id)


async def test_a_draft_that_is_sent_is_empty_and_its_version_counts_on(world: World) -> None:
    conversation = await saved(world, 3)

    outcome = await send(world, DraftUse(version=3))

    draft = await the_draft(world)
    assert draft is not None
    assert (draft.text, draft.written, draft.shared, draft.version) == ("", False, False, 4)
    assert draft.message_id == outcome.result["message"]["id"]
    assert draft.emptied_at == world.clock.now()
    events = await world.events(partition_of(conversation.id))
    told = [e["payload"] for e in events if e["kind"] == "event.draft.changed"]
    assert [(one["agent_id"], one["written"], one["version"]) for one in told] == [
        ("anna", False, 4)
    ]
    assert "text" not in told[0]


async def test_of_two_devices_that_send_the_same_draft_one_is_refused(world: World) -> None:
    await saved(world, 3)

    first = await send(world, DraftUse(version=3, device="desk-0001"))
    second = await send(world, DraftUse(version=3, device="phone-001"))

    assert (first.code, second.code, second.field) == (201, 409, "draft")
    assert "sent" in (second.reason or "")
    assert await world.texts() == ["hello", "[assigned]", "old mail"]


async def test_a_repeat_of_the_same_command_is_no_second_sending(world: World) -> None:
    await saved(world, 3)

    first = await send(world, DraftUse(version=3), id="x-1")
    again = await send(world, DraftUse(version=3), id="x-1")

    assert (first.code, again.code) == (201, 201)


async def test_what_another_device_has_changed_is_not_sent_unseen(world: World) -> None:
    await saved(world, 4, device="phone-001")

    refused = await send(world, DraftUse(version=3, device="desk-0001"))
    own = await send(world, DraftUse(version=3, device="phone-001"))

    assert (refused.code, refused.field) == (409, "draft")
    assert "another device" in (refused.reason or "")
    assert own.code == 201, "what the device itself has saved since is no other's change"


async def test_sending_before_the_first_save_leaves_nothing_for_that_save_to_bring_back(
    world: World,
) -> None:
    await world.tell(inbound())

    outcome = await send(world, DraftUse(version=0))

    draft = await the_draft(world)
    assert outcome.code == 201
    assert draft is not None
    assert (draft.written, draft.version) == (False, 1)


async def test_a_draft_that_is_long_gone_is_not_sent(world: World) -> None:
    await world.tell(inbound())

    outcome = await send(world, DraftUse(version=7))

    assert (outcome.code, outcome.field) == (409, "draft")


@pytest.mark.parametrize("actor", [MAXIM, Actor(kind=AGENT.kind, id="anna", name="Anna")])
async def test_a_message_that_names_no_draft_leaves_it(world: World, actor: Actor) -> None:
    await saved(world, 3)

    await send(world, None, actor=actor)

    draft = await the_draft(world)
    assert draft is not None
    assert draft.text == "old mail"


async def test_a_colleagues_reply_does_not_end_it(world: World) -> None:
    await saved(world, 3)

    await send(world, DraftUse(version=0), actor=MAXIM)

    draft = await the_draft(world)
    assert draft is not None
    assert draft.written


async def test_a_note_and_a_reply_are_two_drafts(world: World) -> None:
    conversation = await saved(world, 1, kind="note")
    await saved(world, 5)

    done = await world.ask(
        Note(conversation_id=conversation.id, actor=AGENT, text="x", draft=DraftUse(version=1))
    )

    note, reply = await the_draft(world, "note"), await the_draft(world)
    assert done.code == 201
    assert note is not None
    assert reply is not None
    assert (note.written, reply.written) == (False, True)


async def test_the_commit_goes_through_only_while_nobody_has_saved_meanwhile(world: World) -> None:
    await saved(world, 3)
    draft = await the_draft(world)
    assert draft is not None

    emptied = draft.model_copy(update={"written": False, "version": 4})
    change = change_of(draft.id, Entry(AGENT_DRAFTS, draft, emptied))

    assert isinstance(change, Update)
    assert change.expect == {"version": 3}
