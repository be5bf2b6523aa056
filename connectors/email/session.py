"""A connection to the mailbox that is made when it is needed, on a thread of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from connectors.email.imap import Imap
from connectors.email.manifest import EmailSettings
from connectors.email.oauth import OAuth
from shared.errors import ChannelBroken, HubError, Unavailable

T = TypeVar("T")

_CLOSE_S: Final = 1.0


class Session:
    """One connection at a time; what fails on it is tried on a new one by whoever asks again."""

    def __init__(self, settings: EmailSettings, oauth: OAuth, *, name: str) -> None:
        self._settings = settings
        self._oauth = oauth
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"email-{name}")
        self._imap: Imap | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def do(self, work: Callable[[Imap], T], *, limit_s: float) -> T:
        """Let the thread do it. Raises what it raises, and ``Unavailable`` after the limit.

        Cancelled, or over its time, the connection is cut, which ends the thread's wait.
        """
        async with self._turn:
            token = await self._oauth.token()
            try:
                async with asyncio.timeout(limit_s):
                    return await self._run(lambda: work(self._connected(token)))
            except TimeoutError:
                raise Unavailable("the mailbox did not answer in time") from None

    async def close(self) -> None:
        """Cut the connection and let the thread end."""
        if self._closed:
            return
        self._closed = True
        if self._imap is not None:
            self._imap.abort()
        dropped = asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)
        await asyncio.wait([dropped], timeout=_CLOSE_S)

    async def _run(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if self._imap is not None:
                self._imap.abort()
            # Its end is nobody's news any more.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Unavailable:
            self._drop()
            raise
        except ChannelBroken:
            self._oauth.forget()
            self._drop()
            raise
        except HubError:
            raise
        except BaseException:
            self._drop()
            raise

    def _connected(self, token: str | None) -> Imap:
        if self._closed:
            raise Unavailable("the channel is being closed")
        if self._imap is None:
            self._imap = Imap.connect(self._settings, token)
            self._imap.refresh_capabilities()
        return self._imap

    def _drop(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            imap.abort()
            imap.close()
