"""The frames of the live feed, as the client reads and writes them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from inbox.board import Board
from shared.ids import ConversationId
from shared.model.base import Strict

Kind = Literal[
    "message.added",
    "message.changed",
    "conversation.changed",
    "command.done",
    "typing",
    "viewing",
    "draft.changed",
    "notification.added",
    "notifications.read",
    "presence.changed",
    "channel.changed",
    "settings.changed",
]


class ServerFrame(BaseModel):
    """What every frame of the server carries on its way."""

    number: int = 0
    """Counts the frames of this connection, from 1 on: a hole or a step back says that one was lost
    or came out of turn, and that the client has to come again with its last cursor."""

    def text(self) -> str:
        """Its JSON without the number, which each connection adds for itself."""
        return self.model_dump_json(exclude={"number"})


def numbered(frame: str, number: int) -> str:
    """The frame as it goes out on one connection; ``frame`` has none yet."""
    return f'{{"number":{number},{frame[1:]}'


class HelloFrame(ServerFrame):
    """The first frame. ``cursor`` is where the feed goes on from."""

    type: Literal["hello"] = "hello"
    cursor: str
    agent_id: str | None
    server_time: datetime


class EventFrame(ServerFrame):
    """Something happened. ``cursor`` is the position right after it."""

    type: Literal["event"] = "event"
    kind: Kind
    cursor: str
    partition: int | None
    seq: int | None
    at: datetime
    payload: dict[str, Any]


class ViewCount(BaseModel):
    """How many conversations a view holds."""

    key: str
    count: int
    more: bool = False
    """At least so many: beyond that it was not counted."""


class CountsFrame(ServerFrame):
    """Counts that changed, as they stand now."""

    type: Literal["counts"] = "counts"
    items: list[ViewCount]


class ResetFrame(ServerFrame):
    """The cursor was too old: reload what is shown, and go on from this one."""

    type: Literal["reset"] = "reset"
    cursor: str


class BoardNowFrame(ServerFrame):
    """The supervisor's board as it stands now, for those who watch it."""

    type: Literal["board"] = "board"
    board: Board


class PongFrame(ServerFrame):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"
    server_time: datetime


class ProblemFrame(ServerFrame):
    """A frame of the client's was refused; the feed goes on."""

    type: Literal["problem"] = "problem"
    detail: str


class StartFrame(Strict):
    """The client's first frame, with the last cursor it has seen."""

    type: Literal["start"]
    cursor: str | None = Field(default=None, max_length=2000)


class PingFrame(Strict):
    """Asks for a pong."""

    type: Literal["ping"]


class TypingFrame(Strict):
    """The agent types in a conversation."""

    type: Literal["typing"]
    conversation_id: ConversationId


class ViewingFrame(Strict):
    """The agent looks at a conversation, or at none."""

    type: Literal["viewing"]
    conversation_id: ConversationId | None = None


class ActiveFrame(Strict):
    """The agent did something: typed, clicked, scrolled. Once a minute is enough."""

    type: Literal["active"]


class BoardFrame(Strict):
    """Whether the supervisor's board is to be told from now on: at once, and whenever it is
    another."""

    type: Literal["board"]
    watch: bool


class ClientFrame(
    RootModel[
        Annotated[
            StartFrame | PingFrame | TypingFrame | ViewingFrame | ActiveFrame | BoardFrame,
            Field(discriminator="type"),
        ]
    ]
):
    """Any frame of the client's."""


SERVER_FRAMES: tuple[type[BaseModel], ...] = (
    HelloFrame,
    EventFrame,
    CountsFrame,
    ResetFrame,
    BoardNowFrame,
    PongFrame,
    ProblemFrame,
)
