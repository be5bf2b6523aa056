"""Lets a process of a set-up be profiled; Python imports it by its name, from PYTHONPATH.

It does nothing unless HUB_TEST_PROFILE names a folder. SIGUSR1 begins: after every few milliseconds
of processor time it notes the stack of the thread that has used most of them. SIGUSR2 ends and
writes ``<pid>.folded`` there: one line per stack, outermost first, and how often it was seen.
"""

import collections
import os
import signal
import sys
import threading
import time
from types import FrameType

EVERY_S = 0.004


def install(folder: str) -> None:
    """Stand by for the signals."""
    seen: collections.Counter[str] = collections.Counter()
    used: dict[int, float] = {}

    def look(_number: int, frame: FrameType | None) -> None:
        stacks = sys._current_frames()
        if frame is not None:
            stacks[threading.main_thread().ident or 0] = frame  # without this function
        seen[_folded(stacks[_busiest(stacks, used)])] += 1

    def begin(_number: int, _frame: FrameType | None) -> None:
        seen.clear()
        _busiest(sys._current_frames(), used)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        lines = "".join(f"{stack} {count}\n" for stack, count in seen.items())
        path = os.path.join(folder, str(os.getpid()))  # noqa: PTH118 - pathlib costs a start
        with open(f"{path}.new", "w", encoding="utf-8") as file:  # noqa: PTH123 - the same
            file.write(lines)
        os.replace(f"{path}.new", f"{path}.folded")  # noqa: PTH105 - the same

    signal.signal(signal.SIGPROF, look)
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)


def _busiest(threads: dict[int, FrameType], used: dict[int, float]) -> int:
    """The thread that has used most of the processor since the last look; a queue's waiting reader
    cannot be told from a working one by its stack."""
    now = {one: time.clock_gettime(time.pthread_getcpuclockid(one)) for one in threads}
    found = max(now, key=lambda one: now[one] - used.get(one, 0.0))
    used.clear()
    used.update(now)
    return found


def _folded(frame: FrameType | None) -> str:
    names = []
    while frame is not None:
        names.append(f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}")
        frame = frame.f_back
    return ";".join(reversed(names)).replace(" ", "_")


if wanted := os.environ.get("HUB_TEST_PROFILE"):
    install(wanted)
