"""Ids name their partition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import (
    PARTITIONS,
    SLOTS,
    ChannelId,
    ConversationId,
    Slot,
    new_conversation_id,
    new_message_id,
    part_id,
    partition_of,
    slot_for,
    slot_of,
    uuid7,
)


@given(st.integers(0, SLOTS - 1), st.integers(0, 999))
def test_whoever_holds_an_id_knows_its_slot(number: int, index: int) -> None:
    message = new_message_id(Slot(number))

    assert slot_of(new_conversation_id(Slot(number))) == number
    assert slot_of(message) == number
    assert slot_of(part_id(message, index)) == number
    assert partition_of(message) == number % PARTITIONS


def test_the_slot_of_a_thread_never_changes() -> None:
    assert slot_for(ChannelId("shop"), "100") == 68
    assert slot_for(ChannelId("shop"), "чат") == slot_for(ChannelId("shop"), "чат")


def test_ids_made_later_sort_later() -> None:
    assert uuid7(1).hex < uuid7(2).hex
    assert uuid7().version == 7


@pytest.mark.parametrize("text", ["", "c", "x3f" + "0" * 32, "c3f", "czz" + "0" * 32])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"id|invalid literal"):
        slot_of(ConversationId(text))
