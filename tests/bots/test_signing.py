"""What the router makes of an item that a bot has published."""

from datetime import UTC, datetime
from typing import Any

import pytest

from router.items import NotUnderstood, read, signed
from shared.commands import Resolve
from shared.envelope import Envelope
from shared.errors import BadPayload
from shared.ids import Slot, new_conversation_id
from shared.ports.bus import NOBODY, Delivery

CONVERSATION = new_conversation_id(Slot(3))
AGENT = {"kind": "agent", "id": "a1", "name": "Anna"}


def delivery(user_id: str | None, **fields: Any) -> Delivery:
    values = {
        "id": "x1",
        "kind": Resolve.kind,
        "at": datetime(2026, 1, 5, tzinfo=UTC),
        "source": "inbox",
        "trace_id": "t1",
        "payload": {"conversation_id": CONVERSATION, "actor": AGENT},
        **fields,
    }
    return Delivery(1, Envelope.model_validate(values), redelivered=False, user_id=user_id)


def test_a_command_of_the_hubs_own_is_left_as_it_is() -> None:
    own = delivery(None)

    assert signed(own) is own


def test_a_bots_command_bears_the_bot_as_author_and_in_its_id() -> None:
    item = read(signed(delivery("echo")))

    assert isinstance(item.subject, Resolve)
    assert (item.subject.actor.id, item.subject.actor.kind) == ("bot-echo", "bot")
    assert (item.envelope.id, item.envelope.source) == ("bot-echo.x1", "bot/echo")


@pytest.mark.parametrize("id", ["", "a b", "x" * 201, "new\nline", "\ud800"])
def test_an_id_that_cannot_be_kept_is_replaced_and_stays_the_same(id: str) -> None:
    first, again = (signed(delivery("echo", id=id)).envelope.id for _ in range(2))

    assert first == again
    assert len(first) == len("bot-echo.") + 64


@pytest.mark.parametrize(
    "user_id, fields",
    [
        (NOBODY, {}),
        ("echo", {"kind": "inbound"}),
        ("echo", {"kind": "nonsense"}),
        ("echo", {"version": 2}),
        ("echo", {"kind": "command.wake"}),
    ],
)
def test_what_a_bot_may_not_say_is_refused_also_from_the_dead_letters(
    user_id: str, fields: dict[str, Any]
) -> None:
    first = signed(delivery(user_id, **fields))
    handed_in_again = Delivery(2, first.envelope, redelivered=False)

    with pytest.raises(BadPayload):
        read(first)
    with pytest.raises(BadPayload):
        read(handed_in_again)


def test_only_the_hub_itself_can_stop_a_partition() -> None:
    with pytest.raises(NotUnderstood):
        read(delivery(None, kind="nonsense"))
