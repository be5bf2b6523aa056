"""A visitor who left an address is written to by mail, and comes back by a link."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.webchat.manifest import WebchatSettings
from shared.clock import ManualClock
from shared.ids import ChannelId
from shared.model.content import Content, EmailFields
from shared.model.message import Direction
from shared.model.onward import CODE, NOWHERE, Onward, onward_of
from tests.connectors.webchat.mailbox import Hub, OpenHub, thread_of

MAILS: dict[str, Any] = {
    "email_channel": "letters",
    "email_after_s": 120,
    "ask_email": "optional",
    "title": "Fern & Kettle",
    "allowed_origins": ("https://shop.example",),
}
PAGE = {"url": "https://shop.example/kettles?token=1#top", "title": "Kettles"}


async def headers_of(hub: Hub, email: str | None = "anna@customer.example") -> dict[str, str]:
    answer = await hub.client.post(hub.url("/session"), json={"email": email})
    return {"Authorization": f"Bearer {(await answer.json())['token']}"}


async def wanted(hub: Hub, headers: dict[str, str], **body: Any) -> Onward | None:
    """What the conversation learns from a message."""
    said = {"id": "m1", "text": "hi", "page": PAGE, "language": "ru"} | body
    allowed = {"Origin": "https://shop.example"}
    await hub.client.post(hub.url("/messages"), json=said, headers=headers | allowed)
    return onward_of(hub.mailbox.inbound[-1].thread.context)


def code_of(hub: Hub) -> str:
    """What lets the visitor in again, as the last message told it beside the conversation."""
    thread = hub.mailbox.inbound[-1].thread
    code = thread.secrets[CODE].removeprefix("#omnihub-chat=")
    assert not any(code in value for value in thread.context.values())
    return code


async def test_the_code_is_the_same_all_day(open_chat: OpenHub) -> None:
    clock = ManualClock()
    hub = await open_chat(clock=clock, **MAILS)
    headers = await headers_of(hub)
    await wanted(hub, headers)
    first = code_of(hub)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    left_s = 86_400 - (clock.now() - midnight).total_seconds()
    await clock.advance(left_s - 1)
    await wanted(hub, headers, id="m2")
    same = code_of(hub)
    await clock.advance(1)
    await wanted(hub, headers, id="m3")

    assert same == first
    assert code_of(hub) != first


async def test_the_conversation_learns_where_it_goes_on(open_chat: OpenHub) -> None:
    hub = await open_chat(**MAILS)

    found = await wanted(hub, await headers_of(hub))

    assert found is not None
    assert (found.channel, found.to, found.after_s) == ("letters", "anna@customer.example", 120)
    assert (found.language, found.title) == ("ru", "Fern & Kettle")
    assert found.link == "https://shop.example/kettles"
    assert code_of(hub).startswith("v")


@pytest.mark.parametrize(
    "changed, email",
    [({"email_channel": None}, "anna@customer.example"), ({}, None)],
)
async def test_without_a_channel_or_an_address_it_goes_on_nowhere(
    open_chat: OpenHub, changed: dict[str, Any], email: str | None
) -> None:
    hub = await open_chat(**(MAILS | changed))

    found = await wanted(hub, await headers_of(hub, email))

    context = hub.mailbox.inbound[-1].thread.context
    assert found is None
    assert NOWHERE.items() <= context.items()


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/login", "javascript:alert(1)", "https://shop.example@evil.example/"],
)
async def test_no_mail_links_to_a_page_that_is_not_ours(open_chat: OpenHub, url: str) -> None:
    hub = await open_chat(**MAILS)

    found = await wanted(hub, await headers_of(hub), page={"url": url, "title": "x"})

    assert found is not None
    assert found.link == ""


async def test_the_page_of_the_settings_is_linked(open_chat: OpenHub) -> None:
    hub = await open_chat(**(MAILS | {"chat_page": "https://shop.example/contact"}))

    found = await wanted(hub, await headers_of(hub), page=None)

    assert found is not None
    assert found.link == "https://shop.example/contact"


@pytest.mark.parametrize("page", ["shop.example", "javascript:x", "https://shop.example/#x"])
def test_a_page_that_is_none_is_refused(page: str) -> None:
    with pytest.raises(ValidationError, match="an address such as"):
        WebchatSettings(chat_page=page)


async def test_the_link_brings_the_visitor_back(open_chat: OpenHub) -> None:
    hub = await open_chat(**MAILS)
    headers = await headers_of(hub)
    found = await wanted(hub, headers)
    assert found is not None
    code = code_of(hub)

    answer = await hub.client.post(hub.url("/session"), json={"link": code})

    token = (await answer.json())["token"]
    assert answer.status == 201
    assert thread_of({"Authorization": f"Bearer {token}"}) == thread_of(headers)
    again = await wanted(hub, {"Authorization": f"Bearer {token}"}, id="m2")
    assert again is not None
    assert again.to == "anna@customer.example"


async def test_a_link_that_is_old_forged_or_a_token_brings_nobody_back(open_chat: OpenHub) -> None:
    clock = ManualClock()
    hub = await open_chat(clock=clock, **MAILS)
    headers = await headers_of(hub)
    found = await wanted(hub, headers)
    assert found is not None
    code = code_of(hub)
    token = headers["Authorization"].removeprefix("Bearer ")
    until = code.split(".")[2]
    longer = code.replace(until, str(int(until) + 1))

    forged = [
        (await hub.client.post(hub.url("/session"), json={"link": one})).status
        for one in (longer, token, f"{code}0", "ж", "")
    ]
    bearer = await hub.client.get(hub.url("/messages"), headers={"Authorization": f"Bearer {code}"})
    await clock.advance(32 * 86_400)
    late = await hub.client.post(hub.url("/session"), json={"link": code})

    assert forged == [401] * 5
    assert (bearer.status, late.status) == (401, 401)


async def test_the_history_shows_the_visitors_mails_and_not_ours(open_chat: OpenHub) -> None:
    hub = await open_chat()
    headers = await hub.visitor()
    thread = thread_of(headers)
    text = "Спасибо 😀\n\n> Да, есть."
    quoted = EmailFields(quoted_from=len("Спасибо 😀\n\n") + 1)
    by_mail: dict[str, Any] = {"channel_id": ChannelId("letters")}
    await hub.mailbox.say(thread, "Да, есть.")
    await hub.mailbox.say(thread, "You have left our chat, and here is the answer", **by_mail)
    theirs: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "content": Content(text=text, email=quoted),
    }
    await hub.mailbox.say(thread, **by_mail, **theirs)

    history = await (await hub.client.get(hub.url("/messages"), headers=headers)).json()

    assert [one["text"] for one in history["items"]] == ["Да, есть.", "Спасибо 😀"]
