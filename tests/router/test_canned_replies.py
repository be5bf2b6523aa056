"""Canned replies: filled in and refused by the router, whoever asks."""

from typing import Any

import pytest

from shared.collections import CANNED_REPLIES, CANNED_USAGE, FIELDS
from shared.commands import Reply
from shared.model.canned_reply import CannedReply, CannedUse
from shared.model.conversation import Conversation
from shared.model.field import FieldDefinition
from shared.model.records import Outcome
from tests.router.world import AGENT, World, inbound
from tests.shared.ruling import KEPT

SLOT = {"name": "understood", "label": "What you have read"}


def canned(text: str, **fields: Any) -> CannedReply:
    values = {"id": "cr1", "name": "Reply", "shortcut": "r", "text": text, **KEPT, **fields}
    return CannedReply.model_validate(values)


async def begun(world: World, reply: CannedReply) -> Conversation:
    """A conversation, in a hub with this canned reply."""
    world.decree(CANNED_REPLIES, reply)
    balance = FieldDefinition(id="f", name="Balance", key="balance", personal=True, **KEPT)
    world.decree(FIELDS, balance)
    await world.tell(inbound())
    return await world.conversation()


async def send(world: World, about: Conversation, text: str = "", **values: str) -> Outcome:
    use = CannedUse(id="cr1", values=values)
    return await world.ask(Reply(conversation_id=about.id, actor=AGENT, text=text, canned=use))


async def test_a_canned_reply_is_filled_in_and_counted(world: World) -> None:
    file = {"blob_id": "b1", "name": "price.pdf", "mime": "application/pdf", "size_bytes": 5}
    about = await begun(
        world, canned("Hello, {{contact.first_name}}! {{agent.name}}", files=[file])
    )

    outcome = await send(world, about)
    await send(world, about)

    message = await world.message(outcome.result["message"]["id"])
    assert message.content.text == "Hello, Boris! Anna"
    assert [one.name for one in message.content.attachments] == ["price.pdf"]
    assert message.canned_reply_id == "cr1"
    usage = await world.store.find(CANNED_USAGE, equal={})
    assert [(one.canned_reply_id, one.uses) for one in usage.items] == [("cr1", 2)]


@pytest.mark.parametrize(
    "text, given, field, code",
    [
        ("Order {{field.order}}", {}, "canned.values.field.order", "canned_missing"),
        ("{{field.balance}}", {}, "canned.values.field.balance", "canned_personal"),
        ("{{understood}} Yes.", {}, "canned.values.understood", "canned_slot_empty"),
    ],
)
async def test_a_reply_that_cannot_be_rendered_is_refused_with_its_field(
    world: World, text: str, given: dict[str, str], field: str, code: str
) -> None:
    slots = [SLOT] if "understood" in text else []
    about = await begun(world, canned(text, slots=slots))

    outcome = await send(world, about, **given)

    assert (outcome.code, outcome.field, outcome.reason_code) == (422, field, code)
    assert await world.texts() == ["hello"]


async def test_an_edited_text_is_held_to_the_same_rules(world: World) -> None:
    about = await begun(world, canned("{{understood}} Yes.", slots=[SLOT]))

    lost = await send(world, about, "Yes, of course.", understood="A torn box!")
    left = await send(world, about, "A torn box! {{agent.name}}", understood="A torn box!")
    kept = await send(world, about, "A torn box! Yes, of course.", understood="A torn box!")

    assert (lost.field, lost.reason_code) == ("text", "canned_slot_empty")
    assert (left.field, left.reason_code) == ("text", "canned_placeholder_left")
    assert kept.code == 201


async def test_a_canned_reply_that_is_gone_is_refused(world: World) -> None:
    about = await begun(world, canned("x").model_copy(update={"id": "other"}))

    outcome = await send(world, about)

    assert (outcome.code, outcome.field) == (422, "canned.id")
