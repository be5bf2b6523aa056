"""The load: what it writes, and what it notices."""

import asyncio
import json
from urllib.parse import urlencode

import pytest

from tests.bench.load import Load, Message
from tests.bench.stand_in import StandIn
from tests.bench.updates import FIRST_CHAT, MARK, update


def test_an_update_is_about_550_bytes_of_json_with_its_number() -> None:
    body = update(12_345, 7)

    mark = MARK.search(body)
    assert 530 <= len(body) <= 570
    assert json.loads(body)["message"]["chat"]["id"] == FIRST_CHAT + 7
    assert mark is not None
    assert int(mark.group(1)) == 12_345


async def test_a_reply_is_noted_once_and_a_second_one_as_such() -> None:
    load = one_message()

    load.replied(0, FIRST_CHAT)
    load.replied(0, FIRST_CHAT)
    books = await load.settle(screen=False)

    assert (books["unanswered"], books["answered_twice"], books["strangers"]) == (0, 1, 0)


@pytest.mark.parametrize("number, chat", [(0, FIRST_CHAT + 1), (1, FIRST_CHAT)])
async def test_a_reply_to_somebody_else_is_a_stranger(number: int, chat: int) -> None:
    load = one_message()

    load.replied(number, chat)
    books = await load.settle(screen=False)

    assert (books["unanswered"], books["strangers"]) == (1, 1)


async def test_a_message_and_its_reply_are_shown_once_each() -> None:
    load = one_message()

    load.shown(0)
    load.shown(0)
    whole = await load.settle(screen=True)
    load.shown(0)
    more = await load.settle(screen=True)

    assert (whole["shown_less"], whole["shown_more"]) == (0, 0)
    assert (more["shown_less"], more["shown_more"]) == (0, 1)


@pytest.mark.parametrize("form", ["urlencoded", "json"])
async def test_the_stand_in_understands_calls_as_they_are_made(form: str) -> None:
    heard: list[tuple[int, int]] = []
    stand_in = StandIn(lambda number, chat: heard.append((number, chat)))
    call = {"chat_id": FIRST_CHAT, "text": "Заказ zq17qz"}
    body = urlencode(call) if form == "urlencoded" else json.dumps(call, ensure_ascii=False)

    answer = json.loads(stand_in.answer(b"POST /bot1:x/sendMessage HTTP/1.1", body.encode()))

    assert heard == [(17, FIRST_CHAT)]
    assert answer["result"]["chat"]["id"] == FIRST_CHAT
    assert stand_in.strange == []


async def test_a_call_that_says_nothing_known_is_kept_as_strange() -> None:
    stand_in = StandIn(lambda number, chat: None)

    stand_in.answer(b"POST /bot1:x/sendMessage HTTP/1.1", b"chat_id=1&text=no+number")

    assert len(stand_in.strange) == 1


def one_message() -> Load:
    """A load that has written one message."""
    load = Load()
    load.messages[0] = Message(0, 0, 0.0, asyncio.get_running_loop().create_future())
    return load
