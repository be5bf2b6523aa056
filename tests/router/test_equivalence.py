"""However items are cut into batches, and however often they come, the documents are the same."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shared.ids
from shared.collections import (
    AUDIT,
    CONTACTS,
    CONVERSATIONS,
    COUNTERS,
    EXTERNAL_REFS,
    IDENTITIES,
    MESSAGES,
    OUTCOMES,
    PARKED_RECEIPTS,
    PARTS,
    SEEN_EVENTS,
    THREADS,
    TIMERS,
)
from shared.commands import (
    Assign,
    Cancel,
    Command,
    DeleteMessage,
    Edit,
    MarkRead,
    Note,
    Pend,
    Reply,
    Resend,
    Resolve,
    SetLabels,
    publication,
)
from shared.envelope import Envelope
from shared.ids import CommandId, ExternalId
from shared.model.content import Content
from shared.model.conversation import Conversation, PendingFor
from shared.model.delivery import Delivery, Failure, FailureKind
from shared.model.inbound import InboundKind, Origin, Receipt
from shared.model.message import Message
from shared.ports.store import Collection
from tests.router.tenure import HOME, Tenure
from tests.router.world import (
    AGENT,
    CHANNEL,
    START,
    World,
    a_world,
    inbound,
    item_publication,
    receipt_publication,
    sent,
)

STATE: tuple[Collection[Any], ...] = (
    AUDIT,
    CONTACTS,
    CONVERSATIONS,
    EXTERNAL_REFS,
    IDENTITIES,
    MESSAGES,
    OUTCOMES,
    PARKED_RECEIPTS,
    PARTS,
    SEEN_EVENTS,
    THREADS,
    TIMERS,
)


@contextmanager
def counted_ids() -> Iterator[None]:
    """Ids that are the same in every run."""
    numbers = itertools.count(1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shared.ids, "_uuid7", lambda now_ms=None: next(numbers))
        yield


class Run:
    """One partition, with items put into its hands."""

    def __init__(self, world: World, tenure: Tenure) -> None:
        self.world = world
        self._tenure = tenure

    async def handle(self, envelopes: Sequence[Envelope], *, again: bool = False) -> None:
        await self._tenure.handle(*envelopes, again=again)

    async def change_hands(self) -> None:
        """Give the partition up, and let somebody claim it who remembers nothing."""
        await self._tenure.end()
        self._tenure = await Tenure.begin(self.world)

    async def state(self, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Every document but those that count commits, and the events without their numbers."""
        state: dict[str, Any] = {}
        for collection in STATE:
            if collection.name not in without:
                page = await self.world.store.find(collection, equal={}, limit=500)
                state[collection.name] = {document.id: document for document in page.items}
        counters = await self.world.store.find(COUNTERS, equal={}, limit=500)
        state["counters"] = {one.id: one.value for one in counters.items if one.value}
        state["events"] = [plain(event) for event in await self.world.events(HOME)]
        return state


def plain(event: Any) -> Any:
    """An event without its number."""
    return event["kind"], {key: value for key, value in event["payload"].items() if key != "seq"}


@asynccontextmanager
async def a_run(folder: Path) -> AsyncIterator[Run]:
    with counted_ids():
        async with a_world(folder) as world:
            yield Run(world, await Tenure.begin(world))


def command(name: int, made: Command) -> Envelope:
    publishing = publication(made, CommandId(f"x{name}"), at=START, source="inbox", trace_id="t")
    return publishing.envelope


async def begin(run: Run) -> tuple[Conversation, Message]:
    """A conversation with a question and a queued answer, the same in every run."""
    await run.handle([item_publication(inbound(key="q", external_id="1", place="001")).envelope])
    conversation = await run.world.conversation()
    reply = Reply(conversation_id=conversation.id, actor=AGENT, text="answer")
    await run.handle([command(0, reply)])
    *_, message = await run.world.messages()
    return conversation, message


def from_platform(n: int, kind: InboundKind, id: str, text: str, origin: Origin) -> Envelope:
    item = inbound(
        key=f"e{n}",
        kind=kind,
        origin=origin,
        external_id=id,
        target_external_id=id,
        content=Content(text=text),
        place=f"00{id}" if kind is InboundKind.MESSAGE else None,
        reactions_new=(text,) if kind is InboundKind.REACTION else (),
        reachable=text == "a" if kind is InboundKind.CONTACT else None,
        service="title" if kind is InboundKind.THREAD else None,
    )
    return item_publication(item).envelope


def of_receipt(n: int, made: Receipt) -> Envelope:
    return receipt_publication(made, partition=HOME, id=f"r{n}").envelope


KINDS = [
    *[InboundKind.MESSAGE] * 4,
    InboundKind.EDIT,
    InboundKind.DELETE,
    InboundKind.REACTION,
    InboundKind.READ,
    InboundKind.CONTACT,
    InboundKind.THREAD,
    InboundKind.UNSUPPORTED,
]
PLATFORM = st.tuples(
    st.just("platform"),
    st.sampled_from(KINDS),
    st.sampled_from(["1", "2", "3", "4"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from([Origin.USER, Origin.USER, Origin.AGENT_APP, Origin.ECHO]),
)
RECEIPT = st.tuples(
    st.just("receipt"),
    st.sampled_from(
        [Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.FAILED, Delivery.UNKNOWN]
    ),
    st.sampled_from(["part", "id", "up_to"]),
    st.integers(0, 1),
    st.sampled_from(["3", "4"]),
)
COMMAND = st.tuples(
    st.just("command"),
    st.sampled_from(
        [
            (Reply, {"text": "more"}),
            (Note, {"text": "note"}),
            (Resolve, {}),
            (Assign, {}),
            (SetLabels, {"add": ("vip",)}),
            (Pend, {"waits_for": PendingFor.CUSTOMER}),
            (MarkRead, {"up_to": 1}),
            (Cancel, {"message_id": True}),
            (Resend, {"message_id": True}),
            (Edit, {"message_id": True, "text": "changed"}),
            (DeleteMessage, {"message_id": True}),
        ]
    ),
)
STEPS = st.lists(PLATFORM | RECEIPT | COMMAND, min_size=1, max_size=12)


def envelope_of(n: int, step: Any, conversation: Conversation, message: Message) -> Envelope:
    """A step as it comes from the bus."""
    if step[0] == "platform":
        return from_platform(n, *step[1:])
    if step[0] == "command":
        kind, fields = step[1]
        named = {"message_id": message.id} if fields.get("message_id") else {}
        values = {**fields, **named, "conversation_id": conversation.id, "actor": AGENT}
        return command(n + 1, kind.model_validate(values))
    _, state, way, index, id = step
    failure = Failure(kind=FailureKind.REJECTED, reason="no") if state is Delivery.FAILED else None
    if way == "part":
        ids = (id,) if state in (Delivery.SENT, Delivery.DELIVERED, Delivery.READ) else ()
        return of_receipt(
            n, sent(message, *ids, index=index, state=state, failure=failure, total=index + 1)
        )
    ids = () if way == "up_to" else (ExternalId(id),)
    receipt = Receipt(
        channel_id=CHANNEL,
        thread=ExternalId("chat-1"),
        state=state,
        external_ids=ids,
        up_to=way == "up_to",
        failure=failure,
        at=START,
    )
    return of_receipt(n, receipt)


@asynccontextmanager
async def a_begun_run(steps: Sequence[Any]) -> AsyncIterator[tuple[Run, list[Envelope]]]:
    with TemporaryDirectory(dir=memory()) as folder:
        async with a_run(Path(folder)) as run:
            conversation, message = await begin(run)
            yield run, [envelope_of(n, s, conversation, message) for n, s in enumerate(steps)]


def memory() -> str | None:
    """Where files need no disk, if there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - only test data


FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.mark.timeout(180)
@FEW
@given(STEPS)
async def test_one_batch_and_one_by_one_and_by_many_hands_give_the_same_documents(
    steps: list[Any],
) -> None:
    async with a_begun_run(steps) as (run, envelopes):
        await run.handle(envelopes)
        together = await run.state()

    async with a_begun_run(steps) as (run, envelopes):
        for envelope in envelopes:
            await run.handle([envelope])
        alone = await run.state()

    async with a_begun_run(steps) as (run, envelopes):
        for envelope in envelopes:
            await run.change_hands()
            await run.handle([envelope])
        anew = await run.state()

    assert together == alone
    assert together == anew


@pytest.mark.timeout(180)
@FEW
@given(STEPS)
async def test_a_batch_that_is_delivered_again_changes_nothing(steps: list[Any]) -> None:
    async with a_begun_run(steps) as (run, envelopes):
        await run.handle(envelopes)
        once = await run.state()
        await run.handle(envelopes, again=True)
        twice = await run.state()

    assert once == twice


@pytest.mark.timeout(180)
@FEW
@given(STEPS)
async def test_what_the_list_shows_follows_from_the_messages(steps: list[Any]) -> None:
    async with a_begun_run(steps) as (run, envelopes):
        await run.handle(envelopes)
        page = await run.world.store.find(CONVERSATIONS, equal={}, limit=100)
        for conversation in page.items:
            messages = await run.world.messages_of(conversation)
            assert conversation.messages == len(messages)
            assert sorted(message.seq for message in messages) == list(range(len(messages)))
