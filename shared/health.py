"""Health: named checks of what a process needs, and of what it can do without for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from shared.errors import HubError, Unavailable
from shared.process import Ending

LIMIT_S: Final = 2.0
Check = Callable[[], Awaitable[None]]
"""Raises a ``HubError`` whose text says what is wrong."""


class PartHealth(BaseModel):
    """One part, and what is wrong with it."""

    name: str
    ok: bool
    essential: bool
    detail: str | None = None


class HealthReport(BaseModel):
    """Every part; ``ok`` when nothing essential is broken."""

    ok: bool
    parts: list[PartHealth]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    check: Check
    essential: bool


class Health:
    """The registry of checks; whoever wires the services adds to it."""

    def __init__(self, *, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._checks: list[_Named] = []

    def add(self, name: str, check: Check, *, essential: bool = True) -> None:
        """Ask this too. Each check has two seconds, and all run at once."""
        self._checks.append(_Named(name, check, essential))

    async def report(self) -> HealthReport:
        """Ask all of them."""
        parts = await asyncio.gather(*(self._ask(named) for named in self._checks))
        return HealthReport(ok=all(p.ok or not p.essential for p in parts), parts=list(parts))

    async def _ask(self, named: _Named) -> PartHealth:
        detail: str | None = None
        try:
            async with asyncio.timeout(self._limit_s):
                await named.check()
        except TimeoutError:
            detail = f"no answer within {self._limit_s:g} s"
        except HubError as error:
            detail = str(error) or type(error).__name__
        return PartHealth(
            name=named.name, ok=detail is None, essential=named.essential, detail=detail
        )


def serves_on(ending: Ending) -> Check:
    """A check that fails once the process was told to end, so that others take over its work."""

    async def check() -> None:
        if ending.told:
            raise Unavailable("this process ends")

    return check
