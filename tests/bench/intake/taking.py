"""How fast webhooks are taken: clients that post, each the next one when it has its 200."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.bench.hook import Hook
from tests.bench.intake.webhooks import Kind

_READY_LIMIT_S: Final = 60.0
_AGAIN_S: Final = 0.1
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What one closed loop came to."""

    requests: int
    seconds: float

    def __add__(self, other: "Taken") -> "Taken":
        """Both together."""
        return Taken(self.requests + other.requests, self.seconds + other.seconds)

    @property
    def per_s(self) -> float:
        """Requests that were answered 200, per second."""
        return self.requests / self.seconds


class Refused(Exception):
    """A webhook was answered by another status than 200."""


async def until_taken(url: str, kind: Kind, number: int) -> None:
    """Wait until one of them is taken. Raises ``TimeoutError``."""
    hook = Hook(url)
    headers, body = kind.make(number)
    try:
        async with asyncio.timeout(_READY_LIMIT_S):
            while await hook.post(body, headers) != _OK:  # noqa: ASYNC110 - a webhook tells nobody when it is ready
                await asyncio.sleep(_AGAIN_S)
    finally:
        hook.close()


async def taken(
    url: str, kind: Kind, numbers: Iterator[int], *, clients: int, seconds: float
) -> Taken:
    """Post for so long. Raises ``Refused``, ``ConnectionError``."""
    hooks = [Hook(url) for _ in range(clients)]
    done = 0
    began = time.perf_counter()
    until = began + seconds

    async def client(hook: Hook) -> None:
        nonlocal done
        while time.perf_counter() < until:
            headers, body = kind.make(next(numbers))
            status = await hook.post(body, headers)
            if status != _OK:
                raise Refused(f"{url} answered {status}")
            done += 1

    try:
        async with asyncio.TaskGroup() as group:
            for hook in hooks:
                group.create_task(client(hook))
        return Taken(done, time.perf_counter() - began)
    finally:
        for hook in hooks:
            hook.close()
