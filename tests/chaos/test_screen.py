"""The agent's screen takes what the live feed tells, and notes what it may not tell."""

from typing import Any

import pytest

from tests.chaos.screen import Screen


def screen() -> Screen:
    return Screen(lambda: 1.5)


def event(seq: int, kind: str = "message.added", id: str = "m1", **message: Any) -> dict[str, Any]:
    told = {
        "id": id,
        "conversation_id": "c1",
        "direction": "inbound",
        "content": {"text": "hello"},
        "author": {"name": "anna"},
        "delivery": None,
        "seq": 1,
        "sort": "1",
        "system": None,
    }
    conversation = {"id": "c1", "contact_name": "anna"}
    return {
        "type": "event",
        "kind": kind,
        "partition": 3,
        "seq": seq,
        "cursor": f"after {seq}",
        "payload": {"message": told | message, "conversation": conversation},
    }


def test_a_message_is_shown_with_its_conversation_and_its_time() -> None:
    one = screen()
    one.take(event(1))

    assert [entry.text for entry in one.entries.values()] == ["hello"]
    assert one.conversations == {"c1": "anna"}
    assert one.shown_at == {"hello": 1.5}
    assert one.cursor == "after 1"
    assert one.wrong == []


def test_a_change_takes_the_place_of_what_was_shown() -> None:
    one = screen()
    one.take(event(1, direction="outbound", delivery="queued"))
    one.take(event(2, "message.changed", direction="outbound", delivery="sent"))

    assert [entry.delivery for entry in one.entries.values()] == ["sent"]
    assert one.wrong == []


@pytest.mark.parametrize(
    "frames, words",
    [
        ([event(1), event(1, id="m2")], "came after"),
        ([event(2), event(1, id="m2")], "came after"),
        ([event(1), event(2)], "added twice"),
        ([event(1, "message.changed")], "changed before it was added"),
        ([event(1), {"type": "reset", "cursor": "x"}], "load everything anew"),
    ],
)
def test_what_the_feed_may_not_tell_is_noted(frames: list[dict[str, Any]], words: str) -> None:
    one = screen()
    for frame in frames:
        one.take(frame)

    assert len(one.wrong) == 1
    assert words in one.wrong[0]


def test_a_hole_between_positions_is_allowed() -> None:
    one = screen()
    one.take(event(1))
    one.take(event(5, id="m2"))

    assert one.wrong == []
