"""Beginning conversations over the API: where to, with which message, and what is refused."""

from typing import Any

import pytest

from inbox.service import InboxOptions
from shared.checks import CheckReport, SettingProblem
from shared.collections import CHANNEL_TYPES, CHANNELS, CONTACTS, IDENTITIES, THREADS, identity_id
from shared.collections import thread_id as id_of_thread
from shared.commands import Begin, Note
from shared.ids import (
    ChannelId,
    ChannelType,
    ContactId,
    ExternalId,
    IdentityId,
    partition_of_slot,
    slot_for,
    slot_of,
)
from shared.model.channel import Capabilities, Channel, ChannelState, ChannelTypeInfo
from shared.model.conversation import Conversation, Status, Thread
from shared.model.inbound import ThreadRef
from shared.model.people import (
    Actor,
    ActorKind,
    Block,
    Contact,
    Identifier,
    IdentifierKind,
    Identity,
    Participant,
    Role,
)
from shared.model.reach import Reached
from shared.ports.store import Put
from tests.inbox.stage import AT, Browser, Stage, a_conversation, a_message, open_stage
from tests.inbox.test_channels import connectors
from tests.inbox.tiny_router import TinyRouter, routed
from tests.support.stores import Embedded

POST, SITE = ChannelId("post"), ChannelId("site")
EMAIL = "boris@example.org"
REACHED = Reached(
    thread=ThreadRef(
        external_id=ExternalId("mail:1"),
        partition_key="mailbox",
        kind="email",
        context={"to": EMAIL},
    ),
    person=Participant(external_id=ExternalId(EMAIL), name="Boris"),
)
FOUND = CheckReport(ok=True, reached=REACHED)
BY = Actor(kind=ActorKind.AGENT, id="anna", name="Anna")


def a_type(id: str, **able: Any) -> Put[ChannelTypeInfo]:
    info = ChannelTypeInfo(
        id=id, title=id, settings_schema={}, capabilities=Capabilities(max_text=4000, **able)
    )
    return Put(CHANNEL_TYPES, info)


def a_channel(id: ChannelId, type: str, **fields: Any) -> Put[Channel]:
    values: dict[str, Any] = {"id": id, "type": type, "name": id.title(), "created_at": AT}
    return Put(CHANNELS, Channel(**(values | {"updated_at": AT} | fields)))


def an_identity(type: str, external_id: str, contact_id: str = "k1", **fields: Any) -> Identity:
    return Identity(
        id=identity_id(ChannelType(type), ExternalId(external_id)),
        channel_type=ChannelType(type),
        external_id=ExternalId(external_id),
        contact_id=ContactId(contact_id),
        created_at=AT,
        updated_at=AT,
        **fields,
    )


@pytest.fixture
async def stage(hub: Embedded) -> Any:
    """An inbox with a mailbox, a site chat and a contact who is known on both."""
    async with open_stage(hub, InboxOptions(check_limit_s=1.0, command_wait_s=1.0)) as opened:
        contact = Contact(id=ContactId("k1"), name="Boris", created_at=AT, updated_at=AT)
        email = Identifier(kind=IdentifierKind.EMAIL, value=EMAIL)
        await hub.store.commit(
            [
                a_type("email", write_first=True, first_address="email"),
                a_type("webchat"),
                a_channel(POST, "email"),
                a_channel(SITE, "webchat"),
                Put(CONTACTS, contact),
                Put(IDENTITIES, an_identity("email", EMAIL, name="Boris", identifiers=(email,))),
                Put(IDENTITIES, an_identity("webchat", "v1", name="Boris")),
            ]
        )
        yield opened


def routing(stage: Stage, channel_id: ChannelId = POST, key: str = "mailbox") -> Any:
    return routed(stage.hub, partition_of_slot(slot_for(channel_id, key)))


def begins(router: TinyRouter) -> list[Begin]:
    return [command for _, command in router.seen if isinstance(command, Begin)]


async def begin(browser: Browser, **body: Any) -> Any:
    given = {"channel_id": POST, "message": {"text": "good day"}} | body
    return await browser.post("/conversations", given)


async def test_a_new_address_is_asked_of_the_connector_and_the_router_does_the_rest(
    stage: Stage,
) -> None:
    async with (
        stage.browser() as browser,
        connectors(stage.hub, FOUND) as asked,
        routing(stage) as router,
    ):
        message = {"text": "good day", "email": {"subject": "Hello"}}
        body = {"address": EMAIL, "name": "Boris", "contact_id": "k1", "message": message}
        made = await begin(browser, id="11111111", from_id="c00x", **body)

    [command] = begins(router)
    assert made.status == 201
    assert made.data["command_id"] == "11111111"
    assert made.data["conversation"]["id"] == command.conversation_id
    assert made.data["message"]["content"]["text"] == "good day"
    assert (asked[0].reach, asked[0].reach_name, asked[0].channel_id) == (EMAIL, "Boris", POST)
    assert slot_of(command.conversation_id) == slot_for(POST, "mailbox")
    assert (command.thread, command.person) == (REACHED.thread, REACHED.person)
    assert (command.contact_id, command.from_id) == ("k1", "c00x")
    assert command.reply.email is not None
    assert (command.reply.text, command.reply.email.subject) == ("good day", "Hello")
    assert command.reply.undo_s == 5
    assert command.reply.conversation_id == command.conversation_id


async def test_a_repeat_under_the_same_id_answers_the_same_conversation(stage: Stage) -> None:
    async with (
        stage.browser() as browser,
        connectors(stage.hub, FOUND),
        routing(stage) as router,
    ):
        first = await begin(browser, id="11111111", address=EMAIL)
        again = await begin(browser, id="11111111", address=EMAIL)
        case = Conversation.model_validate(first.data["conversation"])
        await stage.store_conversation(case)
        noted = {"id": "22222222", "kind": "note", "text": "x"}
        await browser.post(f"/conversations/{case.id}/messages", noted)
        taken = await begin(browser, id="22222222", address=EMAIL)

    assert (first.status, again.status) == (201, 201)
    assert again.data == first.data
    assert len(begins(router)) == 1
    assert any(isinstance(command, Note) for _, command in router.seen)
    assert (taken.status, taken.data["field"]) == (422, "id")


async def test_a_known_address_of_mails_is_written_to_in_a_new_thread(stage: Stage) -> None:
    identity = identity_id(ChannelType("email"), ExternalId(EMAIL))
    async with (
        stage.browser() as browser,
        connectors(stage.hub, FOUND) as asked,
        routing(stage) as router,
    ):
        made = await begin(browser, identity_id=identity)

    assert made.status == 201
    assert asked[0].reach == EMAIL
    assert begins(router)[0].person.external_id == EMAIL


async def test_who_has_written_is_written_to_in_their_thread_by_any_channel(stage: Stage) -> None:
    identity = identity_id(ChannelType("webchat"), ExternalId("v1"))
    done = a_conversation("renamed", identity_id=IdentityId(identity), status=Status.RESOLVED)
    row = Thread(
        id=id_of_thread(SITE, "renamed"),
        channel_id=SITE,
        thread=ExternalId("renamed"),
        slot_key="v1",
        conversation_id=done.id,
    )
    await stage.store_conversation(done)
    await stage.hub.store.commit([Put(THREADS, row)])
    async with stage.browser() as browser, routing(stage, SITE, "v1") as router:
        made = await begin(browser, channel_id=SITE, identity_id=identity)

    [command] = begins(router)
    assert made.status == 201
    assert (command.thread.external_id, command.thread.partition_key) == ("renamed", "v1")
    assert slot_of(command.conversation_id) == slot_for(SITE, "v1")
    assert command.person.external_id == "v1"


@pytest.mark.parametrize(
    "body, field",
    [
        ({}, "identity_id"),
        ({"identity_id": "i1", "address": EMAIL}, "identity_id"),
        ({"identity_id": "i-none"}, "identity_id"),
        ({"address": EMAIL, "channel_id": "none"}, "channel_id"),
        ({"address": EMAIL, "message": {"text": " "}}, "text"),
        ({"address": EMAIL, "message": {"kind": "note", "text": "x"}}, "message.kind"),
        ({"address": EMAIL, "message": {"text": "x", "reply_to": "m1"}}, "message.reply_to"),
        (
            {"address": EMAIL, "message": {"text": "x", "draft": {"version": 1}}},
            "message.draft",
        ),
    ],
)
async def test_what_says_too_little_or_too_much_is_refused_with_the_field(
    stage: Stage, body: dict[str, Any], field: str
) -> None:
    async with stage.browser() as browser:
        answer = await begin(browser, **body)

    assert (answer.status, answer.data["field"]) == (422, field)


async def test_an_address_of_another_channel_type_is_refused(stage: Stage) -> None:
    identity = identity_id(ChannelType("webchat"), ExternalId("v1"))
    async with stage.browser() as browser:
        answer = await begin(browser, identity_id=identity)

    assert (answer.status, answer.data["field"]) == (422, "identity_id")


async def test_a_channel_that_cannot_write_first_refuses_before_anything_is_asked(
    stage: Stage,
) -> None:
    identity = identity_id(ChannelType("webchat"), ExternalId("v1"))
    async with stage.browser() as browser:
        new = await begin(browser, channel_id=SITE, address="anybody")
        known = await begin(browser, channel_id=SITE, identity_id=identity)

    for answer in (new, known):
        assert (answer.status, answer.data["reason_code"]) == (422, "writes_not_first")
        assert answer.data["field"] == "channel_id"


async def test_what_is_no_address_is_refused_in_the_connectors_words(stage: Stage) -> None:
    problem = SettingProblem(field="address", reason="this is no e-mail address")
    report = CheckReport(ok=False, problems=(problem,))
    async with stage.browser() as browser, connectors(stage.hub, report):
        answer = await begin(browser, address="boris")

    assert (answer.status, answer.data["field"], answer.data["detail"]) == (
        422,
        "address",
        "this is no e-mail address",
    )


async def test_without_a_connector_it_can_be_tried_again_later(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await begin(browser, address=EMAIL)

    assert answer.status == 503


@pytest.mark.parametrize("status", [Status.OPEN, Status.RESOLVED])
async def test_a_merged_case_stands_against_a_new_one_as_long_as_it_goes_on_in_another(
    stage: Stage, status: Status
) -> None:
    visitor = IdentityId(identity_id(ChannelType("webchat"), ExternalId("v1")))
    end = a_conversation("end", status=status)
    middle = a_conversation("middle", status=Status.RESOLVED, merged_into=end.id)
    here = a_conversation("v1", identity_id=visitor, status=Status.RESOLVED, merged_into=middle.id)
    for one in (end, middle, here):
        await stage.store_conversation(one, a_message(one, 0))
    async with stage.browser() as browser:
        told = (await browser.get("/contacts/k1/ways")).data["items"]

    (way,) = [one for one in told if one["channel_id"] == "site"]
    against = ("open_conversation", end.id) if status is Status.OPEN else (None, None)
    assert (way["reason_code"], way["conversation_id"]) == against


async def test_the_ways_to_a_contact_are_told_with_what_stands_against_them(stage: Stage) -> None:
    visitor = IdentityId(identity_id(ChannelType("webchat"), ExternalId("v1")))
    here = a_conversation("v1", identity_id=visitor)
    await stage.store_conversation(here, a_message(here, 0))
    gone = a_channel(ChannelId("old"), "email", state=ChannelState.REMOVED)
    block = Block(reason="spam", by=BY, at=AT)
    phone = Identifier(kind=IdentifierKind.PHONE, value="+4915112345678")
    await stage.hub.store.commit(
        [
            gone,
            a_type("whatsapp", write_first=True, first_address="phone", first_template=True),
            a_channel(ChannelId("wa"), "whatsapp"),
            Put(IDENTITIES, an_identity("whatsapp", "49151", identifiers=(phone,), block=block)),
        ]
    )
    async with stage.browser() as browser, stage.program(Role.BOT) as bot:
        told = (await browser.get("/contacts/k1/ways")).data["items"]
        unknown = await browser.get("/contacts/none/ways")
        allowed = await bot.get("/contacts/k1/ways")

    shown = {
        (one["channel_id"], one["address"]): (one["reason_code"], one["conversation_id"])
        for one in told
    }
    assert shown == {
        ("post", EMAIL): (None, None),
        ("post", None): (None, None),
        ("site", "v1"): ("open_conversation", here.id),
        ("wa", "+4915112345678"): ("blocked", None),
        ("wa", None): (None, None),
    }
    assert {one["channel_id"]: one["template"] for one in told} == {
        "post": False,
        "site": False,
        "wa": True,
    }
    assert (unknown.status, allowed.status) == (404, 200)
