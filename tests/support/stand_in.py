"""A process that stands for another one, which the fork server has made: its signals go there, it
ends as that one ends, and that one dies with it. For those who start their processes themselves.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final, NoReturn

from tests.support.fork_server import request

FORK_SERVER: Final = "FORK_SERVER"
"""Names the port of the fork server in the environment."""


def stand_in(module: str, arguments: Sequence[str]) -> NoReturn:
    """Have ``module.main(arguments)`` run in a forked child, and share its fate."""
    with socket.create_connection(("127.0.0.1", int(os.environ[FORK_SERVER]))) as line:
        said = line.makefile("rb")
        line.sendall(request(module, arguments, os.environ, None))
        pid = json.loads(said.readline())["pid"]

        def pass_on(number: int, _frame: FrameType | None) -> None:
            os.kill(pid, number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, pass_on)
        answer = said.readline()
    if not answer:
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(json.loads(answer)["status"])
