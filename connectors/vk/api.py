"""VK's methods by vk_api, which blocks: a few instances, each with a thread while it is called.

An instance of vk_api makes one call at a time. Errors never hold the token.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import jconfig  # type: ignore[import-untyped]  # brings no types
import requests
from aiohttp import ClientSession
from pydantic import SecretStr
from vk_api import VkApiGroup
from vk_api.exceptions import ApiError, ApiHttpError, VkApiError

from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.session import HubSession

VERSION: Final = "5.199"
_INSTANCES: Final = 8
_REASON: Final = 300
_TOO_MANY: Final = 429
TOO_OFTEN: Final = 6


class VkApi:
    """The methods of one community."""

    def __init__(
        self, token: SecretStr, api_base: str, http: ClientSession, *, timeout_s: float
    ) -> None:
        self._token = token
        self._base = api_base
        self._http = http
        self._timeout_s = timeout_s
        self._executor: ThreadPoolExecutor | None = None
        self._idle: asyncio.LifoQueue[VkApiGroup] = asyncio.LifoQueue()
        self._made: list[VkApiGroup] = []

    async def call(self, method: str, *, timeout_s: float | None = None, **values: Any) -> Any:
        """What a method answers, within the time limit. Raises ``Refused`` and ``NoAnswer``.

        Lists go as VK takes them, flags as 1 and 0, and what is None is left out.
        """
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        instance = await self._instance()
        session: HubSession = instance.http
        session.begin(limit_s)
        loop = asyncio.get_running_loop()
        assert self._executor is not None  # noqa: S101 - made with the first instance
        running = self._executor.submit(self._called, instance, method, _form(values))
        running.add_done_callback(lambda _: _from_thread(loop, self._idle, instance))
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            session.abort()
            raise

    async def close(self) -> None:
        """Give up the calls under way and let the threads end."""
        for instance in self._made:
            instance.http.abort()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    async def _instance(self) -> VkApiGroup:
        if self._idle.empty() and len(self._made) < _INSTANCES:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(_INSTANCES, thread_name_prefix="vk")
            made = self._make()
            self._made.append(made)
            return made
        return await self._idle.get()

    def _make(self) -> VkApiGroup:
        session = HubSession(self._http, asyncio.get_running_loop(), self._base)
        instance = VkApiGroup(
            token=self._token.get_secret_value(),
            api_version=VERSION,
            session=session,
            # Otherwise a file of the working directory would be read.
            config=jconfig.MemoryConfig,
        )
        # Its own answers to errors repeat the call without end (6) or ask a person (14, 17).
        instance.error_handlers.clear()
        # The rate holds for the community as a whole: the dispatcher keeps it.
        instance.RPS_DELAY = 0
        return instance

    def _called(self, instance: VkApiGroup, method: str, values: dict[str, Any]) -> Any:
        """One call, in a thread."""
        try:
            answer = instance.method(method, values, raw=True)
        except ApiError as error:
            raise self._refused(error.code, error.error) from None
        except ApiHttpError as error:
            raise self._of_status(error.response.status_code) from None
        except (requests.RequestException, VkApiError, LookupError, TypeError, ValueError):
            raise NoAnswer("VK's answer is unreadable", written=True) from None
        if not isinstance(answer, dict) or "response" not in answer:
            raise NoAnswer("VK's answer is unreadable", written=True)
        return answer["response"]

    def _refused(self, code: object, error: object) -> Refused | NoAnswer:
        if isinstance(code, bool) or not isinstance(code, int):
            return NoAnswer("VK's answer is unreadable", written=True)
        said = error.get("error_msg") if isinstance(error, dict) else None
        return Refused(code, self.clean(said if isinstance(said, str) else ""))

    def _of_status(self, status: int) -> Refused | NoAnswer:
        if status == _TOO_MANY:
            return Refused(TOO_OFTEN, "Too many requests per second")
        return NoAnswer(f"VK answered with status {status}", written=True)

    def clean(self, words: str) -> str:
        """VK's words without the token, which some of them repeat."""
        return words.replace(self._token.get_secret_value(), "...")[:_REASON]


def _from_thread(
    loop: asyncio.AbstractEventLoop, idle: "asyncio.LifoQueue[VkApiGroup]", instance: VkApiGroup
) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody will call again
        loop.call_soon_threadsafe(idle.put_nowait, instance)


def _form(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _field(value) for name, value in values.items() if value is not None}


def _field(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list | tuple):
        return ",".join(str(item) for item in value)
    return value
