"""The play on a stage: everybody comes on, acts, and waits until nothing moves any more."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import ClientSession, ClientTimeout

from tests.chaos.agents import Agent
from tests.chaos.bot import NAME, AnsweringBot
from tests.chaos.compare import compare
from tests.chaos.customers import Customers
from tests.chaos.far_end import FarEnd
from tests.chaos.ledger import Found, Ledger
from tests.chaos.mischief import Mischief, Struck
from tests.chaos.plan import FIRST_WORD, LAST_WORD, Deed, Plan
from tests.chaos.reading import read_when_it_answers
from tests.chaos.screen import Screen
from tests.chaos.stage import Stage
from tests.chaos.timing import Timing
from tests.support.far_ends import add_channel
from tests.support.services_process import admin_token, until_site_chat
from tests.support.waiting import until

log = structlog.get_logger(__name__)

_START_LIMIT_S: Final = 180.0
_CALL_LIMIT: Final = ClientTimeout(total=15)
_READ_EVERY_S: Final = 2.0


class Drama:
    """The run while it lasts, and what is left of it."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.plan = plan
        self.stage = stage
        self.timing = Timing()
        self.ledger = Ledger()
        self.screen = Screen(self.timing.now)
        self.found: Found | None = None
        self.struck: list[Struck] = []
        self.wrong: list[str] = []
        self.over_s = 0.0
        """When the last fault was over and the last message written."""
        self.settled_s = 0.0
        """When everything was in its final state."""

    async def play(self) -> None:
        """From the first call to the last comparison, while the processes run."""
        async with ClientSession(timeout=_CALL_LIMIT) as http:
            await self._open(http)
            bot = await self._bot()
            agents = await self._agents()
            platforms = {name: end.platform for name, end in self.stage.far_ends.items()}
            customers = Customers(self.plan, self.stage, platforms, self.ledger, self.timing)
            async with self._looking_on(bot, customers):
                try:
                    async with asyncio.timeout(self._limit_s()):
                        await self._act(customers, agents, bot)
                except TimeoutError:
                    self.wrong.append("unfinished: not everything was accepted in time")
                    self.wrong += await self._look(customers)
                else:
                    await self._settle(customers)
            self.wrong += bot.wrong

    def _limit_s(self) -> float | None:
        size = self.plan.size
        return None if size.settle_s is None else size.span_s + 2 * size.settle_s

    async def _open(self, http: ClientSession) -> None:
        """Wait until the hub serves, sign in, and add the channels."""
        for keeper in self.stage.keepers.values():
            await until(_ready(keeper.process.is_ready, http), limit_s=_START_LIMIT_S)
        await until_site_chat(self.stage.url, _START_LIMIT_S)
        http.headers["Authorization"] = f"Bearer {await admin_token(self.stage.url)}"
        self.stage.http = http
        for name, end in self.stage.far_ends.items():
            settings = end.settings(self.stage.ports_of(name))
            await add_channel(self.stage, end.channel.type, name, settings)
        for end in self.stage.far_ends.values():
            await until(_heard(end), limit_s=_START_LIMIT_S)

    async def _bot(self) -> AnsweringBot:
        made = await self.stage.call("POST", "/api/v1/bots", {"name": NAME})
        return AnsweringBot(self.stage.url, made["token"], self.stage.folder / "bot.place")

    async def _agents(self) -> dict[str, Agent]:
        agents = {}
        for name in sorted({deed.agent for deed in self.plan.deeds}):
            token = await self._token(name)
            agents[name] = Agent(self.stage.url, token, self.ledger, self.screen)
        return agents

    async def _token(self, name: str) -> str:
        asked = {"name": name, "role": "agent"}
        token: str = (await self.stage.call("POST", "/api/v1/tokens", asked))["token"]
        return token

    @asynccontextmanager
    async def _looking_on(self, bot: AnsweringBot, customers: Customers) -> AsyncIterator[None]:
        """Screen, bot and widgets; they stay connected until the context ends."""
        token = await self._token("screen")
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.screen.watch(self.stage.url, token)),
                group.create_task(bot.run()),
                group.create_task(customers.follow()),
            ]
            try:
                await until(lambda: self._connected(bot), limit_s=_START_LIMIT_S)
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _connected(self, bot: AnsweringBot) -> bool:
        there = await asyncio.to_thread(bot.place.exists)
        return there and self.screen.connections > 0

    async def _act(self, customers: Customers, agents: dict[str, Agent], bot: AnsweringBot) -> None:
        """Traffic and faults side by side; then, with all whole again, everybody's last words."""
        mischief = Mischief(self.stage, bot, self.timing)
        self.struck = mischief.struck
        deeds: dict[str, list[Deed]] = defaultdict(list)
        for deed in self.plan.deeds:
            deeds[deed.agent].append(deed)
        await customers.say(FIRST_WORD)
        # Libraries load and webhooks are set: until then there is nothing to be disturbed.
        while len(self.screen.shown_at) < len(self.plan.customers):
            self.screen.told.clear()
            await self.screen.told.wait()
        self.timing.begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(mischief.run(self.plan.faults))
            group.create_task(customers.run())
            for name, agent in agents.items():
                group.create_task(agent.run(deeds[name], self.timing, self.plan.seed))
        await customers.say(LAST_WORD)
        self.over_s = self.timing.now()
        log.info("chaos.over", at_s=round(self.over_s, 1))

    async def _settle(self, customers: Customers) -> None:
        """Compare until nothing is wrong, at most for the plan's time."""
        limit_s = self.plan.size.settle_s
        while True:
            looked_at_s = self.timing.now()
            wrong = await self._look(customers)
            self.settled_s = self.timing.now()
            late = limit_s is not None and self.settled_s - self.over_s > limit_s
            if not wrong or late:
                break
            log.info("chaos.unsettled", wrong=len(wrong), first=wrong[0])
            await asyncio.sleep(max(0.0, looked_at_s + _READ_EVERY_S - self.timing.now()))
        self.wrong += wrong

    async def _look(self, customers: Customers) -> list[str]:
        found = await read_when_it_answers(self.stage, customers, self.screen)
        if found is None:
            return ["unfinished: the hub does not answer"]
        self.found = found
        return compare(self.ledger, found, self.plan.faults, self.plan.customers)


def _ready(
    is_ready: Callable[[ClientSession], Awaitable[bool]], http: ClientSession
) -> Callable[[], Awaitable[bool]]:
    return lambda: is_ready(http)


def _heard(end: FarEnd) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return end.is_heard()

    return look
