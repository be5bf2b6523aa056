"""The people who answer, as routes."""

from dataclasses import dataclass

from pydantic import BaseModel, Field, SecretStr

from inbox.api.views import AgentView
from inbox.people import People
from inbox.permissions import Permission
from inbox.policy_checks.queue import check_duties, check_teams
from inbox.rest.route import Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from shared.errors import BadRequest, Forbidden, Unauthorised
from shared.ids import TeamId
from shared.model.base import Strict
from shared.model.people import Role
from shared.model.queueing import Duties
from shared.policies.book import read_book


class OwnChange(Strict):
    """What agents change of themselves."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    language: str | None = Field(default=None, max_length=16)
    theme: str | None = Field(default=None, max_length=16)
    password: SecretStr | None = None
    current_password: SecretStr | None = None


class NewAgent(Strict):
    """An agent to be added."""

    email: str = Field(max_length=320)
    name: str = Field(min_length=1, max_length=100)
    role: Role = Role.AGENT
    password: SecretStr | None = None
    """Made and answered once when it is not given."""


class AgentChange(Strict):
    """What admins change of agents."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    role: Role | None = None
    active: bool | None = None
    team_ids: tuple[TeamId, ...] | None = Field(default=None, max_length=100)
    duties: Duties | None = None
    """What the agent can and does; all of it is put in the place of what was said before."""


class PasswordRequest(Strict):
    """A new password; made when it is not given."""

    password: SecretStr | None = None


class AgentMade(BaseModel):
    """An agent and, once, the password that was made."""

    agent: AgentView
    password: str | None


@dataclass(frozen=True, slots=True)
class PeopleApi:
    """The routes of ``/agents``."""

    people: People

    def routes(self) -> list[Route]:
        """What they are."""
        read, manage, tag = Permission.PEOPLE_READ, Permission.PEOPLE_MANAGE, "agents"
        return [
            Route(
                "PATCH", "/agents/me", self.change_own, Permission.SIGNED_IN,
                "Change my name, looks or password", tag, body=OwnChange, answer=AgentView,
            ),
            Route(
                "GET", "/agents", self.page, read, "List the agents", tag,
                query=PageQuery, answer=Items[AgentView],
            ),
            Route(
                "POST", "/agents", self.add, manage, "Add an agent", tag,
                body=NewAgent, answer=AgentMade, status=201,
            ),
            Route(
                "PATCH", "/agents/{id}", self.change, manage, "Change or block an agent", tag,
                body=AgentChange, answer=AgentView,
            ),
            Route(
                "POST", "/agents/{id}/password", self.set_password, manage,
                "Set an agent's password and sign them out", tag,
                body=PasswordRequest, answer=AgentMade,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[PageQuery, Nothing]) -> Items[AgentView]:
        """All agents, those who are blocked included."""
        page = await self.people.page(call.query.cursor, call.query.limit)
        return Items(items=[AgentView.of(agent) for agent in page.items], next=page.next)

    async def add(self, call: Call[Nothing, NewAgent]) -> AgentMade:
        """Add one."""
        if call.body.role is Role.BOT:
            raise BadRequest("bots have tokens, not passwords", field="role")
        agent, made = await self.people.add(
            call.body.email,
            call.body.name,
            call.body.role,
            call.body.password,
            call.caller.actor,
        )
        return AgentMade(agent=AgentView.of(agent), password=made)

    async def change(self, call: Call[Nothing, AgentChange]) -> AgentView:
        """Change what is given."""
        if call.body.role is Role.BOT:
            raise BadRequest("an agent cannot become a bot", field="role")
        given = {name: getattr(call.body, name) for name in call.body.model_fields_set}
        changes = {name: value for name, value in given.items() if value is not None}
        if {"team_ids", "duties"} & changes.keys():
            await self._check_duties(call.path["id"], call.body)
        agent = await self.people.change(call.path["id"], changes, call.caller.actor)
        return AgentView.of(agent)

    async def _check_duties(self, id: str, change: AgentChange) -> None:
        agent, book = await self.people.get(id), await read_book(self.people.store)
        if change.team_ids is not None:
            check_teams(change.team_ids, book)
        if change.duties is not None:
            team_ids = agent.team_ids if change.team_ids is None else change.team_ids
            check_duties(change.duties, team_ids, book)

    async def set_password(self, call: Call[Nothing, PasswordRequest]) -> AgentMade:
        """A password for somebody who lost it."""
        id = call.path["id"]
        made = await self.people.set_password(id, call.body.password, call.caller.actor)
        return AgentMade(agent=AgentView.of(await self.people.get(id)), password=made)

    async def change_own(self, call: Call[Nothing, OwnChange]) -> AgentView:
        """A new password needs the present one, and ends the other sessions."""
        caller = call.caller
        if caller.agent is None:
            raise Forbidden("this token belongs to no agent")
        agent = caller.agent
        if call.body.password is not None:
            if call.body.current_password is None:
                raise BadRequest("is needed to set another", field="current_password")
            try:
                await self.people.check_password(agent, call.body.current_password)
            except Unauthorised:
                raise BadRequest("is not the present password", field="current_password") from None
            await self.people.set_password(
                agent.id,
                call.body.password,
                caller.actor,
                keep_session=caller.session.id if caller.session is not None else None,
            )
        plain = {"name", "language", "theme"}
        changes = call.body.model_dump(exclude_unset=True, include=plain)
        if changes.get("name", "") is None:
            raise BadRequest("a name is needed", field="name")
        if changes:
            agent = await self.people.change(agent.id, changes, caller.actor)
        return AgentView.of(agent)
