"""What the customer sees of the thread."""

from shared.model.delivery import Delivery
from shared.model.message import Direction
from tests.connectors.webchat.mailbox import Hub, thread_of

BODY = {"id": "client-0001", "text": "Hello"}


async def test_the_history_shows_what_was_sent_and_never_notes(hub: Hub) -> None:
    visitor = await hub.visitor()
    thread = thread_of(visitor)
    await hub.client.post(hub.url("/messages"), json=BODY, headers=visitor)
    await hub.mailbox.say(thread, "Good morning")
    await hub.mailbox.say(thread, "He is rude", direction=Direction.NOTE, delivery=None)
    await hub.mailbox.say(thread, "assigned", direction=Direction.SYSTEM, delivery=None)
    for hidden in set(Delivery) - {Delivery.SENT, Delivery.DELIVERED, Delivery.READ}:
        await hub.mailbox.say(thread, f"it is {hidden}", delivery=hidden)

    answer = await hub.client.get(hub.url("/messages"), headers=visitor)

    items = (await answer.json())["items"]
    assert [(one["from"], one["text"]) for one in items] == [
        ("customer", "Hello"),
        ("hub", "Good morning"),
    ]


async def test_the_history_is_the_visitors_own(hub: Hub) -> None:
    await hub.client.post(hub.url("/messages"), json=BODY, headers=await hub.visitor())

    answer = await hub.client.get(hub.url("/messages"), headers=await hub.visitor())

    assert (await answer.json())["items"] == []


async def test_a_long_history_comes_page_by_page(hub: Hub) -> None:
    visitor = await hub.visitor()
    for number in range(60):
        await hub.mailbox.say(thread_of(visitor), f"m{number}")

    newest = await (await hub.client.get(hub.url("/messages"), headers=visitor)).json()
    older = await hub.client.get(hub.url(f"/messages?before={newest['next']}"), headers=visitor)

    page = await older.json()
    assert [one["text"] for one in page["items"]] == [f"m{number}" for number in range(10)]
    assert page["next"] is None


async def test_a_deleted_message_says_nothing_any_more(hub: Hub) -> None:
    visitor = await hub.visitor()
    await hub.mailbox.say(thread_of(visitor), "the wrong price", deleted_at=hub.clock.now())

    answer = await hub.client.get(hub.url("/messages"), headers=visitor)

    (item,) = (await answer.json())["items"]
    assert item["deleted"] is True
    assert item["text"] == ""
