"""Tokens of programs, as routes."""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from inbox.people import People
from inbox.permissions import Permission
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items, PageQuery
from inbox.tokens import Tokens
from shared.errors import BadRequest, NotFound
from shared.model.base import Strict
from shared.model.people import Role
from shared.model.records import ApiToken


class NewToken(Strict):
    """A token to be made; of an agent it never may more than the agent."""

    name: str = Field(min_length=1, max_length=100)
    role: Role = Role.BOT
    agent_id: str | None = Field(default=None, max_length=100)


class TokenMade(BaseModel):
    """The record and, this once, the token itself."""

    record: ApiToken
    token: str


@dataclass(frozen=True, slots=True)
class TokensApi:
    """The routes of ``/tokens``."""

    tokens: Tokens
    people: People

    def routes(self) -> list[Route]:
        """What they are."""
        manage, tag = Permission.PEOPLE_MANAGE, "tokens"
        return [
            Route(
                "GET", "/tokens", self.page, manage, "List the tokens", tag,
                query=PageQuery, answer=Items[ApiToken],
            ),
            Route(
                "POST", "/tokens", self.add, manage, "Make a token; it is shown once", tag,
                body=NewToken, answer=TokenMade, status=201,
            ),
            Route(
                "DELETE", "/tokens/{id}", self.revoke, manage, "Refuse a token from now on", tag,
                status=204,
            ),
        ]  # fmt: skip

    async def page(self, call: Call[PageQuery, Nothing]) -> Items[ApiToken]:
        """Those that were revoked included."""
        page = await self.tokens.page(call.query.cursor, call.query.limit)
        return Items(items=list(page.items), next=page.next)

    async def add(self, call: Call[Nothing, NewToken]) -> TokenMade:
        """Make one."""
        if call.body.agent_id is not None:
            try:
                await self.people.get(call.body.agent_id)
            except NotFound as error:
                raise BadRequest(str(error), field="agent_id") from None
        token, record = await self.tokens.make(
            call.body.name, call.body.role, call.caller.actor, agent_id=call.body.agent_id
        )
        return TokenMade(record=record, token=token)

    async def revoke(self, call: Call[Nothing, Nothing]) -> Answer:
        """Effective at once; a live feed ends within half a minute."""
        await self.tokens.revoke(call.path["id"], call.caller.actor)
        return Answer(None, 204)
