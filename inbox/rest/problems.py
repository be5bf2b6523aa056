"""Problem documents (RFC 9457): the one shape of every error."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, ValidationError

from shared.errors import (
    BadPayload,
    BadRequest,
    Conflict,
    Forbidden,
    HubError,
    NotFound,
    Rejected,
    Unauthorised,
    Unavailable,
)

CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2


class FieldProblem(BaseModel):
    """One wrong field of a request."""

    field: str
    reason: str


class Problem(BaseModel):
    """What is wrong, for programs and people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    field: str | None = None
    """The wrong field, when there is one."""
    errors: list[FieldProblem] | None = None
    """All wrong fields of a request that does not fit its model."""
    reason_code: str | None = None
    """Why a channel does not carry it, as a stable word."""
    reason_values: dict[str, str] | None = None
    id: str | None = None
    """The request's id; the log names the cause under it."""


class TooLarge(HubError):
    """The body is larger than allowed: 413."""


class TooSlow(HubError):
    """The body did not arrive in time: 408."""


class TooMany(HubError):
    """Too many tries: 429 with Retry-After."""

    def __init__(self, reason: str, retry_after_s: float) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class WrongMediaType(HubError):
    """The body is not of a kind that this route takes: 415."""


class Refused(HubError):
    """The router refused a command; ``status`` says how, the text why."""

    def __init__(
        self,
        reason: str,
        *,
        status: int,
        field: str | None = None,
        reason_code: str | None = None,
        reason_values: dict[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.field = field
        self.reason_code = reason_code
        self.reason_values = reason_values


class Invalid(HubError):
    """A request that does not fit its model: 422, naming every wrong field."""

    def __init__(self, errors: list[FieldProblem]) -> None:
        super().__init__("; ".join(f"{e.field}: {e.reason}" for e in errors[:3]))
        self.errors = errors

    @classmethod
    def of(cls, error: ValidationError, *, prefix: str = "") -> "Invalid":
        """From what pydantic found; values of the request are left out."""
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return cls(
            [
                FieldProblem(
                    field=prefix + ".".join(str(part) for part in e["loc"]) or "body",
                    reason=e["msg"].removeprefix("Value error, "),
                )
                for e in found[:20]
            ]
        )


TITLES: Final = {
    202: "Accepted",
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    413: "Too large",
    415: "Wrong kind of body",
    416: "Range not satisfiable",
    422: "Not valid",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available now",
}
_STATUSES: Final[tuple[tuple[type[HubError], int], ...]] = (
    (Unauthorised, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
    (TooLarge, 413),
    (TooMany, 429),
    (TooSlow, 408),
    (WrongMediaType, 415),
    (Invalid, 422),
    (Rejected, 422),
    (BadPayload, 400),
)


def _status_of(error: HubError) -> int:
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, BadRequest):
        return 400 if error.field is None else 422
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def problem_of(error: HubError) -> Problem:
    """The document of an error; one of an unknown kind says nothing of its inside."""
    status = _status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable | Refused):
        return Problem(title=TITLES[500], status=500)
    return Problem(
        title=TITLES.get(status, "Refused"),
        status=status,
        detail=str(error) or None,
        field=getattr(error, "field", None),
        errors=error.errors if isinstance(error, Invalid) else None,
        reason_code=error.reason_code if isinstance(error, Refused) else None,
        reason_values=error.reason_values or None if isinstance(error, Refused) else None,
    )


def respond(problem: Problem, *, retry_after_s: float | None = None) -> web.Response:
    """A response that carries the problem."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(retry_after_s)))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="hub"'
    return web.Response(
        status=problem.status,
        body=problem.model_dump_json(exclude_none=True).encode(),
        content_type=CONTENT_TYPE,
        headers=headers,
    )


def response_of(error: HubError) -> web.Response:
    """The response to an error."""
    problem = problem_of(error)
    away = problem.status == HTTPStatus.SERVICE_UNAVAILABLE
    wait_s: float | None = RETRY_AFTER_S if away else None
    return respond(problem, retry_after_s=getattr(error, "retry_after_s", wait_s))


def plain(status: int, detail: str | None = None, **more: Any) -> web.Response:
    """A problem that no error of ours stands behind, such as aiohttp's own 404 and 405."""
    title = TITLES.get(status, "Error")
    return respond(Problem(title=title, status=status, detail=detail, **more))
