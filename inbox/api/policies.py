"""Policy documents as routes: the same five for every kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import BaseModel, Field

from inbox.permissions import Permission
from inbox.policies import Policies, PolicyKind
from inbox.policy_kinds import POLICY_KINDS
from inbox.rest.route import Answer, Call, Nothing, Route
from inbox.rest.shapes import Items
from shared.model.base import Strict

_TAG: Final = "policies"


class VersionQuery(Strict):
    """Which version the caller saw: another one is a 409 and nothing is changed."""

    version: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, slots=True)
class PoliciesApi:
    """The routes of every kind."""

    policies: Policies

    def routes(self) -> list[Route]:
        """What they are."""
        return [route for kind in POLICY_KINDS for route in _KindApi(self.policies, kind).routes()]


@dataclass(frozen=True, slots=True)
class _KindApi:
    """The routes of one kind."""

    policies: Policies
    kind: PolicyKind[Any, Any]

    def routes(self) -> Sequence[Route]:
        kind = self.kind
        path, one, document = f"/{kind.path}", f"/{kind.path}/{{id}}", kind.collection.model
        read, manage = Permission.SETTINGS_READ, Permission.SETTINGS_MANAGE
        items = cast("type[BaseModel]", Items.__class_getitem__(document))
        return (
            Route("GET", path, self.page, read, f"List every {kind.one}", _TAG, answer=items),
            Route(
                "POST", path, self.add, manage, f"Add a {kind.one}", _TAG,
                body=kind.spec, answer=document, status=201,
            ),
            Route("GET", one, self.get, read, f"One {kind.one}", _TAG, answer=document),
            Route(
                "PUT", one, self.replace, manage, f"Change a {kind.one}", _TAG,
                query=VersionQuery, body=kind.spec, answer=document,
            ),
            Route("DELETE", one, self.remove, manage, f"Remove a {kind.one}", _TAG, status=204),
        )  # fmt: skip

    async def page(self, call: Call[Nothing, Nothing]) -> BaseModel:
        """All of them, in their order."""
        del call
        return Items[Any](items=list(await self.policies.page(self.kind)))

    async def add(self, call: Call[Nothing, Any]) -> BaseModel:
        """Keep a new one."""
        added: BaseModel = await self.policies.add(self.kind, call.body, call.caller.actor)
        return added

    async def get(self, call: Call[Nothing, Nothing]) -> BaseModel:
        """As it stands."""
        found: BaseModel = await self.policies.get(self.kind, call.path["id"])
        return found

    async def replace(self, call: Call[VersionQuery, Any]) -> BaseModel:
        """Put another in its place."""
        changed: BaseModel = await self.policies.replace(
            self.kind,
            call.path["id"],
            call.body,
            call.caller.actor,
            version=call.query.version,
        )
        return changed

    async def remove(self, call: Call[Nothing, Nothing]) -> Answer:
        """Take it away."""
        await self.policies.remove(self.kind, call.path["id"], call.caller.actor)
        return Answer(None, 204)
