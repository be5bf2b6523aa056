"""The pure decisions, by tables."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.counts import moves
from router.delivery import delivery_of, with_news, with_total
from router.inbound.reactions import reactions_after
from router.partitions import fair_share
from router.previews import preview_of
from router.sorting import is_late, later_place, sort_key
from router.threading import Choice, after_customer_wrote, choose, waiting_since
from shared.events import count_keys
from shared.ids import (
    AgentId,
    ChannelId,
    ChannelType,
    ContactId,
    ConversationId,
    ExternalId,
    IdentityId,
    MessageId,
    TeamId,
)
from shared.model.content import Attachment, AttachmentKind, Content, Unsupported
from shared.model.conversation import Conversation, PendingFor, Status
from shared.model.delivery import Delivery, Failure, FailureKind, PartDelivery
from shared.model.inbound import InboundKind
from shared.model.message import Direction, Message, Reaction
from shared.model.people import Actor, ActorKind, Participant
from tests.router.world import AGENT, START, inbound

D = Delivery


def parts(*states: Delivery) -> tuple[PartDelivery, ...]:
    return tuple(PartDelivery(index=n, state=state, at=START) for n, state in enumerate(states))


def conversation(**fields: object) -> Conversation:
    base = Conversation(
        id=ConversationId("c00" + "0" * 32),
        channel_id=ChannelId("shop"),
        channel_type=ChannelType("telegram"),
        thread=ExternalId("chat-1"),
        contact_id=ContactId("k1"),
        identity_id=IdentityId("i1"),
        last_activity_at=START,
        created_at=START,
    )
    return base.model_copy(update=fields)


def message(direction: Direction, **fields: object) -> Message:
    base = Message(
        id=MessageId("m00" + "0" * 32),
        conversation_id=ConversationId("c00" + "0" * 32),
        channel_id=ChannelId("shop"),
        seq=0,
        sort="!000000000",
        direction=direction,
        author=AGENT,
        at=START,
        accepted_at=START,
    )
    return base.model_copy(update=fields)


@pytest.mark.parametrize(
    "states, whole",
    [
        ((), D.QUEUED),
        ((D.QUEUED,), D.QUEUED),
        ((D.SENDING,), D.SENDING),
        ((D.SENT, D.QUEUED), D.SENDING),
        ((D.SENT, D.SENDING), D.SENDING),
        ((D.SENT, D.DELIVERED), D.SENT),
        ((D.READ, D.DELIVERED), D.DELIVERED),
        ((D.READ, D.READ), D.READ),
        ((D.SENT, D.FAILED, D.HELD), D.FAILED),
        ((D.SENT, D.UNKNOWN, D.HELD), D.UNKNOWN),
        ((D.UNKNOWN, D.FAILED), D.FAILED),
        ((D.CANCELLED,), D.CANCELLED),
        ((D.CANCELLED, D.SENT), D.SENT),
        ((D.HELD, D.HELD), D.HELD),
    ],
)
def test_a_message_is_as_far_as_its_parts_let_it_be(
    states: tuple[Delivery, ...], whole: Delivery
) -> None:
    assert delivery_of(parts(*states)) is whole


def test_news_of_a_part_that_is_not_there_yet_adds_it() -> None:
    after = with_news(parts(D.SENT), 2, D.SENT, at=START, external_ids=(ExternalId("9"),))

    assert [part.state for part in after] == [D.SENT, D.QUEUED, D.SENT]
    assert after[2].external_ids == ("9",)


def test_news_that_is_known_changes_nothing() -> None:
    before = with_news(parts(D.QUEUED), 0, D.SENT, at=START, external_ids=(ExternalId("9"),))

    after = with_news(before, 0, D.SENT, at=START, external_ids=(ExternalId("9"),))

    assert after is before


def test_the_reason_goes_when_the_message_arrived_after_all() -> None:
    failure = Failure(kind=FailureKind.UNKNOWN, reason="no answer")
    before = with_news(parts(D.QUEUED), 0, D.UNKNOWN, at=START, failure=failure)

    after = with_news(before, 0, D.SENT, at=START)

    assert before[0].failure == failure
    assert after[0].failure is None


@given(st.lists(st.sampled_from(list(Delivery)), max_size=12))
def test_a_delivered_part_is_never_less_than_delivered_again(news: list[Delivery]) -> None:
    after = parts(D.DELIVERED)
    for one in news:
        after = with_news(after, 0, one, at=START)

    assert after[0].state in (D.DELIVERED, D.READ)


def test_planned_parts_are_added_once() -> None:
    after = with_total(with_total(parts(D.QUEUED), 3, START), 3, START)

    assert [part.index for part in after] == [0, 1, 2]


@pytest.mark.parametrize(
    "earlier, later",
    [
        (("105", None, 3), ("106", "105", 4)),
        (("105", None, 3), (None, "105", 4)),
        ((None, "105", 4), ("106", "105", 5)),
        (("104", "105", 9), (None, "105", 3)),
        (("104", "105", 9), ("105", "104", 3)),
        (("10", None, 9), ("105", "10", 3)),
        ((None, None, 0), (None, None, 1)),
        ((None, None, 0), ("1", None, 1)),
    ],
)
def test_messages_stand_by_place_and_then_by_acceptance(
    earlier: tuple[str | None, str | None, int], later: tuple[str | None, str | None, int]
) -> None:
    assert sort_key(*earlier) < sort_key(*later)


@pytest.mark.parametrize(
    "place, last, late, highest",
    [
        ("5", None, False, "5"),
        ("5", "4", False, "5"),
        ("4", "5", True, "5"),
        ("5", "5", False, "5"),
        (None, "5", False, "5"),
        (None, None, False, None),
    ],
)
def test_what_comes_after_its_followers_is_late(
    place: str | None, last: str | None, late: bool, highest: str | None
) -> None:
    assert is_late(place, last) is late
    assert later_place(place, last) == highest


@pytest.mark.parametrize(
    "status, resolved_days_ago, quiet, choice",
    [
        (Status.OPEN, None, False, Choice.CONTINUE),
        (Status.PENDING, None, False, Choice.CONTINUE),
        (Status.SNOOZED, None, False, Choice.CONTINUE),
        (Status.RESOLVED, 1, False, Choice.REOPEN),
        (Status.RESOLVED, 7, False, Choice.REOPEN),
        (Status.RESOLVED, 8, False, Choice.NEW),
        (Status.RESOLVED, 8, True, Choice.CONTINUE),
    ],
)
def test_a_message_goes_into_the_right_case(
    status: Status, resolved_days_ago: int | None, quiet: bool, choice: Choice
) -> None:
    at = START - timedelta(days=resolved_days_ago) if resolved_days_ago is not None else None
    latest = conversation(status=status, resolved_at=at)

    assert choose(latest, START, timedelta(days=7), quiet=quiet) is choice


def test_the_first_message_of_a_thread_begins_a_case() -> None:
    assert choose(None, START, timedelta(days=7), quiet=True) is Choice.NEW


@pytest.mark.parametrize(
    "status, pending_for, opens",
    [
        (Status.OPEN, None, False),
        (Status.SNOOZED, None, True),
        (Status.PENDING, PendingFor.CUSTOMER, True),
        (Status.PENDING, PendingFor.THIRD_PARTY, False),
        (Status.PENDING, PendingFor.COLLEAGUE, False),
    ],
)
def test_a_case_that_waits_for_the_customer_opens_when_they_write(
    status: Status, pending_for: PendingFor | None, opens: bool
) -> None:
    changes = after_customer_wrote(conversation(status=status, pending_for=pending_for))

    assert (changes.get("status") is Status.OPEN) is opens


def test_a_cancelled_answer_is_no_answer() -> None:
    asked = message(Direction.INBOUND, at=START)
    cancelled = message(Direction.OUTBOUND, delivery=D.CANCELLED)
    note = message(Direction.NOTE)
    sent = message(Direction.OUTBOUND, delivery=D.SENT)

    assert waiting_since([cancelled, note, asked, sent]) == START
    assert waiting_since([sent, asked]) is None
    assert waiting_since([]) is None


@pytest.mark.parametrize(
    "content, kind, text",
    [
        (Content(text="  two\n lines "), "text", "two lines"),
        (Content(text="x" * 200), "text", "x" * 139 + "…"),
        (Content(blocks=(Unsupported(name="gift"),)), "unsupported", "gift"),
        (
            Content(attachments=(Attachment(id="1", kind=AttachmentKind.VOICE),)),
            "voice",
            "",
        ),
        (
            Content(
                text="look", attachments=(Attachment(id="1", kind=AttachmentKind.IMAGE, name="a"),)
            ),
            "image",
            "look",
        ),
    ],
)
def test_the_list_shows_a_message_in_one_line(content: Content, kind: str, text: str) -> None:
    preview = preview_of(message(Direction.INBOUND, content=content))

    assert (preview.kind, preview.text) == (kind, text)


def test_a_deleted_message_shows_no_text() -> None:
    preview = preview_of(message(Direction.INBOUND, content=Content(text="x"), deleted_at=START))

    assert (preview.kind, preview.text) == ("deleted", "")


@pytest.mark.parametrize(
    "partitions, shares",
    [
        (4, [4]),
        (4, [2, 2]),
        (4, [2, 1, 1]),
        (4, [1, 1, 1, 1]),
        (4, [1, 1, 1, 1, 0, 0]),
        (16, [6, 5, 5]),
    ],
)
def test_partitions_are_shared_fairly(partitions: int, shares: list[int]) -> None:
    routers = len(shares)

    assert [fair_share(partitions, routers, place) for place in range(routers)] == shares


def test_new_reactions_of_a_person_replace_their_old_ones() -> None:
    somebody = Actor(kind=ActorKind.CONTACT, id="other")
    me = Actor(kind=ActorKind.CONTACT, id="me")
    before = message(
        Direction.OUTBOUND,
        reactions=(Reaction(emoji="👍", by=me), Reaction(emoji="👍", by=somebody)),
    )
    item = inbound(
        kind=InboundKind.REACTION,
        author=Participant(external_id=ExternalId("me")),
        reactions_new=("🔥",),
    )

    after = reactions_after(before, item, me)

    assert [(one.emoji, one.by.id) for one in after] == [("👍", "other"), ("🔥", "me")]


def test_of_somebody_unknown_only_the_difference_counts() -> None:
    nobody = Actor(kind=ActorKind.CONTACT, id=None)
    one = Reaction(emoji="👍", by=nobody)
    before = message(Direction.OUTBOUND, reactions=(one, one))
    item = inbound(
        kind=InboundKind.REACTION, author=None, reactions_old=("👍",), reactions_new=("🔥",)
    )

    after = reactions_after(before, item, nobody)

    assert [reaction.emoji for reaction in after] == ["👍", "🔥"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"unread": 3},
        {"status": Status.RESOLVED},
        {"assignee_id": AgentId("anna")},
        {"team_id": TeamId("sales")},
        {"labels": ("vip",)},
        {"followers": (AgentId("anna"),)},
        {"merged_into": ConversationId("c01" + "0" * 32)},
    ],
)
def test_a_conversation_moves_the_counters_that_it_leaves_and_enters(
    fields: dict[str, object],
) -> None:
    before, after = conversation(), conversation(**fields)

    left, entered = moves(before, after)

    assert left == count_keys(before) - count_keys(after)
    assert entered == count_keys(after) - count_keys(before)
