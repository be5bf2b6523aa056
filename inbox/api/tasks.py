"""Tasks of the lines, and who answers for which topic, as routes."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.api.actions import Bare
from inbox.api.conversations import conversation
from inbox.api.orders import Orders, TaskDone
from inbox.people import People
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Accepted, Items, PageQuery
from shared.collections import TASKS, TOPICS
from shared.commands import Escalate, FinishTask, TakeTask
from shared.commands.tasks import FactName, FactValue, Link
from shared.errors import BadRequest, NotFound
from shared.ids import TeamId
from shared.model.task import Task, TaskState
from shared.model.topic import Topic
from shared.policies.book import Book, read_book
from shared.ports.store import Scalar, Store

_TAG = "tasks"


class TasksQuery(PageQuery):
    """Which tasks, oldest first."""

    state: TaskState = TaskState.OPEN
    line: str | None = Field(default=None, max_length=100)
    assignee_id: str | None = Field(default=None, description="an id or `me`")


class EscalateRequest(Bare):
    """What is asked of the next line. Facts stand beside those that the conversation has."""

    line: str = Field(min_length=1, max_length=100)
    summary: str = Field(min_length=1, max_length=10_000)
    facts: dict[FactName, FactValue] = Field(default_factory=dict, max_length=100)
    links: tuple[Link, ...] = Field(default=(), max_length=20)
    team_id: TeamId | None = None


class FinishRequest(Bare):
    """What came of it."""

    result: str = Field(min_length=1, max_length=10_000)


class Responsible(BaseModel):
    """Who answers for a topic."""

    topic_id: str
    name: str
    agent_id: str | None = None
    agent_name: str | None = None
    team_id: str | None = None
    from_topic_id: str | None = None
    """The topic above it that says so, where it does not say itself."""
    warning: str | None = None
    """Set when nobody does."""


@dataclass(frozen=True, slots=True)
class TasksApi:
    """The routes of ``/tasks`` and ``/directory``, and of a conversation's tasks."""

    store: Store
    people: People
    orders: Orders

    def routes(self) -> list[Route]:
        """What they are."""
        read, write = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_WRITE
        others = {202: Accepted}
        return [
            Route("GET", "/tasks", self.page, read, "List tasks, oldest first", _TAG,
                  query=TasksQuery, answer=Items[Task]),
            Route("GET", "/tasks/{id}", self.show, read, "One task", _TAG, answer=Task),
            Route("POST", "/tasks/{id}/take", self.take, write, "Take a task", _TAG,
                  body=Bare, answer=TaskDone, others=others),
            Route("POST", "/tasks/{id}/finish", self.finish, write, "A task is done", _TAG,
                  body=FinishRequest, answer=TaskDone, others=others),
            Route("POST", "/conversations/{id}/escalate", self.escalate, write,
                  "Ask the next line; the owner keeps the customer", _TAG,
                  body=EscalateRequest, answer=TaskDone, others=others),
            Route("GET", "/conversations/{id}/tasks", self.of_conversation, read,
                  "The tasks of a conversation, newest first", _TAG,
                  query=PageQuery, answer=Items[Task]),
            Route("GET", "/directory", self.directory, Permission.SETTINGS_READ,
                  "Who answers for which topic", _TAG, answer=Items[Responsible]),
        ]  # fmt: skip

    async def page(self, call: Call[TasksQuery, Nothing]) -> Items[Task]:
        """By state, and by line or by who does it."""
        query = call.query
        equal: dict[str, Scalar] = {"state": query.state.value}
        if query.line is not None and query.assignee_id is not None:
            raise BadRequest("give a line or an assignee, not both", field="assignee_id")
        if query.line is not None:
            equal["line"] = query.line
        if query.assignee_id is not None:
            own = call.caller.agent.id if call.caller.agent is not None else None
            if query.assignee_id == "me" and own is None:
                raise BadRequest("this token belongs to no agent", field="assignee_id")
            equal["assignee_id"] = own if query.assignee_id == "me" else query.assignee_id
        page = await self.store.find(
            TASKS, equal=equal, order="created_at", cursor=query.cursor, limit=query.limit
        )
        return Items(items=list(page.items), next=page.next)

    async def show(self, call: Call[Nothing, Nothing]) -> Task:
        """One."""
        return await self._task(call.path["id"])

    async def of_conversation(self, call: Call[PageQuery, Nothing]) -> Items[Task]:
        """All of them; the conversation must exist."""
        of = await conversation(self.store, call.path["id"])
        page = await self.store.find(
            TASKS,
            equal={"conversation_id": of.id},
            order="created_at",
            descending=True,
            cursor=call.query.cursor,
            limit=call.query.limit,
        )
        return Items(items=list(page.items), next=page.next)

    async def escalate(self, call: Call[Nothing, EscalateRequest]) -> Answer:
        """Give the command."""
        of = await conversation(self.store, call.path["id"])
        asked = call.body.model_dump(exclude={"id"})
        command = Escalate(conversation_id=of.id, actor=call.caller.actor, **asked)
        return await self.orders.for_task(call, command, call.body.id)

    async def take(self, call: Call[Nothing, Bare]) -> Answer:
        """Give the command."""
        task = await self._task(call.path["id"])
        command = TakeTask(
            conversation_id=task.conversation_id, actor=call.caller.actor, task_id=task.id
        )
        return await self.orders.for_task(call, command, call.body.id)

    async def finish(self, call: Call[Nothing, FinishRequest]) -> Answer:
        """Give the command."""
        task = await self._task(call.path["id"])
        command = FinishTask(
            conversation_id=task.conversation_id,
            actor=call.caller.actor,
            task_id=task.id,
            result=call.body.result,
        )
        return await self.orders.for_task(call, command, call.body.id)

    async def directory(self, call: Call[Nothing, Nothing]) -> Items[Responsible]:
        """Every topic, with a warning where nobody answers for it."""
        del call
        book = await read_book(self.store)
        names = {agent.id: agent.name async for agent in self.people.all() if agent.active}
        return Items(items=[responsible(topic, book, names) for topic in book.all(TOPICS)])

    async def _task(self, id: str) -> Task:
        task = await self.store.get(TASKS, id)
        if task is None:
            raise NotFound("there is no such task")
        return task


def responsible(topic: Topic, book: Book, names: Mapping[str, str]) -> Responsible:
    """Who answers for the topic, as it says itself or the nearest above it does. Pure.

    ``names`` are those of the agents who are there.
    """
    seen: set[str] = set()
    at: Topic | None = topic
    while at is not None and at.id not in seen:
        seen.add(at.id)
        agent_id = at.responsible_agent_id
        if agent_id is not None or at.responsible_team_id is not None:
            gone = agent_id is not None and agent_id not in names
            alone = gone and at.responsible_team_id is None
            return Responsible(
                topic_id=topic.id,
                name=topic.name,
                agent_id=agent_id,
                agent_name=names.get(agent_id or ""),
                team_id=at.responsible_team_id,
                from_topic_id=None if at.id == topic.id else at.id,
                warning="whoever answers for it is not active" if alone else None,
            )
        at = book.get(TOPICS, at.parent_id)
    return Responsible(topic_id=topic.id, name=topic.name, warning="nobody answers for this topic")
