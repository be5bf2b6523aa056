"""Reading what a request brings: JSON bodies under a limit, query strings, lists in them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar, get_origin

from aiohttp import web
from pydantic import BaseModel, ValidationError

from inbox.rest.problems import Invalid, TooLarge, TooSlow, WrongMediaType
from shared.errors import BadRequest

M = TypeVar("M", bound=BaseModel)

_ARRIVAL_LIMIT_S: Final = 30.0


async def capped(request: web.Request, limit_bytes: int) -> AsyncIterator[bytes]:
    """The body in chunks. Raises ``TooLarge`` as soon as it is known to exceed the limit."""
    declared = request.content_length
    if declared is not None and declared > limit_bytes:
        raise TooLarge(f"the body is larger than {limit_bytes} bytes")
    seen = 0
    async for chunk in request.content.iter_any():
        seen += len(chunk)
        if seen > limit_bytes:
            raise TooLarge(f"the body is larger than {limit_bytes} bytes")
        yield chunk


async def read_json(request: web.Request, model: type[M], limit_bytes: int) -> M:
    """The body as the model; none counts as an empty object. Raises ``Invalid``, ``TooLarge``."""
    try:
        async with asyncio.timeout(_ARRIVAL_LIMIT_S):
            raw = b"".join([chunk async for chunk in capped(request, limit_bytes)])
    except TimeoutError:
        raise TooSlow("the body did not arrive in time") from None
    if not raw.strip():
        raw = b"{}"
    elif request.content_type != "application/json":
        raise WrongMediaType("send application/json")
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Invalid.of(error) from None


def read_query(request: web.Request, model: type[M]) -> M:
    """The query string as the model. Raises ``Invalid``, ``BadRequest`` on a repeated field."""
    values: dict[str, Any] = {}
    for name in request.query:
        given = request.query.getall(name)
        field = model.model_fields.get(name)
        listed = field is not None and get_origin(field.annotation) in {list, tuple}
        if not listed and len(given) > 1:
            raise BadRequest("given more than once", field=name)
        values[name] = given if listed else given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid.of(error) from None
