"""Trying crash points: record what a story reaches, then kill at each point and compare.

The hub is not set up anew for each point: the process that follows the killed one tells the rest of
the story, and after that the next story, of another customer, begins in it. At the end everything
that was told so far is compared once more.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientError

from tests.chaos.crash_points.conductor import Conductor, Killed, conducting
from tests.chaos.crash_points.hub import PointedHub, Process
from tests.chaos.crash_points.hurried_clock import HurriedClock
from tests.chaos.crash_points.link import RECORD
from tests.chaos.crash_points.screen import Screen
from tests.chaos.crash_points.stories import Story, World, story
from tests.support.far_ends import add_telegram, telegram_platform

_LOOK_S: Final = 0.03
_GRACE_S: Final = 0.15
"""So long after everything looks done a point may still come."""
_LIMIT_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A crash point of a story: which process reaches it, and after which other kill, if any."""

    story: str
    process: str
    point: str
    after: str | None = None
    """The point at which the process was killed before; this one is on its way back."""

    def __str__(self) -> str:
        again = f" (on the way back from: {self.after})" if self.after else ""
        return f"{self.story}: {self.process} {self.point}{again}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one point."""

    spot: Spot
    reached: bool
    wrong: tuple[str, ...]


@dataclass
class Trial:
    """A hub with its far ends, on which one story after another is told."""

    world: World
    _told: list[tuple[Story, frozenset[str]]] = field(default_factory=list)

    async def record(self, name: str) -> list[Spot]:
        """The points that the story reaches, in their order."""
        told = await self._begin(name)
        await self._until_clean(told, wholly=True)
        processes = self.world.hub.processes
        for process in processes.values():
            await process.record()
        await told.act()
        await self._until_clean(told, wholly=True)
        await asyncio.sleep(_GRACE_S)
        found = [
            Spot(name, process.name, point)
            for process in processes.values()
            for point in await process.recorded()
        ]
        await self._end(told, frozenset())
        return found

    async def record_way_back(self, spot: Spot) -> list[Spot]:
        """The points that the next process reaches while it repairs what a kill has left."""
        told = await self._begin(spot.story)
        process = self.world.hub.processes[spot.process]
        await process.order(do="arm", point=spot.point)
        async with asyncio.TaskGroup() as group:
            acting = group.create_task(told.act())
            killed = await self._killed(process, acting, told)
            assert killed is not None, f"not reached: {spot}"
            await process.start(at_once=RECORD)
        await self._until_clean(told, killed.attempts, wholly=True)
        await asyncio.sleep(_GRACE_S)
        found = [
            Spot(spot.story, spot.process, point, spot.point) for point in await process.recorded()
        ]
        await self._end(told, killed.attempts)
        return found

    async def try_out(self, spot: Spot) -> Outcome:
        """Tell the story with the point armed; what is wrong after all of it."""
        told = await self._begin(spot.story)
        process = self.world.hub.processes[spot.process]
        await process.order(do="arm", point=spot.after or spot.point)
        async with asyncio.TaskGroup() as group:
            acting = group.create_task(told.act())
            killed = await self._killed(process, acting, told)
            if killed is None:
                await acting
                return Outcome(spot, False, tuple(await self._end(told, frozenset())))
            attempts, reached = killed.attempts, True
            if spot.after is not None:
                await process.start(at_once=spot.point)
                again = await self._killed(process, acting, told, attempts)
                reached = again is not None
                attempts |= again.attempts if again is not None else frozenset()
            following = group.create_task(_after(acting, told))
            if reached:
                await process.start()
            await following
        wrong = await self._end(told, attempts, followed=True)
        return Outcome(spot, reached, tuple(wrong))

    async def compare(self) -> list[str]:
        """Everything that is wrong with all stories told so far, and with the hub itself."""
        hub = self.world.hub
        last, attempts = self._told[-1]
        await self._until_clean(last, attempts, wholly=True)
        wrong = [
            f"{told.customer}: {line}"
            for told, attempts in self._told
            for line in await told.wrong(attempts)
        ]
        letters = await hub.items("/api/v1/dead-letters", state="open")
        wrong += [f"dead letter of {letter['source']}: {letter['reason']}" for letter in letters]
        wrong += await hub.left(wholly=True)
        if self.world.screen.resets:
            wrong.append(f"the screen was reloaded {self.world.screen.resets} times")
        return wrong

    async def _begin(self, name: str) -> Story:
        told = story(name, self.world, f"guest{len(self._told):03d}")
        await told.prepare()
        await self._until_clean(told)
        return told

    async def _killed(
        self,
        process: Process,
        acting: "asyncio.Task[None]",
        told: Story,
        attempts: frozenset[str] = frozenset(),
    ) -> Killed | None:
        """Where the process killed itself; None when the story was over before."""
        dying = asyncio.ensure_future(process.ended())
        living = asyncio.ensure_future(self._over(process, acting, told, attempts))
        try:
            await asyncio.wait({dying, living}, return_when=asyncio.FIRST_COMPLETED)
            return dying.result() if dying.done() else None
        finally:
            for task in (dying, living):
                task.cancel()
            await asyncio.wait({dying, living})

    async def _over(
        self,
        process: Process,
        acting: "asyncio.Task[None]",
        told: Story,
        attempts: frozenset[str],
    ) -> None:
        await asyncio.wait({acting})
        await self._until_clean(told, attempts, wholly=True)
        await asyncio.sleep(_GRACE_S)
        try:
            await process.order(do="disarm")
        except ConnectionError:
            await asyncio.Event().wait()  # it was reached in the last moment

    async def _end(
        self, told: Story, attempts: frozenset[str], *, followed: bool = False
    ) -> list[str]:
        if not followed:
            await told.follow()
        wrong = await self._until_clean(told, attempts)
        self._told.append((told, attempts))
        return wrong

    async def _until_clean(
        self, told: Story, attempts: frozenset[str] = frozenset(), *, wholly: bool = False
    ) -> list[str]:
        """Wait until nothing is wrong and nothing is left to be done; what is, after a while."""
        wrong = ["never looked"]
        end = asyncio.get_running_loop().time() + _LIMIT_S
        while wrong and asyncio.get_running_loop().time() < end:
            try:
                wrong = await told.wrong(attempts)
                wrong = wrong or await self.world.hub.left(wholly=wholly)
                wrong = wrong or await told.wrong(attempts)
            except (ClientError, ConnectionError, TimeoutError, AssertionError) as error:
                wrong = [f"the hub does not answer: {type(error).__name__} {error}"]
            if wrong:
                await asyncio.sleep(_LOOK_S)
        return wrong


async def _after(acting: "asyncio.Task[None]", told: Story) -> None:
    """What the same customer does next comes after what they did, as a person's does."""
    await acting
    await told.follow()


@asynccontextmanager
async def trial(
    start: Callable[[Conductor], AbstractAsyncContextManager[PointedHub]],
) -> AsyncIterator[Trial]:
    """A hub, two simulated Telegrams, the site chat, and an agent who watches."""
    clock = HurriedClock()
    async with (
        telegram_platform("polled", clock) as polled,
        telegram_platform("pushing", clock) as pushing,
        conducting() as conductor,
        start(conductor) as hub,
    ):
        await add_telegram(hub, polled, "polled")
        await add_telegram(hub, pushing, "pushing", mode="webhook")
        screen = Screen(hub.url, hub.http)
        watching = asyncio.ensure_future(screen.watch())
        try:
            yield Trial(World(hub, screen, polled, pushing))
        finally:
            watching.cancel()
            await asyncio.wait({watching})
