"""Hands the terminal over to the hub, so that Ctrl-C is the hub's alone and its status counts.

``make`` dies of a Ctrl-C even when its child ends well. So at a terminal the hub becomes a
foreground job of its own, as a shell would do it; without one it takes this process's place.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from types import FrameType


def hand_over(command: Sequence[str]) -> int:
    """Run ``command`` to its end; its exit status, 128 + n where signal n ended it.

    Blocks for as long as it runs. Without a terminal it does not return at all.
    """
    terminal = _terminal()
    if terminal is None:
        os.execv(command[0], list(command))
    child = os.fork()
    if child == 0:
        _become_job(terminal, command)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: _pass_on(child, got, _frame))
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    _give(terminal, child)
    status = _follow(terminal, child)
    _give(terminal, os.getpgrp())
    return status


def _terminal() -> int | None:
    """The terminal's descriptor if we hold it in the foreground."""
    try:
        return 0 if os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp() else None
    except OSError:
        return None


def _become_job(terminal: int, command: Sequence[str]) -> None:
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(terminal, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(command[0], list(command))
    finally:
        os._exit(127)


def _pass_on(child: int, number: int, _frame: FrameType | None) -> None:
    try:
        os.kill(child, number)
    except ProcessLookupError:
        pass  # it ended in between


def _give(terminal: int, group: int) -> None:
    try:
        os.tcsetpgrp(terminal, group)
    except OSError:
        pass  # the terminal is gone, or the job: nothing is left to hand over


def _follow(terminal: int, child: int) -> int:
    while True:
        _, state = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(state):
            status = os.waitstatus_to_exitcode(state)
            return status if status >= 0 else 128 - status
        # Ctrl-Z: stop ourselves and make as well, and take the hub along when they go on.
        _give(terminal, os.getpgrp())
        os.killpg(os.getpgrp(), signal.SIGSTOP)
        _give(terminal, child)
        os.killpg(child, signal.SIGCONT)
