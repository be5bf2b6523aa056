"""Giving commands for somebody, and answering with what became of them."""

from dataclasses import dataclass

from pydantic import BaseModel

from inbox.desk import Desk
from inbox.rest.middleware import REQUEST_ID
from inbox.rest.route import Answer, Call
from inbox.rest.shapes import Accepted
from shared.commands import Begin, Command
from shared.errors import BadRequest
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.records import Outcome
from shared.model.task import Task


class MessageDone(BaseModel):
    """The message as it is stored now."""

    message: Message
    command_id: str


class ConversationDone(BaseModel):
    """The conversation as it is stored now."""

    conversation: Conversation
    command_id: str


class TaskDone(BaseModel):
    """The task, and its conversation, as they are stored now."""

    task: Task
    conversation: Conversation
    command_id: str


class ConversationBegun(BaseModel):
    """The new conversation and its first message, as they are stored now."""

    conversation: Conversation
    message: Message
    command_id: str


class CommandGiven(BaseModel):
    """What became of a command."""

    command_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Orders:
    """One per process."""

    desk: Desk

    async def for_message(
        self, call: Call[BaseModel, BaseModel], command: Command, own_id: str | None, status: int
    ) -> Answer:
        """Give a command whose outcome holds a message."""
        name, outcome = await self._give(call, command, own_id)
        if outcome is None:
            return Answer(Accepted(command_id=name), 202)
        message = Message.model_validate(outcome.result["message"])
        return Answer(MessageDone(message=message, command_id=name), status)

    async def for_conversation(
        self, call: Call[BaseModel, BaseModel], command: Command, own_id: str | None
    ) -> Answer:
        """Give a command whose outcome holds a conversation."""
        name, outcome = await self._give(call, command, own_id)
        if outcome is None:
            return Answer(Accepted(command_id=name), 202)
        conversation = Conversation.model_validate(outcome.result["conversation"])
        return Answer(ConversationDone(conversation=conversation, command_id=name))

    async def for_beginning(
        self, call: Call[BaseModel, BaseModel], command: Begin, own_id: str | None
    ) -> Answer:
        """Give the command that begins a conversation. Raises ``BadRequest`` for an id that was
        used for another command."""
        trace_id = call.request[REQUEST_ID]
        name, outcome = await self.desk.give(
            command, call.caller, own_id, trace_id=trace_id, begins=True
        )
        if outcome is None:
            return Answer(Accepted(command_id=name), 202)
        if not {"conversation", "message"} <= outcome.result.keys():
            raise BadRequest("this id was used for a command elsewhere", field="id")
        begun = ConversationBegun(
            conversation=Conversation.model_validate(outcome.result["conversation"]),
            message=Message.model_validate(outcome.result["message"]),
            command_id=name,
        )
        return Answer(begun, 201)

    async def for_task(
        self, call: Call[BaseModel, BaseModel], command: Command, own_id: str | None
    ) -> Answer:
        """Give a command whose outcome holds a task and its conversation."""
        name, outcome = await self._give(call, command, own_id)
        if outcome is None:
            return Answer(Accepted(command_id=name), 202)
        task = Task.model_validate(outcome.result["task"])
        conversation = Conversation.model_validate(outcome.result["conversation"])
        return Answer(TaskDone(task=task, conversation=conversation, command_id=name))

    async def for_command(
        self, call: Call[BaseModel, BaseModel], command: Command, own_id: str | None
    ) -> Answer:
        """Give any command."""
        name, outcome = await self._give(call, command, own_id)
        if outcome is None:
            return Answer(Accepted(command_id=name), 202)
        given = CommandGiven(command_id=name, outcome=outcome.model_copy(update={"id": name}))
        return Answer(given)

    async def _give(
        self, call: Call[BaseModel, BaseModel], command: Command, own_id: str | None
    ) -> tuple[str, Outcome | None]:
        return await self.desk.give(command, call.caller, own_id, trace_id=call.request[REQUEST_ID])
