"""The time in which a platform lets us answer freely: after it a template goes, nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.collections import PARTS
from shared.commands import Reply, Resend
from shared.ids import MessageId
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.records import Outcome, OutcomeStatus
from shared.model.template import TemplateRef
from shared.ports.store import Update
from tests.router.world import AGENT, World, a_world, inbound, sent

_HOUR = 3600
_READY = TemplateRef(name="order_ready", language="en")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A channel whose platform gives an hour, and takes templates."""
    async with a_world(tmp_path, reply_window_s=_HOUR, templates=True) as world:
        await world.tell(inbound())
        yield world


async def _reply(world: World, **fields: Any) -> Outcome:
    conversation = await world.conversation()
    return await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, **fields))


async def test_within_the_window_a_reply_goes(world: World) -> None:
    await world.clock.advance(_HOUR - 1)

    outcome = await _reply(world, text="in time")

    assert outcome.status is OutcomeStatus.DONE


async def test_after_the_window_a_reply_is_refused_before_it_is_stored(world: World) -> None:
    await world.clock.advance(_HOUR + 1)

    outcome = await _reply(world, text="too late")

    assert (outcome.status, outcome.code, outcome.field) == (OutcomeStatus.REFUSED, 409, "template")
    assert await world.texts() == ["hello"]


async def test_a_reply_that_would_leave_after_the_window_is_refused_now(world: World) -> None:
    outcome = await _reply(world, text="later", undo_s=30, send_at=None)
    await world.clock.advance(_HOUR - 10)

    late = await _reply(world, text="within the undo time it is too late", undo_s=30)

    assert outcome.status is OutcomeStatus.DONE
    assert late.status is OutcomeStatus.REFUSED


async def test_after_the_window_a_template_goes(world: World) -> None:
    await world.clock.advance(_HOUR + 1)

    outcome = await _reply(world, text="Your order is ready.", template=_READY)

    assert outcome.status is OutcomeStatus.DONE
    message = (await world.messages())[-1]
    assert message.content.template == _READY
    (part,) = await world.parts(message)
    assert part.content.template == _READY


async def test_a_template_without_its_text_is_shown_by_its_name(world: World) -> None:
    await _reply(world, template=_READY)

    assert (await world.texts())[-1] == "order_ready"


async def test_the_window_opens_again_when_the_customer_writes(world: World) -> None:
    await world.clock.advance(_HOUR + 1)
    await world.tell(inbound(text="still there?", occurred_at=world.clock.now()))

    outcome = await _reply(world, text="yes")

    assert outcome.status is OutcomeStatus.DONE


async def test_what_failed_is_not_sent_again_after_the_window(world: World) -> None:
    await _reply(world, text="in time")
    message = (await world.messages())[-1]
    failure = Failure(kind=FailureKind.REJECTED, reason="no")
    (row,) = await world.parts(message)
    await world.store.commit([Update(PARTS, row.id, {"state": Delivery.FAILED, "open": False})])
    await world.report(sent(message, state=Delivery.FAILED, failure=failure))
    await world.clock.advance(_HOUR + 1)

    outcome = await world.ask(
        Resend(
            conversation_id=message.conversation_id,
            actor=AGENT,
            message_id=MessageId(message.id),
        )
    )

    assert (outcome.status, outcome.field) == (OutcomeStatus.REFUSED, "template")


async def test_a_channel_without_templates_refuses_one(tmp_path: Path) -> None:
    async with a_world(tmp_path / "other") as world:
        await world.tell(inbound())

        outcome = await _reply(world, text="x", template=_READY)

        assert (outcome.code, outcome.field) == (422, "template")


async def test_a_channel_without_a_window_takes_replies_for_ever(tmp_path: Path) -> None:
    async with a_world(tmp_path / "other") as world:
        await world.tell(inbound())
        await world.clock.advance(1000 * _HOUR)

        outcome = await _reply(world, text="x")

        assert outcome.status is OutcomeStatus.DONE
