"""The connector's port: sending, and refusing what is no site chat's business."""

from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from pydantic import ValidationError

from connectors.base import ConnectorContext, Outgoing, RawEvent, RawRequest
from connectors.webchat.connector import connect
from connectors.webchat.manifest import MANIFEST, WebchatSettings
from shared.clock import ManualClock
from shared.errors import BadPayload, ChannelBroken, Rejected, Unauthorised
from shared.ids import ChannelId, ConversationId, ExternalId, MessageId, PartId
from shared.model.content import Content
from shared.model.delivery import Part
from tests.connectors.webchat.mailbox import CHANNEL, Hub

AT = datetime(2026, 3, 2, tzinfo=UTC)


def part(**changes: object) -> Part:
    made = Part(
        id=PartId("p0a1-000"),
        channel_id=CHANNEL,
        thread=ExternalId("v1"),
        conversation_id=ConversationId("c0a1"),
        message_id=MessageId("m0a1"),
        order=1,
        content=Content(text="Hello"),
        due_at=AT,
        deadline_at=AT,
        created_at=AT,
        changed_at=AT,
    )
    return made.model_copy(update=changes)


async def test_a_part_is_sent_as_soon_as_it_is_stored(hub: Hub) -> None:
    first = await hub.connector.send(Outgoing(part()))
    repeat = await hub.connector.send(Outgoing(part()))

    assert first == repeat
    assert first.external_ids == ("p0a1-000",)


async def test_an_edit_keeps_the_id_of_what_it_edits(hub: Hub) -> None:
    sent = await hub.connector.send(
        Outgoing(part(kind="edit", target_external_id=ExternalId("p0a0-000")))
    )

    assert sent.external_ids == ("p0a0-000",)


async def test_reactions_are_refused(hub: Hub) -> None:
    with pytest.raises(Rejected):
        await hub.connector.send(Outgoing(part(kind="reaction")))


async def test_webhooks_are_refused(hub: Hub) -> None:
    request = RawRequest(method="POST", path="/hooks/site", query={}, headers={}, body=b"{}")

    with pytest.raises(Unauthorised):
        hub.connector.verify(request)
    with pytest.raises(BadPayload):
        hub.connector.split(b"{}")
    with pytest.raises(BadPayload):
        hub.connector.parse(RawEvent(b"{}"))


async def test_the_check_names_a_chat_that_nobody_can_use(hub: Hub) -> None:
    async with ClientSession() as session:
        closed = connect(
            ConnectorContext(
                channel_id=CHANNEL,
                channel_type=MANIFEST.channel_type,
                settings=WebchatSettings(require_signed=True),
                http=session,
                clock=ManualClock(),
                webhook_secret="s",
                reader=hub.mailbox,
                blobs=hub.blobs,
            )
        )

        report = await closed.check()

    assert [item.name for item in report.items if not item.ok] == ["identity"]
    assert (await hub.connector.check()).ok


async def test_without_a_secret_there_is_no_chat() -> None:
    async with ClientSession() as session:
        context = ConnectorContext(
            channel_id=ChannelId("site"),
            channel_type=MANIFEST.channel_type,
            settings=WebchatSettings(),
            http=session,
            clock=ManualClock(),
        )

        with pytest.raises(ChannelBroken):
            connect(context)


def test_the_identity_secret_is_the_secret_setting() -> None:
    assert set(MANIFEST.secret_fields()) == {"proxy", "identity_secret"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"allowed_origins": ["shop.example"]},
        {"allowed_origins": ["https://shop.example/page"]},
        {"surprise": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WebchatSettings.model_validate(wrong)
