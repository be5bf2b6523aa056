"""Contacts over the API: found, changed, vouched for, blocked, merged, and their timeline."""

from datetime import timedelta
from typing import Any

import pytest

from shared.collections import (
    AUDIT,
    CONTACTS,
    CONVERSATIONS,
    IDENTITIES,
    MESSAGES,
    SEGMENTS,
    TIMERS,
    identity_id,
)
from shared.contacts.keys import keys_of
from shared.ids import ChannelType, ContactId, ExternalId
from shared.model.people import Contact, Identifier, IdentifierKind, Identity, Role
from shared.model.segment import Segment, SegmentRule
from shared.ports.store import Change, Put
from tests.inbox.stage import AT, Stage, a_conversation, a_message

EMAIL = Identifier(kind=IdentifierKind.EMAIL, value="Ann@Example.com")


async def person(stage: Stage, id: str, *identifiers: Identifier, **fields: Any) -> Identity:
    """A contact with one identity and one conversation of two messages."""
    kind, address = ChannelType("webchat"), ExternalId(f"v-{id}")
    number = int(id.removeprefix("k"))
    contact = Contact.model_validate(
        {"id": id, "name": f"Person {id}", "created_at": AT, "updated_at": AT} | fields
    )
    identity = Identity(
        id=identity_id(kind, address),
        channel_type=kind,
        external_id=address,
        contact_id=ContactId(id),
        identifiers=identifiers,
        keys=keys_of(kind, address, identifiers),
        created_at=AT,
        updated_at=AT,
    )
    case = a_conversation(
        id,
        contact_id=ContactId(id),
        identity_id=identity.id,
        last_activity_at=AT + timedelta(minutes=number),
    )
    changes: list[Change] = [Put(CONTACTS, contact), Put(IDENTITIES, identity)]
    changes.append(Put(CONVERSATIONS, case))
    for seq in range(2):
        at = AT + timedelta(minutes=10 * seq + number)
        message = a_message(case, seq, f"{id}-{seq}", at=at)
        changes.append(Put(MESSAGES, message))
    await stage.hub.store.commit(changes)
    return identity


async def test_a_merge_is_one_history_and_undoing_it_two(stage: Stage) -> None:
    await person(stage, "k1")
    await person(stage, "k2")
    async with stage.browser() as browser:
        merged = await browser.post("/contacts/k1/merge", {"from_id": "k2"})
        shown = await browser.get("/contacts/k2")
        first = await browser.get("/contacts/k1/timeline?limit=3")
        rest = await browser.get(f"/contacts/k1/timeline?limit=3&cursor={first.data['next']}")
        cases = await browser.get("/conversations?contact_id=k1")
        standing = await browser.get("/contacts/k1/merges")
        undone = await browser.post("/contacts/k1/unmerge", {"merge_id": merged.data["id"]})
        alone = await browser.get("/contacts/k2/conversations")
        left = await browser.get("/contacts/k1/merges")

    assert (merged.status, undone.status) == (200, 200)
    assert shown.data["contact"]["id"] == "k1"
    assert len(shown.data["identities"]) == 2
    texts = [one["content"]["text"] for one in first.data["items"] + rest.data["items"]]
    assert texts == ["k2-1", "k1-1", "k2-0", "k1-0"]
    assert rest.data["next"] is None
    assert [one["contact_name"] for one in cases.data["items"]]
    assert len(cases.data["items"]) == 2
    assert [one["id"] for one in standing.data["items"]] == [merged.data["id"]]
    assert left.data["items"] == []
    assert [one["contact_id"] for one in alone.data["items"]] == ["k2"]
    entries = await stage.hub.store.find(AUDIT, equal={}, order="at")
    actions = [one.action for one in entries.items]
    assert actions[-2:] == ["contact.merged", "contact.unmerged"]


async def test_an_equal_address_that_nobody_verified_is_suggested_until_it_is_dismissed(
    stage: Stage,
) -> None:
    await person(stage, "k1", EMAIL)
    await person(stage, "k2", EMAIL.model_copy(update={"value": "ann@example.com"}))
    await person(stage, "k3")
    async with stage.browser() as browser:
        offered = await browser.get("/contacts/k1/suggestions")
        dismissed = await browser.post("/contacts/k1/suggestions/dismiss", {"other_id": "k2"})
        after = await browser.get("/contacts/k1/suggestions")
        other_way = await browser.get("/contacts/k2/suggestions")

    [suggestion] = offered.data["items"]
    assert (suggestion["contact"]["id"], suggestion["keys"]) == ("k2", ["email:ann@example.com"])
    assert dismissed.status == 204
    assert after.data["items"] == other_way.data["items"] == []


async def test_who_is_merged_away_or_the_same_is_not_merged_again(stage: Stage) -> None:
    for id in ("k1", "k2", "k3"):
        await person(stage, id)
    async with stage.browser() as browser:
        await browser.post("/contacts/k1/merge", {"from_id": "k2"})
        again = await browser.post("/contacts/k1/merge", {"from_id": "k2"})
        itself = await browser.post("/contacts/k1/merge", {"from_id": "k1"})
        elsewhere = await browser.post("/contacts/k3/merge", {"from_id": "k2"})
        nobody = await browser.post("/contacts/k1/merge", {"from_id": "k9"})
        strange = await browser.post("/contacts/k3/unmerge", {"merge_id": "j-none"})

    refused = (again, itself, elsewhere, nobody)
    assert [one.status for one in refused] == [422] * 4
    assert {one.data["field"] for one in refused} == {"from_id"}
    assert (strange.status, strange.data["field"]) == (422, "merge_id")


async def test_a_block_needs_a_reason_and_is_noted_where_messages_come_in(stage: Stage) -> None:
    identity = await person(stage, "k1")
    async with stage.browser() as browser:
        bare = await browser.post("/contacts/k1/block", {})
        blank = await browser.post("/contacts/k1/block", {"reason": "  "})
        over = await browser.post("/contacts/k1/block", {"reason": "x", "until": AT.isoformat()})
        blocked = await browser.post("/contacts/k1/block", {"reason": "threats"})
        noted = await stage.hub.store.get(IDENTITIES, identity.id)
        freed = await browser.delete("/contacts/k1/block")
        after = await stage.hub.store.get(IDENTITIES, identity.id)

    assert (bare.status, blank.status, over.status) == (422, 422, 422)
    assert (blank.data["field"], over.data["field"]) == ("reason", "until")
    assert blocked.data["contact"]["block"]["reason"] == "threats"
    assert noted is not None
    assert noted.block is not None
    assert noted.block.reason == "threats"
    assert freed.data["contact"]["block"] is None
    assert after is not None
    assert after.block is None


async def test_segments_follow_from_hand_and_rule_and_conversations_are_told(stage: Stage) -> None:
    rule = SegmentRule(attributes={"company": "*"})
    for segment in (
        Segment(id="vip", name="VIP", created_at=AT, updated_at=AT),
        Segment(id="firm", name="Firm", position=1, rule=rule, created_at=AT, updated_at=AT),
    ):
        await stage.hub.store.commit([Put(SEGMENTS, segment)])
    await person(stage, "k1")
    async with stage.browser() as browser:
        wrong = await browser.patch("/contacts/k1", {"segments": ["nobody"]})
        zone = await browser.patch("/contacts/k1", {"time_zone": "Mars/Base"})
        name = await browser.patch("/contacts/k1", {"attributes": {"No Name": "x"}})
        changed = await browser.patch(
            "/contacts/k1",
            {"segments": ["vip"], "attributes": {"company": "ACME"}, "language": "de-AT"},
        )
        vouched = await browser.post("/contacts/k1/vouch", {"reason": "called back"})

    assert (wrong.status, wrong.data["field"]) == (422, "segments")
    assert (zone.status, zone.data["field"]) == (422, "time_zone")
    assert name.status == 422
    assert changed.data["segments"] == ["vip", "firm"]
    assert changed.data["time_zone"] == "Europe/Vienna"
    assert vouched.data["contact"]["vouched"]["reason"] == "called back"
    told = await stage.hub.store.find(TIMERS, equal={}, order="due_at")
    assert [timer.kind for timer in told.items] == ["facts"]


@pytest.mark.parametrize(
    "words, found",
    [
        ("ann@example.com", ["k1"]),
        ("8 999 123 45 67", ["k2"]),
        ("Person k3", ["k3"]),
        ("nobody@example.com", []),
    ],
)
async def test_people_are_found_by_their_addresses_and_names(
    stage: Stage, words: str, found: list[str]
) -> None:
    phone = Identifier(kind=IdentifierKind.PHONE, value="+79991234567")
    await person(stage, "k1", EMAIL)
    await person(stage, "k2", phone)
    await person(stage, "k3")
    async with stage.browser() as browser:
        answer = await browser.get(f"/contacts?q={words.replace('+', '%2B').replace(' ', '%20')}")

    assert [one["id"] for one in answer.data["items"]] == found


async def test_a_rule_that_asks_for_nothing_is_refused(stage: Stage) -> None:
    async with stage.browser() as admin:
        refused = await admin.post("/segments", {"name": "All", "rule": {}})
        added = await admin.post("/segments", {"name": "Gold", "rule": {"labels": ["gold"]}})

    assert (refused.status, refused.data["field"]) == (422, "rule")
    assert added.status == 201


async def test_a_bot_reads_contacts_and_changes_none(stage: Stage) -> None:
    await person(stage, "k1")
    async with stage.program(Role.BOT) as bot:
        assert (await bot.get("/contacts/k1/timeline")).status == 200
        assert (await bot.post("/contacts/k1/block", {"reason": "x"})).status == 403
        assert (await bot.post("/contacts/k1/merge", {"from_id": "k2"})).status == 403
        assert (await bot.post("/contacts/k1/vouch", {})).status == 403
