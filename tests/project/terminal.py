"""Runs a command at a terminal of its own and presses Ctrl-C once it has said "ready".

Prints the command's exit status. It is a program because forking belongs in a process of one
thread.
"""

from __future__ import annotations

import os
import pty
import sys

CTRL_C = b"\x03"


def main() -> None:
    """Follow the command to its end."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    said = b""
    while b"ready" not in said:
        said += os.read(terminal, 1024)
    os.write(terminal, CTRL_C)
    _, state = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(state))


if __name__ == "__main__":
    main()
