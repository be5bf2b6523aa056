"""One-time links: looking changes nothing, the button works once, and what is personal is told
then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from inbox.service import InboxOptions
from router.policy import Policy
from router.service import Router
from shared.clock import ManualClock, SystemClock
from shared.collections import (
    CANNED_REPLIES,
    CHANNELS,
    CONTACTS,
    CONVERSATIONS,
    FIELDS,
    IDENTITIES,
    PARTS,
    VERIFICATIONS,
)
from shared.ids import ChannelId, ChannelType, ContactId, ExternalId, IdentityId
from shared.leases import Leases
from shared.model.canned_reply import CannedReply
from shared.model.channel import Channel
from shared.model.field import FieldDefinition
from shared.model.people import (
    Actor,
    ActorKind,
    Contact,
    Identifier,
    IdentifierKind,
    Identity,
    Role,
)
from shared.model.verification import HOLDS_FOR, Verification, verification_id
from shared.policies.defaults import ensure_policies
from shared.ports.store import Put
from shared.runtime import Service, running
from tests.inbox.stage import AT, Browser, Stage, a_conversation, open_stage
from tests.router.world import until
from tests.support.stores import Embedded

CODE = "a-code-that-nobody-guesses"
CASE = a_conversation("chat", fields={"balance": "100"})


def link(code: str = CODE, **fields: Any) -> Verification:
    """A link that was sent at nine."""
    values = {
        "id": verification_id(code),
        "conversation_id": CASE.id,
        "contact_id": ContactId("k1"),
        "to": "anna@customer.example",
        "by": Actor(kind=ActorKind.AGENT, id="a1", name="Vera"),
        "at": AT,
        "until": AT + HOLDS_FOR,
    }
    return Verification.model_validate(values | fields)


async def filled(hub: Embedded, *links: Verification) -> None:
    """A conversation, whose it is, and links."""
    anna = Identifier(kind=IdentifierKind.EMAIL, value="anna@customer.example", verified=True)
    identity = Identity(
        id=IdentityId("i1"),
        channel_type=ChannelType("webchat"),
        external_id=ExternalId("chat"),
        contact_id=ContactId("k1"),
        identifiers=(anna,),
        created_at=AT,
        updated_at=AT,
    )
    await hub.store.commit(
        [
            Put(CONVERSATIONS, CASE),
            Put(CONTACTS, Contact(id=ContactId("k1"), created_at=AT, updated_at=AT)),
            Put(IDENTITIES, identity),
            *(Put(VERIFICATIONS, one) for one in links),
        ]
    )


@pytest.fixture
async def clock() -> ManualClock:
    return ManualClock(AT + timedelta(minutes=1))


@pytest.fixture
async def stage(hub: Embedded, clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(hub, clock=clock) as opened:
        yield opened


async def ask(stage: Stage, method: str, code: str = CODE, **headers: str) -> tuple[int, str, Any]:
    """Somebody without a cookie; the status, the page and its headers."""
    async with (
        ClientSession() as http,
        http.request(method, stage.url(f"/verify/{code}"), headers=headers) as answer,
    ):
        return answer.status, await answer.text(), answer.headers


async def vouched(stage: Stage) -> bool:
    contact = await stage.hub.store.get(CONTACTS, "k1")
    return contact is not None and contact.vouched is not None


async def test_scanners_and_previews_use_nothing_up(stage: Stage) -> None:
    await filled(stage.hub, link())

    looked = [await ask(stage, method) for method in ("GET", "HEAD", "GET", "HEAD")]
    before = await vouched(stage)
    pressed = await ask(stage, "POST")

    assert [status for status, _, _ in looked] == [200] * 4
    assert (before, pressed[0], await vouched(stage)) == (False, 200, True)
    assert "<form" in looked[0][1]
    assert "<form" not in pressed[1]


async def test_the_button_works_once(stage: Stage) -> None:
    await filled(stage.hub, link())

    answers = [(await ask(stage, "POST"))[0] for _ in range(3)]

    assert answers == [200, 410, 410]
    assert (await ask(stage, "GET"))[0] == 410


async def test_a_press_says_by_which_address(stage: Stage) -> None:
    await filled(stage.hub, link())
    await ask(stage, "POST")

    contact = await stage.hub.store.get(CONTACTS, "k1")
    assert contact is not None
    assert contact.vouched is not None
    assert contact.vouched.reason == "link sent to anna@customer.example"


async def test_a_link_that_is_old_followed_by_another_or_made_up_does_nothing(
    stage: Stage, clock: ManualClock
) -> None:
    later = link("another", at=AT + timedelta(minutes=2), until=AT + timedelta(hours=9))
    await filled(stage.hub, link())
    made_up = [(await ask(stage, "POST", code))[0] for code in ("nothing", "x" * 300)]
    await stage.hub.store.commit([Put(VERIFICATIONS, later)])
    followed = (await ask(stage, "POST"))[0]
    await clock.advance(10 * 3600)
    old = (await ask(stage, "POST", "another"))[0]

    assert (made_up, followed, old) == ([410, 410], 410, 410)
    assert not await vouched(stage)


async def test_a_conversation_that_is_somebody_elses_by_now_is_not_made_certain(
    stage: Stage,
) -> None:
    await filled(stage.hub, link())
    identity = await stage.hub.store.get(IDENTITIES, "i1")
    assert identity is not None
    other = Contact(id=ContactId("k2"), created_at=AT, updated_at=AT)
    moved = identity.model_copy(update={"contact_id": "k2"})
    await stage.hub.store.commit([Put(CONTACTS, other), Put(IDENTITIES, moved)])

    assert (await ask(stage, "POST"))[0] == 410
    assert not await vouched(stage)


async def test_guessing_is_limited_and_the_page_tells_nobody_where_it_stands(stage: Stage) -> None:
    await filled(stage.hub, link())
    statuses = [(await ask(stage, "POST", f"guess-{n}"))[0] for n in range(31)]
    _, page, headers = await ask(stage, "GET")

    assert statuses == [*[410] * 30, 429]
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in headers["X-Robots-Tag"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "anna" not in page


@pytest.mark.parametrize(
    "accepted, words", [("ru-RU,ru;q=0.9,en;q=0.5", "Да, это я"), ("fr", "Yes, it is me")]
)
async def test_the_page_is_in_the_browsers_language(
    stage: Stage, accepted: str, words: str
) -> None:
    await filled(stage.hub, link())

    assert words in (await ask(stage, "GET", **{"Accept-Language": accepted}))[1]


async def mail_channel(hub: Embedded) -> None:
    letters = Channel(
        id=ChannelId("letters"), type=ChannelType("email"), name="Mail", created_at=AT,
        updated_at=AT,
    )  # fmt: skip
    await hub.store.commit([Put(CHANNELS, letters)])


async def standing(
    hub: Embedded, clock: ManualClock, public_url: str | None = "https://hub.example"
) -> dict[str, Any]:
    """How it stands with the links, as an agent sees it."""
    options = InboxOptions(public_url=public_url)
    async with open_stage(hub, options, clock=clock) as stage, stage.browser() as agent:
        answer = await agent.get(f"/conversations/{CASE.id}/verification")
    assert answer.status == 200
    told: dict[str, Any] = answer.data
    return told


async def test_it_is_told_where_a_link_may_go_and_what_became_of_the_last(
    hub: Embedded, clock: ManualClock
) -> None:
    await mail_channel(hub)
    await filled(hub, link("first"), link(at=AT + timedelta(seconds=5)))

    told = await standing(hub, clock)

    assert told["addresses"] == ["anna@customer.example"]
    assert (told["hindrance"], told["answers"]) == (None, False)
    assert told["link"] | {"by": None} == {
        "to": "anna@customer.example",
        "by": None,
        "at": (AT + timedelta(seconds=5)).isoformat().replace("+00:00", "Z"),
        "until": (AT + HOLDS_FOR).isoformat().replace("+00:00", "Z"),
        "used_at": None,
    }


async def test_it_is_told_why_no_link_can_be_sent(hub: Embedded, clock: ManualClock) -> None:
    await filled(hub)
    without = [
        (await standing(hub, clock, public_url=None))["hindrance"],
        (await standing(hub, clock))["hindrance"],
    ]
    await mail_channel(hub)
    await filled(hub, *(link(f"{n}", at=AT - timedelta(minutes=n)) for n in range(3)))
    many = await standing(hub, clock)
    await hub.store.commit([Put(CONVERSATIONS, CASE.model_copy(update={"verified": True}))])
    certain = await standing(hub, clock)

    assert without == ["no_public_url", "no_mail_channel"]
    assert many["hindrance"] == "too_many"
    assert many["again_at"] == (AT + timedelta(minutes=58)).isoformat().replace("+00:00", "Z")
    assert certain["hindrance"] == "verified"


async def test_in_a_conversation_by_mail_a_link_goes_to_its_author_alone(
    hub: Embedded, clock: ManualClock
) -> None:
    await filled(hub)
    await hub.store.commit([Put(CONVERSATIONS, CASE.model_copy(update={"thread_kind": "email"}))])

    told = await standing(hub, clock)

    assert (told["answers"], told["addresses"], told["hindrance"]) == (True, [], "no_address")


async def says(admin: Browser, path: str, body: Any, code: str) -> bool:
    """It is refused for this reason; until the router has read the book, for another."""
    refused = await admin.post(path, body)
    return bool(refused.data.get("reason_code") == code)


async def test_what_is_personal_is_told_once_the_link_was_opened(hub: Embedded) -> None:
    mail = Channel(
        id=ChannelId("letters"), type=ChannelType("email"), name="Mail", created_at=AT,
        updated_at=AT,
    )  # fmt: skip
    site = mail.model_copy(update={"id": "site", "type": "webchat"})
    balance = FieldDefinition(
        id="f1", key="balance", name="Balance", personal=True, created_at=AT, updated_at=AT
    )
    text = "You have {{field.balance}}."
    canned = CannedReply(
        id="cr1", name="Balance", shortcut="balance", text=text, created_at=AT, updated_at=AT
    )
    await hub.store.commit(
        [
            Put(CHANNELS, mail),
            Put(CHANNELS, site),
            Put(FIELDS, balance),
            Put(CANNED_REPLIES, canned),
        ]
    )
    await ensure_policies(hub.store, AT)
    await filled(hub)
    clock = SystemClock()
    policy = Policy(public_url="https://hub.example")
    leases = Leases(hub.store, clock, "test", exclusive=True)
    router = Router(hub.bus, hub.store, clock, leases, policy=policy)
    messages = f"/conversations/{CASE.id}/messages"
    reply = {"kind": "reply", "canned": {"id": "cr1"}}
    async with (
        open_stage(hub) as stage,
        running([Service("router", router.run)]),
        stage.browser() as admin,
        stage.program(Role.BOT) as bot,
    ):
        await until(lambda: says(admin, messages, reply, "canned_personal"))
        sent = await bot.post(f"/conversations/{CASE.id}/verification", {})
        page = await hub.store.find(
            PARTS, equal={"message_id": sent.data["message"]["id"]}, order="index"
        )
        code = page.items[0].content.text.partition("/verify/")[2].split()[0]
        pressed = await ask(stage, "POST", code)

        async def is_certain() -> bool:
            return bool((await admin.get(f"/conversations/{CASE.id}")).data["verified"])

        await until(is_certain)
        told = await admin.post(messages, reply)

    assert (sent.status, pressed[0]) == (201, 200)
    assert code not in str(sent.data)
    assert told.data["message"]["content"]["text"] == "You have 100."
