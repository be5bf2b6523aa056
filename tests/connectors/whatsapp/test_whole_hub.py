"""WhatsApp from the customer's phone to the agent and back, in a whole hub over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.support.hub_process import HubProcess
from tests.support.simulated import phone, until_phone_shows, write_as
from tests.support.waiting import until

CHANNEL = "sim-whatsapp"

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("forked_programs"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubProcess]:
    """A hub in one process with simulators."""
    async with HubProcess(tmp_path_factory.mktemp("hub"), "--simulators") as hub:
        yield hub


@pytest.fixture
def who(request: pytest.FixtureRequest) -> str:
    """The customer of this test alone."""
    return str(request.node.name).removeprefix("test_").replace("_", " ")[:60]


async def _act(hub: HubProcess, customer: str, **action: Any) -> None:
    body = {"customer": customer, "action": action}
    await hub.call("POST", f"/simulators/{CHANNEL}/actions", body)


async def _fault(hub: HubProcess, kind: str, times: int = 1) -> None:
    await hub.call("POST", f"/simulators/{CHANNEL}/faults", {"kind": kind, "times": times})


async def _found(hub: HubProcess, who: str, status: str = "open") -> list[dict[str, Any]]:
    found = await hub.items("/api/v1/conversations", channel_id=CHANNEL, status=status)
    return [one for one in found if one["contact_name"] == who.removeprefix("@")]


async def _conversation(hub: HubProcess, who: str) -> dict[str, Any]:
    (found,) = await _found(hub, who)
    return found


async def _messages(hub: HubProcess, who: str, **query: str) -> list[dict[str, Any]]:
    conversation = await _conversation(hub, who)
    return await hub.items(f"/api/v1/conversations/{conversation['id']}/messages", **query)


async def _reply(hub: HubProcess, who: str, **body: Any) -> dict[str, Any]:
    conversation = await _conversation(hub, who)
    path = f"/api/v1/conversations/{conversation['id']}/messages"
    done = await hub.call("POST", path, {"undo_s": 0, **body})
    message: dict[str, Any] = done["message"]
    return message


async def _until_delivery(
    hub: HubProcess, who: str, message: dict[str, Any], *states: str
) -> dict[str, Any]:
    async def reached() -> Any:
        found = [one for one in await _messages(hub, who) if one["id"] == message["id"]]
        return found[0] if found and found[0]["delivery"] in states else None

    await until(reached, limit_s=20)
    found: dict[str, Any] = await reached()
    return found


async def _problem(hub: HubProcess, who: str, **body: Any) -> tuple[int, dict[str, Any]]:
    conversation = await _conversation(hub, who)
    url = f"{hub.url}/api/v1/conversations/{conversation['id']}/messages"
    async with hub.http.post(url, json=body) as answer:
        return answer.status, await answer.json()


async def test_a_conversation_goes_both_ways_up_to_the_read_mark(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    message = await _reply(hub, who, text="how can we help?")
    await until_phone_shows(hub, CHANNEL, who, "how can we help?")
    delivered = await _until_delivery(hub, who, message, "delivered")
    await _act(hub, who, type="read")
    read = await _until_delivery(hub, who, message, "read")

    assert delivered["external_ids"] == read["external_ids"]
    assert (await _conversation(hub, who))["reply_until"] is not None


async def test_a_customer_who_hides_the_number_stays_in_the_same_conversation(
    hub: HubProcess,
    who: str,
) -> None:
    await write_as(hub, CHANNEL, who, "with my number")
    await _act(hub, who, type="hide_number")
    await write_as(hub, CHANNEL, who, "without it")
    await _reply(hub, who, text="we still know you")
    await until_phone_shows(hub, CHANNEL, who, "we still know you")

    texts = [one["content"]["text"] for one in await _messages(hub, who)]

    assert texts == ["with my number", "without it", "we still know you"]


async def test_a_customer_without_a_number_is_answered(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, f"@{who}", "oi")
    message = await _reply(hub, f"@{who}", text="olá")

    await until_phone_shows(hub, CHANNEL, f"@{who}", "olá")
    await _until_delivery(hub, f"@{who}", message, "delivered")


async def test_a_customer_with_a_new_number_stays_in_the_same_conversation(
    hub: HubProcess,
    who: str,
) -> None:
    await write_as(hub, CHANNEL, who, "from the old number")
    await _act(hub, who, type="change_number", number="491701234567")
    await write_as(hub, CHANNEL, who, "from the new number")
    await _reply(hub, who, text="welcome back")
    await until_phone_shows(hub, CHANNEL, who, "welcome back")

    async def one_case() -> bool:
        # The new number's message may overtake the news of it: then the two become one afterwards.
        seen = await _messages(hub, who, joined="true")
        told = {one["content"]["text"] for one in seen if one["system"] is None}
        return told == {"from the old number", "from the new number", "welcome back"}

    await until(one_case, limit_s=20)


async def test_a_status_that_overtakes_the_answer_is_not_lost(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _fault(hub, "early_status")

    message = await _reply(hub, who, text="slowly answered")

    assert await _until_delivery(hub, who, message, "delivered")


async def test_a_failure_that_overtakes_the_answer_is_not_lost(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _fault(hub, "early_status")
    await _fault(hub, "status_131053")

    message = await _reply(hub, who, text="refused while on its way")
    failed = await _until_delivery(hub, who, message, "failed")

    assert "131053" in failed["failure"]["reason"]


async def test_an_unknown_send_is_settled_by_its_status(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _fault(hub, "cut_after_write")

    message = await _reply(hub, who, text="the line is cut")
    settled = await _until_delivery(hub, who, message, "delivered")

    assert settled["external_ids"]
    assert [one["text"] for one in await phone(hub, CHANNEL, who)].count("the line is cut") == 1


async def test_statuses_in_reverse_leave_the_highest(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _fault(hub, "reorder", 2)

    message = await _reply(hub, who, text="delivered before sent")
    delivered = await _until_delivery(hub, who, message, "delivered")
    await _act(hub, who, type="read")
    await _until_delivery(hub, who, message, "read")

    assert [part["state"] for part in delivered["parts"]] == ["delivered"]


async def test_a_message_that_is_delivered_twice_is_stored_once(hub: HubProcess, who: str) -> None:
    await _fault(hub, "duplicate", 2)
    await write_as(hub, CHANNEL, who, f"one from {who}")
    await write_as(hub, CHANNEL, who, f"two from {who}")

    assert len(await _messages(hub, who)) == 2


async def test_whoever_blocked_the_business_is_unreachable_until_they_write(
    hub: HubProcess, who: str
) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _act(hub, who, type="block")
    message = await _reply(hub, who, text="are you there?")
    failed = await _until_delivery(hub, who, message, "failed")
    gone = (await _conversation(hub, who))["reachable"]
    await _act(hub, who, type="unblock")
    await write_as(hub, CHANNEL, who, f"back again from {who}")

    assert failed["failure"]["kind"] == "contact_gone"
    assert (gone, (await _conversation(hub, who))["reachable"]) == (False, True)


async def test_a_reaction_that_fails_later_is_told_by_a_line(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await _fault(hub, "status_131009")
    (message,) = await _messages(hub, who)
    await hub.call("POST", f"/api/v1/messages/{message['id']}/reaction", {"emoji": "👍"})

    async def told() -> bool:
        lines = [one["system"] for one in await _messages(hub, who) if one["system"]]
        return any(line["name"] == "reaction_failed" for line in lines)

    await until(told, limit_s=15)


async def test_a_customer_who_gets_too_much_holds_nobody_else_up(hub: HubProcess, who: str) -> None:
    other = f"another {who}"
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    await write_as(hub, CHANNEL, other, f"hello from {other}")
    await _fault(hub, "131056")
    slow = await _reply(hub, who, text="the pair is at its rate")
    quick = await _reply(hub, other, text="nobody waits")

    await _until_delivery(hub, other, quick, "delivered")
    waiting = [one for one in await _messages(hub, who) if one["id"] == slow["id"]]
    await _until_delivery(hub, who, slow, "delivered")

    assert waiting[0]["delivery"] == "queued"


async def test_a_pressed_button_and_a_chosen_row_come_back(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    two = [[{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]]
    await _reply(hub, who, text="agreed?", buttons=two)
    await until_phone_shows(hub, CHANNEL, who, "agreed?")
    await _act(hub, who, type="press", label="Yes")
    six = [[{"label": f"Day {day}", "value": "v" * 300 + str(day)}] for day in range(6)]
    await _reply(hub, who, text="when?", buttons=six)
    await until_phone_shows(hub, CHANNEL, who, "when?")
    await _act(hub, who, type="press", label="Day 4")

    async def both_came() -> bool:
        return len([one for one in await _messages(hub, who) if one["content"]["action"]]) == 2

    await until(both_came, limit_s=15)
    actions = [m["content"]["action"] for m in await _messages(hub, who) if m["content"]["action"]]
    assert [action["value"] for action in actions] == ["yes", "v" * 300 + "4"]


async def _begin(hub: HubProcess, number: str, **message: Any) -> tuple[int, dict[str, Any]]:
    body = {"channel_id": CHANNEL, "address": number, "message": {"undo_s": 0, **message}}
    async with hub.http.post(f"{hub.url}/api/v1/conversations", json=body) as answer:
        return answer.status, await answer.json()


async def test_an_agent_writes_first_to_a_number_and_the_answer_comes_there(
    hub: HubProcess, who: str
) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    first = await _conversation(hub, who)
    number = f"+{first['context']['wa_id']}"
    status, taken = await _begin(hub, number, text="hello?")
    await hub.call("POST", f"/api/v1/conversations/{first['id']}/resolve", {})

    begun, made = await _begin(hub, number, text="one thing more")
    await until_phone_shows(hub, CHANNEL, who, "one thing more")
    await write_as(hub, CHANNEL, who, "which one?")

    assert (status, taken["reason_code"]) == (409, "open_conversation")
    assert taken["reason_values"] == {"conversation_id": first["id"]}
    assert begun == 201
    after = await _conversation(hub, who)
    assert after["id"] == made["conversation"]["id"] != first["id"]
    texts = [one["content"]["text"] for one in await _messages(hub, who) if not one["system"]]
    assert texts == ["one thing more", "which one?"]


async def test_a_stranger_is_begun_with_by_a_template_and_a_wrong_number_is_seen(
    hub: HubProcess,
) -> None:
    status, refused = await _begin(hub, "+4915100000001", text="hello")
    bad, no_number = await _begin(hub, "8 900 123 45 67", text="hello")
    template = {
        "name": "order_ready",
        "language": "en",
        "header": [{"text": "42"}],
        "body": [{"text": "Anna"}, {"text": "42"}],
        "buttons": [{"index": 1, "value": "42"}],
    }
    begun, made = await _begin(hub, "+4915100000001", template=template)

    async def failed() -> Any:
        path = f"/api/v1/conversations/{made['conversation']['id']}/messages"
        found = await hub.items(path)
        return found[-1] if found[-1]["delivery"] == "failed" else None

    await until(failed, limit_s=20)
    assert (status, refused["field"], refused["reason_code"]) == (
        409,
        "template",
        "window_closed",
    )
    assert (bad, no_number["field"]) == (422, "address")
    assert begun == 201
    assert (await failed())["failure"]["kind"] == "contact_gone"


async def test_after_the_window_only_a_template_is_taken(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    late = {"text": "tomorrow", "send_at": "2100-01-01T00:00:00Z"}
    status, problem = await _problem(hub, who, **late | {"send_at": _in_two_days()})
    template = {
        "name": "order_ready",
        "language": "en",
        "header": [{"text": "42"}],
        "body": [{"text": "Anna"}, {"text": "42"}],
        "buttons": [{"index": 1, "value": "42"}],
    }
    message = await _reply(hub, who, template=template)
    await _until_delivery(hub, who, message, "delivered")

    assert (status, problem["field"]) == (409, "template")
    assert "Hello Anna, your order 42 is ready." in message["content"]["text"]
    shown = (await phone(hub, CHANNEL, who))[-1]
    assert shown["text"] == "Hello Anna, your order 42 is ready."
    assert shown["template"] == "order_ready"


@pytest.mark.parametrize(
    "template, words",
    [
        ({"name": "order_ready", "language": "ru", "body": [{"text": "a"}]}, "takes 2 values"),
        ({"name": "nowhere", "language": "en"}, "no template nowhere"),
        ({"name": "sale", "language": "en"}, "paused"),
        ({"name": "brochure", "language": "en"}, "needs one file"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["name"],
)
async def test_a_template_that_cannot_be_sent_is_refused_with_the_reason(
    hub: HubProcess, who: str, template: dict[str, Any], words: str
) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")

    status, problem = await _problem(hub, who, template=template)

    assert status in {400, 422}
    assert problem["field"] == "template"
    assert words in problem["detail"]


async def test_templates_are_listed_and_read_anew_when_one_changes(
    hub: HubProcess, who: str
) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    path = f"/api/v1/channels/{CHANNEL}/templates"
    before = {(t["name"], t["language"]): t for t in await hub.items(path)}

    async def until_told(status: str) -> None:
        async def told() -> bool:
            after = {t["name"]: t for t in await hub.items(path)}
            return bool(after["sale"]["status"] == status)

        await _act(hub, who, type="template_status", name="sale", status=status.upper())
        await until(told, limit_s=20)

    await until_told("approved")
    await until_told("paused")  # as other tests find it
    assert len(before) == 8
    assert before["sale", "en"]["status"] == "paused"
    assert before["order_ready", "en"]["header"]["variables"] == ["1"]


async def test_a_channel_without_templates_says_so(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    async with hub.http.get(f"{hub.url}/api/v1/channels/site/templates") as answer:
        assert answer.status == 404


async def test_reading_and_typing_are_shown_on_the_phone(hub: HubProcess, who: str) -> None:
    await write_as(hub, CHANNEL, who, f"hello from {who}")
    conversation = await _conversation(hub, who)

    await hub.call("POST", f"/api/v1/conversations/{conversation['id']}/read", {"up_to": 0})

    async def is_read() -> bool:
        return bool((await phone(hub, CHANNEL, who))[0].get("read"))

    await until(is_read, limit_s=10)


async def test_history_is_kept_and_nobody_waits(hub: HubProcess, who: str) -> None:
    async def resolved() -> list[dict[str, Any]]:
        return await hub.items("/api/v1/conversations", channel_id=CHANNEL, status="resolved")

    before = {one["id"] for one in await resolved()}
    await _act(hub, who, type="history", messages=6)

    async def kept() -> list[dict[str, Any]]:
        found = [one for one in await resolved() if one["id"] not in before]
        # A renamed thread of another customer may end in its new one meanwhile.
        return [one for one in found if one["merged_into"] is None]

    async def messages() -> list[dict[str, Any]]:
        found = [f"/api/v1/conversations/{one['id']}/messages" for one in await kept()]
        return [message for path in found for message in await hub.items(path)]

    async def came() -> bool:
        return len(await messages()) == 6

    await until(came, limit_s=40)
    (conversation,) = await kept()
    assert conversation["unread"] == 0
    directions = [one["direction"] for one in await messages()]
    assert directions == ["inbound", "outbound"] * 3


async def test_files_go_both_ways(hub: HubProcess, who: str) -> None:
    await _act(hub, who, type="voice", data_base64="T2dnUw==")

    async def stored() -> bool:
        if not await _found(hub, who):
            return False
        attachments = (await _messages(hub, who))[0]["content"]["attachments"]
        return bool(attachments[0]["state"] == "stored")

    await until(stored, limit_s=40)


def _in_two_days() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).isoformat()
