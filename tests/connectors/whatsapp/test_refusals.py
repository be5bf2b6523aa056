"""Meta's codes: each has one meaning, in the answer to a send and in a later status alike."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.base import Outgoing
from connectors.whatsapp.connector import WhatsAppConnector
from shared.errors import (
    ChannelBroken,
    ContactGone,
    HubError,
    NotSent,
    Rejected,
    Throttled,
    Uncertain,
    WindowClosed,
)
from shared.model.content import Content
from shared.model.delivery import FailureKind
from tests.connectors.whatsapp.player import (
    PART,
    PHONE,
    TOKEN,
    Hub,
    change,
    make_connector,
    make_part,
    receipts,
    status,
)
from tests.connectors.whatsapp.scripted import MakeScripted

_BY_CLASS: dict[type[HubError], tuple[int, ...]] = {
    NotSent: (1, 2, 131000, 131016, 133004, 131057),
    Throttled: (4, 80007, 130429, 131056, 131048),
    WindowClosed: (131047,),
    ContactGone: (131026, 131050),
    Rejected: (
        131049, 130472, 131021, 131030, 100, 33, 131008, 131009, 131051, 131052, 131053, 131062,
        132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069, 135000, 999999,
    ),
    ChannelBroken: (
        0, 190, 10, 200, 294, 299, 3, 131005, 368, 130497, 131031, 131042, 131045, 133010, 131037,
    ),
}  # fmt: skip
_CODES = [(code, meaning) for meaning, codes in _BY_CLASS.items() for code in codes]
_KINDS: dict[type[HubError], FailureKind] = {
    WindowClosed: FailureKind.WINDOW_CLOSED,
    ContactGone: FailureKind.CONTACT_GONE,
    ChannelBroken: FailureKind.CHANNEL_BROKEN,
}


def _error(code: int, **more: Any) -> str:
    error = {"message": f"(#{code}) words", "code": code, "error_data": {"details": "more words"}}
    return json.dumps({"error": error | more})


async def _refusal(connector: WhatsAppConnector, **fields: Any) -> Exception:
    part = make_part(PHONE, Content(text="hello"), **fields)
    try:
        await connector.send(Outgoing(part))
    except Exception as error:  # noqa: BLE001 - its class is what is looked at
        return error
    raise AssertionError("it was taken for a success")


@pytest.mark.parametrize("code, meaning", _CODES)
async def test_a_code_in_the_answer_decides_whatever_the_status_is(
    http: ClientSession, scripted: MakeScripted, code: int, meaning: type[HubError]
) -> None:
    server = await scripted(400, _error(code))

    error = await _refusal(make_connector(http, api_base=server.base))

    assert type(error) is meaning
    assert meaning is Throttled or str(code) in str(error)


@pytest.mark.parametrize("code, meaning", _CODES)
def test_a_code_in_a_status_says_the_same(
    connector: WhatsAppConnector, code: int, meaning: type[HubError]
) -> None:
    failed = status("failed", errors=[{"code": code, "title": "words"}])

    (receipt,) = receipts(connector, change({"statuses": [failed]}))

    assert receipt.failure is not None
    assert receipt.failure.kind is _KINDS.get(meaning, FailureKind.REJECTED)
    assert str(code) in receipt.failure.reason


@pytest.mark.parametrize(
    "http_status, body, meaning",
    [
        (500, "Internal Server Error", Uncertain),
        (502, "<html><body>Bad Gateway</body></html>", Uncertain),
        (503, _error(131016), NotSent),
        (500, _error(987654), NotSent),
        (429, "slow down", Throttled),
        (401, "who are you?", ChannelBroken),
        (404, "not here", Rejected),
        (200, _error(130429), Throttled),
        (200, "no json", Uncertain),
        (200, "{}", Uncertain),
        (200, '{"messages": [{}]}', Uncertain),
    ],
)
async def test_what_says_no_code_is_judged_by_its_status(
    http: ClientSession,
    scripted: MakeScripted,
    http_status: int,
    body: str,
    meaning: type[HubError],
) -> None:
    server = await scripted(http_status, body)

    error = await _refusal(make_connector(http, api_base=server.base))

    assert type(error) is meaning


async def test_a_connection_that_is_refused_sent_nothing(connector: WhatsAppConnector) -> None:
    assert type(await _refusal(connector)) is NotSent


@pytest.mark.parametrize("attempt, waits_s", [(1, 4), (2, 16), (3, 64), (4, 256), (40, 3600)])
async def test_the_pause_for_one_customer_grows_with_each_attempt(
    http: ClientSession, scripted: MakeScripted, attempt: int, waits_s: float
) -> None:
    server = await scripted(400, _error(131056))

    error = await _refusal(make_connector(http, api_base=server.base), attempt=attempt)

    assert isinstance(error, Throttled)
    assert (error.retry_after_s, error.whole_channel) == (waits_s, False)


@pytest.mark.parametrize("code, waits_s", [(4, 60), (80007, 60), (130429, 1), (131048, 3600)])
async def test_what_is_too_much_for_the_number_pauses_all_of_it(
    http: ClientSession, scripted: MakeScripted, code: int, waits_s: float
) -> None:
    server = await scripted(400, _error(code))

    error = await _refusal(make_connector(http, api_base=server.base))

    assert isinstance(error, Throttled)
    assert (error.retry_after_s, error.whole_channel) == (waits_s, True)


async def test_the_token_stands_in_no_error_although_meta_repeats_it(
    http: ClientSession, scripted: MakeScripted
) -> None:
    server = await scripted(400, _error(100, error_user_msg=f"token {TOKEN} is odd"))

    error = await _refusal(make_connector(http, api_base=server.base))

    assert TOKEN not in f"{error} {error!r} {error.__cause__!r}"


def test_a_failure_addresses_the_part_and_the_message(connector: WhatsAppConnector) -> None:
    errors = [{"code": 131053, "title": "Media upload error"}]
    failed = status("failed", errors=errors, biz_opaque_callback_data=PART)

    by_part, by_id = receipts(connector, change({"statuses": [failed]}))

    assert (by_part.part_id, by_id.part_id) == (PART, None)
    assert by_part.external_ids == by_id.external_ids == ("wamid.B",)


def test_a_reaction_that_failed_is_addressed_by_its_part_alone(
    connector: WhatsAppConnector,
) -> None:
    operation = PART[:-3] + "x0123456789abcdef"
    failed = status("failed", biz_opaque_callback_data=operation)

    (receipt,) = receipts(connector, change({"statuses": [failed]}))

    assert receipt.part_id == operation


async def test_outside_of_the_window_the_platform_itself_refuses_by_a_status(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    await hub.platform.act("Anna", {"type": "silence", "hours": 25})

    await hub.send(anna, "too late")

    news = await hub.until_news(1)
    assert news[0].failure is not None
    assert news[0].failure.kind is FailureKind.WINDOW_CLOSED
    assert hub.phone("Anna") == []


async def test_whoever_blocked_the_business_is_told_as_gone(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    await hub.platform.act("Anna", {"type": "block"})

    await hub.send(anna, "hello?")

    news = await hub.until_news(1)
    assert news[0].failure is not None
    assert news[0].failure.kind is FailureKind.CONTACT_GONE
