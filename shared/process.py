"""A process of the hub: its signals, its end within five seconds, its arguments and its errors."""

import argparse
import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import structlog

from shared import log as logs
from shared.errors import HubError
from shared.settings import Settings, load_settings

log = structlog.get_logger(__name__)

EXIT_LIMIT_S: Final = 4.5
"""After a signal the process is gone by then, whatever hangs."""
_SETTLED_S: Final = (1.0, 3.0, 10.0)
"""What a process holds by then, its libraries and models above all, it holds to its end: the
collector of cycles need not walk through it again and again. A hub that was away is busiest in its
first seconds."""
_COLLECTED: Final = (10_000, 20, 20)
"""How many new objects make the collector of cycles walk, and how many walks a deeper one: a
message makes thousands that hold no cycle, and at the interpreter's 700 the walks took some six
parts in a hundred of the hub's time."""
_THREADS_S: Final = 0.3
"""How long threads that wait for nothing of ours may go on once everything is closed."""


class Ending:
    """Whether the process was told to end, and when it may begin to."""

    def __init__(self, *, drain_s: float = 0.0) -> None:
        """``drain_s``: how long to go on serving after the signal, while ``/readyz`` already says
        that this process ends and others take over what comes."""
        self._drain_s = drain_s
        self._told = asyncio.Event()

    @property
    def told(self) -> bool:
        """The signal came."""
        return self._told.is_set()

    def tell(self) -> None:
        """Begin to end; harmless when told before."""
        self._told.set()

    async def signal(self) -> None:
        """Wait for the signal."""
        await self._told.wait()

    async def wait(self) -> None:
        """Wait for the signal, and then for the time to go on serving."""
        await self.signal()
        log.info("process.ending", drain_s=self._drain_s)
        await asyncio.sleep(self._drain_s)


def run_until_told(
    main: Callable[[Ending], Awaitable[None]],
    *,
    drain_s: float = 0.0,
    limit_s: float = EXIT_LIMIT_S,
) -> None:
    """Run ``main`` on an event loop; SIGINT and SIGTERM tell its ``Ending``.

    Blocks. What has not ended ``limit_s`` after the signal is ended hard, with status 1. The first
    ``HubError`` or ``OSError`` among what ``main`` raises is raised alone.
    """
    failure: BaseException | None = None
    try:
        with asyncio.Runner(loop_factory=event_loop()) as runner:
            runner.run(_with_signals(main, drain_s, limit_s))
    except* (HubError, OSError) as errors:
        failure = _first(errors)
    if failure is not None:
        raise failure from None


def event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the loop: uvloop where it can be had, else asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _with_signals(
    main: Callable[[Ending], Awaitable[None]], drain_s: float, limit_s: float
) -> None:
    ending = Ending(drain_s=drain_s)
    loop = asyncio.get_running_loop()
    # A thread: it must work while the loop hangs in something that blocks.
    limit = threading.Timer(limit_s, _give_up)
    limit.daemon = True

    def told() -> None:
        if not ending.told:
            limit.start()
        ending.tell()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    gc.set_threshold(*_COLLECTED)
    settled = [loop.call_later(seconds, gc.freeze) for seconds in _SETTLED_S]
    await main(ending)
    for timer in settled:
        timer.cancel()
    limit.cancel()
    if ending.told:
        # Everything is closed. A thread may still import a library or wait for a platform, and the
        # interpreter would wait for it, also after the loop: so this is no timer of the loop.
        leaving = threading.Timer(_THREADS_S, _leave_threads)
        leaving.daemon = True
        leaving.start()


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _leave_threads() -> None:
    log.info("process.left_threads")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _give_up() -> None:
    log.error(
        "process.ended_hard", reason="something did not end in time; nothing accepted is lost"
    )
    sys.stderr.flush()
    os._exit(1)


def arguments(program: str, does: str) -> argparse.ArgumentParser:
    """The command line that every service has."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {program}",
        description=f"{does} Settings come from the environment (HUB_*) and a TOML file, as those"
        " of `hub up`; all services of one hub share bus, store, blobs and secret key.",
    )
    parser.add_argument("--config", type=Path, help="a TOML file of settings (HUB_CONFIG)")
    parser.add_argument("--host", help="address to listen on (HUB_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for a free one (HUB_PORT)")
    parser.add_argument("--data-dir", type=Path, help="where the hub's data is (HUB_DATA_DIR)")
    return parser


def run_service(
    given: argparse.Namespace, name: str, main: Callable[[Settings, Ending], Awaitable[None]]
) -> int:
    """Read the settings, set up logging and run; the exit status. One line says what was wrong."""
    config = given.config or _named_config()
    overrides = {key: getattr(given, key) for key in ("host", "port", "data_dir")}
    try:
        settings = load_settings(
            config=config, overrides={k: v for k, v in overrides.items() if v is not None}
        )
        logs.configure(settings.log_level, json=settings.log_json)
        run_until_told(lambda ending: main(settings, ending), drain_s=settings.drain_s)
    except (HubError, OSError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    return 0


def _named_config() -> Path | None:
    named = os.environ.get("HUB_CONFIG")
    return Path(named) if named else None
