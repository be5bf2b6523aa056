"""A route as it is declared: what it takes, what it answers and what its caller must be allowed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from inbox.callers import Caller
from inbox.permissions import Permission
from shared.errors import Unauthorised
from shared.model.base import Strict

API: Final = "/api/v1"
BODY_LIMIT_BYTES: Final = 1024 * 1024

Query_co = TypeVar("Query_co", bound=BaseModel, covariant=True)
Body_co = TypeVar("Body_co", bound=BaseModel, covariant=True)


class Nothing(Strict):
    """The query or body of a route that takes none."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Query_co, Body_co]):
    """One call of a route: checked, parsed and allowed."""

    request: web.Request
    who: Caller | None
    """None on a public route."""
    query: Query_co
    body: Body_co

    @property
    def caller(self) -> Caller:
        """Who calls. Raises ``Unauthorised`` when nobody is known."""
        if self.who is None:
            raise Unauthorised("sign in first")
        return self.who

    @property
    def path(self) -> Mapping[str, str]:
        """The variable parts of the path."""
        return self.request.match_info


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers, when it is not a plain 200 with its model."""

    body: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call[Any, Any]], Awaitable[BaseModel | Answer | web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route. ``path`` is relative to the API's base unless ``root`` is set."""

    method: str
    path: str
    handler: Handler
    permission: Permission | None = None
    """Must be given: the application is not built with a route that has none."""
    summary: str = ""
    tag: str = ""
    query: type[BaseModel] = Nothing
    body: type[BaseModel] = Nothing
    answer: type[BaseModel] | None = None
    """None: no JSON (see ``produces``) or no body at all."""
    status: int = 200
    others: Mapping[int, type[BaseModel]] = field(default_factory=dict)
    """Further successful answers, such as 202."""
    produces: str | None = None
    """The content type of an answer that is no JSON."""
    consumes: str = "application/json"
    streams: bool = False
    """The handler reads the body itself."""
    root: bool = False
    body_limit_bytes: int = BODY_LIMIT_BYTES

    @property
    def full_path(self) -> str:
        """The path from the root of the site."""
        return self.path if self.root else f"{API}{self.path}"

    @property
    def changes(self) -> bool:
        """Whether it changes something, so that a cookie alone is not enough."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}
