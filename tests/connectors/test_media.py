"""Incoming files: fetched once, named safely, and never forgotten."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from connectors.download import sniff
from connectors.names import safe_name
from shared.collections import EVENT_LOG, MESSAGES
from shared.envelope import Envelope
from shared.errors import Unavailable
from shared.events import MessageAdded, logged, routing_key
from shared.ids import (
    ConversationId,
    ExternalId,
    IdentityId,
    MessageId,
    new_conversation_id,
    new_message_id,
    partition_of,
    slot_for,
)
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.conversation import Conversation
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from shared.ports.bus import Exchange, Publication
from shared.ports.store import Put, Store
from tests.connectors.rig import SAMPLE, SHOP, Rig, rig, until

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def stored_message(made: Rig, native: str, **about: object) -> tuple[Message, Conversation]:
    """A message with one file that is not there yet, as the router stores it."""
    slot = slot_for(SHOP, "+7")
    now = made.clock.now()
    attachment = Attachment(id="a1", kind=AttachmentKind.IMAGE, native={"id": native})
    message = Message(
        id=MessageId(new_message_id(slot)),
        conversation_id=ConversationId(new_conversation_id(slot)),
        channel_id=SHOP,
        seq=0,
        sort="0",
        direction=Direction.INBOUND,
        author=Actor(kind=ActorKind.CONTACT),
        content=Content(attachments=(attachment.model_copy(update=about),)),
        at=now,
        accepted_at=now,
    )
    conversation = Conversation(
        id=message.conversation_id,
        channel_id=SHOP,
        channel_type=SAMPLE,
        thread=ExternalId("+7"),
        contact_id="k1",  # type: ignore[arg-type]
        identity_id=IdentityId("i1"),
        last_activity_at=now,
        created_at=now,
    )
    return message, conversation


async def announce(made: Rig, message: Message, conversation: Conversation, seq: int) -> None:
    """Store the message and its event, and publish it, as the router does."""
    partition = partition_of(message.id)
    entry = logged(
        MessageAdded(message=message, conversation=conversation),
        partition=partition,
        seq=seq,
        at=made.clock.now(),
        trace_id="t",
        source="router",
        key=routing_key(MessageAdded.kind, SAMPLE, SHOP),
    )
    await made.hub.store.commit([Put(MESSAGES, message), Put(EVENT_LOG, entry)])
    envelope = Envelope.from_text(entry.envelope)
    await made.hub.bus.publish([Publication(Exchange.EVENTS, entry.routing_key, envelope)])


async def test_a_file_follows_its_message(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.files["f1"] = PNG
        message, conversation = stored_message(made, "f1", name="../../\u202egnp.exe")

        await announce(made, message, conversation, 1)

        await until(lambda: made.of_kind("inbound"))
        event = made.of_kind("inbound")[0]
        assert event.partition == partition_of(message.id)
        assert event.payload["kind"] == "media"
        assert event.payload["event_key"] == f"media/{message.id}/a1/stored"
        assert event.payload["target_message_id"] == message.id
        media = event.payload["media"]
        assert (media["state"], media["name"], media["mime_detected"]) == (
            "stored",
            "gnp.exe",
            "image/png",
        )
        kept = b"".join([chunk async for chunk in made.hub.blobs.read(media["blob_id"])])
        assert kept == PNG


async def test_a_file_announced_while_nobody_looked_is_fetched_at_the_start(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as made:
        made.simulator.files["f1"] = PNG
        channel = await made.add_channel(created_at=made.clock.now())
        message, conversation = stored_message(made, "f1")
        await announce(made, message, conversation, 1)
        assert channel.id == SHOP

        await made.live()

        await until(lambda: made.of_kind("inbound"))
        assert made.of_kind("inbound")[0].payload["media"]["state"] == "stored"


class HidesItsHeads:
    """A store that does not tell where the log stands for as long as it is told."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hides = True
        self.asked = 0
        self.get = store.get
        self.get_many = store.get_many
        self.search = store.search
        self.commit = store.commit

    async def find(self, collection: Any, **asked: Any) -> Any:
        newest = collection.name == EVENT_LOG.name and asked.get("limit") == 1
        if newest and self.hides:
            self.asked += 1
            raise Unavailable("the store is away")
        return await self._store.find(collection, **asked)


async def test_a_file_announced_before_the_log_can_be_followed_is_fetched(tmp_path: Path) -> None:
    stores: list[HidesItsHeads] = []

    def hiding(store: Store) -> Any:
        stores.append(HidesItsHeads(store))
        return stores[0]

    async with rig(tmp_path, store=hiding) as made:
        made.simulator.files["f1"] = PNG
        await made.add_channel(created_at=made.clock.now())
        await until(lambda: stores[0].asked >= 3)

        message, conversation = stored_message(made, "f1")
        await announce(made, message, conversation, 1)
        stores[0].hides = False

        await until(lambda: made.of_kind("inbound"))
        assert made.of_kind("inbound")[0].payload["media"]["state"] == "stored"


async def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.files["f1"] = 410
        message, conversation = stored_message(made, "f1")

        await announce(made, message, conversation, 1)

        await until(lambda: made.of_kind("inbound"))
        media = made.of_kind("inbound")[0].payload["media"]
        assert (media["state"], media["reason"]) == (
            "expired",
            "the platform no longer has this file",
        )


async def test_a_file_beyond_the_limit_is_cut_off_and_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.files["f1"] = b"x" * (made.resources.media_limit_bytes + 1)
        message, conversation = stored_message(made, "f1")

        await announce(made, message, conversation, 1)

        await until(lambda: made.of_kind("inbound"))
        media = made.of_kind("inbound")[0].payload["media"]
        assert (media["state"], media.get("blob_id")) == ("too_big", None)


async def test_an_event_that_comes_twice_is_fetched_once(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.files["f1"] = PNG
        message, conversation = stored_message(made, "f1")
        await announce(made, message, conversation, 1)
        await until(lambda: made.of_kind("inbound"))

        await announce(made, message, conversation, 2)
        other, its = stored_message(made, "f1")
        await announce(made, other, its, 3)

        await until(lambda: len(made.of_kind("inbound")) == 2)
        targets = [item.payload["target_message_id"] for item in made.of_kind("inbound")]
        assert targets == [message.id, other.id]


async def test_a_platform_that_is_away_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.media.backoff_s", lambda *_given: 0.05)
    async with rig(tmp_path) as made:
        await made.add_channel()
        await made.live()
        made.simulator.files["f1"] = 503
        message, conversation = stored_message(made, "f1")
        await announce(made, message, conversation, 1)
        await asyncio.sleep(0.1)

        made.simulator.files["f1"] = PNG

        await until(lambda: made.of_kind("inbound"))
        assert made.of_kind("inbound")[0].payload["media"]["state"] == "stored"


@pytest.mark.parametrize(
    "name,safe",
    [
        ("photo.jpg", "photo.jpg"),
        ("отчёт за май.pdf", "отчёт за май.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("CON.txt", "_CON.txt"),
        ("a" * 300 + ".jpeg", "a" * 115 + ".jpeg"),
        ("...", None),
        ("", None),
        (None, None),
    ],
)
def test_file_names_are_safe_to_save_under(name: str | None, safe: str | None) -> None:
    assert safe_name(name) == safe


def test_a_type_is_told_by_the_first_bytes() -> None:
    assert sniff(PNG) == "image/png"
    assert sniff(b"") is None
    assert sniff(b"\x01\x02") is None
