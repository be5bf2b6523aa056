"""What the router writes for a message, its reply and the receipt, to be written over and over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from shared.collections import CONVERSATIONS, EVENT_LOG, LEASES, MESSAGES, PARTS
from shared.commands import Reply
from shared.ids import ConversationId, MessageId, PartId, new_id, part_id
from shared.model.delivery import Delivery
from shared.ports.store import Change, Check, Put, Update
from tests.router.world import BOT, START, World, inbound, sent

TEXT: Final = (
    "Здравствуйте! Заказ ещё не пришёл. Подскажите, пожалуйста, когда его ждать?"
    " Заранее спасибо! zq0qz"
)
MARK: Final = "zq0qz"
_BETWEEN_S: Final = 5.0


class _Recording:
    """A store that remembers what was committed."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.commits: list[Sequence[Change]] = []

    async def commit(self, changes: Sequence[Change]) -> None:
        await self._store.commit(changes)
        self.commits.append(changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def found(self, kind: type[Change], collection: str) -> Sequence[Change]:
        """The last commit with such a change."""
        return next(
            changes
            for changes in reversed(self.commits)
            if any(isinstance(one, kind) and one.collection.name == collection for one in changes)
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: a message of a chat, and the names that are its own."""

    conversation_id: ConversationId
    id: MessageId
    part_id: PartId
    number: int
    """The bench's."""
    seq: int
    """Higher with each; the events of its commit have the next ones."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The commits of one message on its way. What is written anew has names and numbers of its own;
    conditions are left to the documents that are there."""

    conversations: Sequence[ConversationId]
    """One for each chat."""
    came_in: Sequence[Change]
    replied: Sequence[Change]
    told: Sequence[Change]

    @staticmethod
    def claimed(turn: Turn) -> Sequence[Change]:
        """An attempt has begun."""
        values = {"state": Delivery.SENDING, "attempt": 1, "changed_at": START}
        return [Update(PARTS, turn.part_id, values)]

    @staticmethod
    def settled(turn: Turn) -> Sequence[Change]:
        """What came of it."""
        values = {"state": Delivery.SENT, "open": False, "changed_at": START}
        return [Update(PARTS, turn.part_id, values)]


async def recorded(world: World, chats: int) -> Recorded:
    """Let a real router handle them once, in a thread that it knows already, each a while after
    the other and with other words: so each moves what a conversation is sorted by and shown as."""
    names = [f"chat-{number}" for number in range(chats)]
    for name in names:
        await world.tell(inbound(name, text="Здравствуйте!"))
    conversations = [(await world.conversation(name)).id for name in names]
    store = world.store
    recording = _Recording(store)
    world.store = recording
    await world.clock.advance(_BETWEEN_S)
    at = world.clock.now()
    await world.tell(inbound(names[0], text=TEXT, occurred_at=at, received_at=at))
    came_in = recording.found(Put, MESSAGES.name)
    await world.clock.advance(_BETWEEN_S)
    await world.ask(Reply(conversation_id=conversations[0], actor=BOT, text=TEXT))
    replied = recording.found(Put, PARTS.name)
    await world.clock.advance(_BETWEEN_S)
    await world.report(sent((await world.messages(names[0]))[-1], "1001", at=world.clock.now()))
    told = recording.found(Update, MESSAGES.name)
    world.store = store
    return Recorded(conversations, came_in, replied, told)


def next_turn(conversation_id: ConversationId, number: int, seq: int) -> Turn:
    """A message with names that nothing has yet."""
    id = MessageId(new_id("m"))
    return Turn(conversation_id, id, part_id(id, 0), number, seq)


def anew(changes: Sequence[Change], turn: Turn) -> tuple[list[Change], str]:
    """The same changes for another message; and the first event among them, as its JSON."""
    seq = turn.seq
    made: list[Change] = []
    event = ""
    for change in changes:
        match change:
            case Put(collection=collection, document=document):
                own: dict[str, Any] = {"id": new_id("x")}
                if collection.name == MESSAGES.name:
                    own = {"id": turn.id, "conversation_id": turn.conversation_id}
                    own |= {"seq": seq, "sort": f"{seq:019d}"}
                elif collection.name == PARTS.name:
                    own = {"id": turn.part_id, "message_id": turn.id}
                elif collection.name == EVENT_LOG.name:
                    seq += 1
                    text = document.envelope.replace(MARK, f"zq{turn.number}qz")
                    own = {"id": f"00-{seq:012d}", "seq": seq, "envelope": text}
                    event = event or text
                made.append(replace(change, document=document.model_copy(update=own)))
            case Update(collection=collection):
                names = {CONVERSATIONS.name: turn.conversation_id, MESSAGES.name: turn.id}
                values = {"seq": seq} if collection.name == LEASES.name else _now(change.set)
                id = names.get(collection.name, change.id)
                made.append(replace(change, id=id, set=values, expect={}))
            case Check(id=id):
                made.append(replace(change, expect={"id": id}))
            case _:
                made.append(change)
    return made, event


def _now(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the present time for the recorded one."""
    now = datetime.now(UTC)
    return {name: now if isinstance(value, datetime) else value for name, value in values.items()}
