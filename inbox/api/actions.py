"""What is done to conversations: assign, resolve, snooze, labels and the like."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from inbox.api.orders import ConversationDone, Orders
from inbox.live.presence import Presence
from inbox.notifications import Notifications
from inbox.people import People
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, OwnId
from shared.clock import Clock
from shared.commands import (
    Assign,
    Command,
    HandBack,
    HandOff,
    MarkRead,
    Merge,
    Pend,
    Reopen,
    Resolve,
    SetFields,
    SetLabels,
    SetPriority,
    SetTopic,
    Snooze,
    Unmerge,
)
from shared.errors import BadRequest, NotFound
from shared.ids import AgentId, ConversationId, TeamId, slot_of
from shared.model.base import Strict, Utc
from shared.model.conversation import PendingFor, Priority
from shared.model.records import Outcome

Label = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^/\x00-\x1f]+$"
    ),
]


class Bare(Strict):
    """Nothing but, if wished, the command's own id."""

    id: OwnId | None = None


class AssignRequest(Bare):
    """To whom; both null gives it back to the queue. Where ``team_id`` is left out, its team
    stays."""

    agent_id: AgentId | None = None
    team_id: TeamId | None = None
    line: str | None = Field(default=None, max_length=100)
    """The line that is to answer; left out, it stays."""
    note: str = Field(default="", max_length=100_000)
    """For whoever gets it."""
    cause: str | None = Field(default=None, max_length=200)
    """Why, as the conversation's line says it."""


class PendRequest(Bare):
    """Whom the case waits for."""

    waits_for: PendingFor
    colleague_id: AgentId | None = None
    """Of a colleague: which."""
    until: Utc | None = None
    """When the colleague is reminded; after twice that time the case goes back to the queue."""


class SnoozeRequest(Bare):
    """Until when it is out of sight."""

    until: Utc


class PriorityRequest(Bare):
    """How soon it wants an answer."""

    priority: Priority


class TopicRequest(Bare):
    """What it is about; null: nothing known."""

    topic: str | None = Field(max_length=100)


class LabelsRequest(Bare):
    """Labels to add and to take away."""

    add: tuple[Label, ...] = Field(default=(), max_length=20)
    remove: tuple[Label, ...] = Field(default=(), max_length=20)


class ReadRequest(Bare):
    """Up to which message's ``seq`` it was read."""

    up_to: int = Field(ge=0)


class MergeRequest(Bare):
    """The conversation in which the case goes on."""

    into_id: ConversationId = Field(max_length=100)


class HandOffRequest(Bare):
    """Why a bot gives it to people, and what it collected."""

    reason: str = Field(default="", max_length=2000)
    collected: dict[str, str] = Field(default_factory=dict, max_length=100)
    topic: str | None = Field(default=None, max_length=100)
    team_id: TeamId | None = None


class HandBackRequest(Bare):
    """To which bot people give it back."""

    bot: str | None = Field(default=None, max_length=40)
    """Its name; null: the one that held it last."""


class FieldsRequest(Bare):
    """What is known of the case; an empty value takes the field away."""

    fields: dict[str, str] = Field(min_length=1, max_length=100)


@dataclass(frozen=True, slots=True)
class ActionsApi:
    """The routes that change conversations, ``/commands`` and typing."""

    clock: Clock
    people: People
    orders: Orders
    presence: Presence
    notifications: Notifications

    def routes(self) -> list[Route]:
        """What they are."""
        write, tag = Permission.CONVERSATIONS_WRITE, "conversations"
        return [
            _action("assign", self.assign, AssignRequest, "Give it to an agent or a team"),
            _action("resolve", self.resolve, Bare, "The case is done"),
            _action("reopen", self.reopen, Bare, "The case is not done after all"),
            _action("pend", self.pend, PendRequest, "The case waits for somebody"),
            _action("snooze", self.snooze, SnoozeRequest, "Out of sight until a time"),
            _action("priority", self.priority, PriorityRequest, "How soon it wants an answer"),
            _action("topic", self.topic, TopicRequest, "What it is about"),
            _action("labels", self.labels, LabelsRequest, "Add and remove labels"),
            _action("read", self.read, ReadRequest, "An agent has read it"),
            _action("hand-off", self.hand_off, HandOffRequest, "A bot gives it to people"),
            _action("hand-back", self.hand_back, HandBackRequest, "People give it to a bot"),
            _action("fields", self.fields, FieldsRequest, "Set what is known of the case"),
            _action("merge", self.merge, MergeRequest, "The case goes on in another conversation"),
            _action("unmerge", self.unmerge, Bare, "The case goes on by itself again"),
            Route(
                "POST", "/conversations/{id}/typing", self.typing, write,
                "An agent types", tag, status=204,
            ),
            Route(
                "GET", "/commands/{id}", self.outcome, Permission.SIGNED_IN,
                "What became of a command of mine", "commands", answer=Outcome,
            ),
        ]  # fmt: skip

    async def assign(self, call: Call[Nothing, AssignRequest]) -> Answer:
        """The agent must be there and active."""
        name = None
        if call.body.agent_id is not None:
            try:
                agent = await self.people.get(call.body.agent_id)
            except NotFound as error:
                raise BadRequest(str(error), field="agent_id") from None
            if not agent.active:
                raise BadRequest("this agent is blocked", field="agent_id")
            name = agent.name
        return await self._give(
            call,
            Assign,
            agent_id=call.body.agent_id,
            agent_name=name,
            team_id=call.body.team_id,
            keep_team="team_id" not in call.body.model_fields_set,
            line=call.body.line,
            note=call.body.note,
            cause=call.body.cause,
        )

    async def resolve(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        return await self._give(call, Resolve)

    async def reopen(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        return await self._give(call, Reopen)

    async def pend(self, call: Call[Nothing, PendRequest]) -> Answer:
        """Give the command."""
        body = call.body
        return await self._give(
            call, Pend, waits_for=body.waits_for, colleague_id=body.colleague_id, until=body.until
        )

    async def snooze(self, call: Call[Nothing, SnoozeRequest]) -> Answer:
        """Give the command."""
        if call.body.until <= self.clock.now():
            raise BadRequest("is over already", field="until")
        return await self._give(call, Snooze, until=call.body.until)

    async def priority(self, call: Call[Nothing, PriorityRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, SetPriority, priority=call.body.priority)

    async def topic(self, call: Call[Nothing, TopicRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, SetTopic, topic=call.body.topic)

    async def labels(self, call: Call[Nothing, LabelsRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, SetLabels, add=call.body.add, remove=call.body.remove)

    async def read(self, call: Call[Nothing, ReadRequest]) -> Answer:
        """Give the command. What the agent was told of the conversation is read with it."""
        answer = await self._give(call, MarkRead, up_to=call.body.up_to)
        if call.caller.agent is not None:
            await self.notifications.read_conversation(call.caller.agent.id, call.path["id"])
        return answer

    async def hand_off(self, call: Call[Nothing, HandOffRequest]) -> Answer:
        """Give the command."""
        return await self._give(
            call,
            HandOff,
            reason=call.body.reason,
            collected=call.body.collected,
            topic=call.body.topic,
            team_id=call.body.team_id,
        )

    async def hand_back(self, call: Call[Nothing, HandBackRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, HandBack, bot=call.body.bot)

    async def fields(self, call: Call[Nothing, FieldsRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, SetFields, fields=call.body.fields)

    async def merge(self, call: Call[Nothing, MergeRequest]) -> Answer:
        """Give the command."""
        return await self._give(call, Merge, into_id=call.body.into_id)

    async def unmerge(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        return await self._give(call, Unmerge)

    async def typing(self, call: Call[Nothing, Nothing]) -> Answer:
        """Tell colleagues and, where the channel can, the customer."""
        await self.presence.say_typing(call.caller.actor, _conversation_id(call))
        return Answer(None, 204)

    async def outcome(self, call: Call[Nothing, Nothing]) -> Outcome:
        """The outcome; 404 while it is not known."""
        return await self.orders.desk.outcome(call.caller, call.path["id"])

    async def _give(self, call: Call[Nothing, Bare], kind: type[Command], **fields: Any) -> Answer:
        command = kind(conversation_id=_conversation_id(call), actor=call.caller.actor, **fields)
        return await self.orders.for_conversation(call, command, call.body.id)


def _action(
    name: str,
    handler: Callable[[Call[Any, Any]], Awaitable[Answer]],
    body: type[BaseModel],
    summary: str,
) -> Route:
    return Route(
        "POST", f"/conversations/{{id}}/{name}", handler, Permission.CONVERSATIONS_WRITE,
        summary, "conversations", body=body, answer=ConversationDone, others={202: Accepted},
    )  # fmt: skip


def _conversation_id(call: Call[Nothing, BaseModel]) -> ConversationId:
    id = ConversationId(call.path["id"])
    try:
        slot_of(id)
    except ValueError:
        raise NotFound("there is no such conversation") from None
    return id
