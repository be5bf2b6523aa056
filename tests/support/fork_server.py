"""Starting a process of the hub in a moment: a process that has imported everything forks it.

``python -m tests.support.fork_server`` listens on a port that it names. Whoever connects sends one
JSON object in a line, ``{module, arguments, environ, log}``, and a forked child runs
``module.main(arguments)``. The connection is the child's line of life: ``{pid}`` is said on it and
at the child's end ``{status}``, ``-9`` where SIGKILL ended it, and the child dies when the other
side is gone. The server has no threads and no event loop, so that forking it is safe.
"""

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn, Self

_ROOT: Final = Path(__file__).parents[2]
_IMPORTED: Final = (
    "hub.app",
    "hub.cli",
    "hub.control",
    "connectors.telegram.connector",
    "connectors.webchat.connector",
    "connectors.__main__",
    "inbox.__main__",
    "router.__main__",
    "shared.blobs.stored",
    "shared.bus.amqp",
    "shared.bus.embedded",
    "shared.store.sqlite",
)
_LIMIT_S: Final = 20.0


class Forked:
    """A child that was forked for us."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self._reader = reader
        self._writer = writer

    async def ended(self) -> int:
        """Wait for its end; its status, ``-SIGKILL`` where the server is gone too."""
        try:
            line = await self._reader.readline()
        except ConnectionError:
            line = b""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        status: int = json.loads(line)["status"] if line else -signal.SIGKILL
        return status


class ForkServer:
    """The client's side, for tests; entering and leaving it blocks. ``port``: where it listens."""

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", __spec__.name]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=pipe, stdout=pipe)
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())["port"]
        return self

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.communicate(timeout=_LIMIT_S)

    async def start(
        self, module: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path
    ) -> Forked:
        """Fork a child that runs ``module.main``."""
        return await fork(self.port, module, arguments, environ, log)


async def fork(
    port: int, module: str, arguments: Sequence[str], environ: Mapping[str, str], log: Path
) -> Forked:
    """Have the server on that port fork a child that runs ``module.main``."""
    asked = request(module, arguments, environ, str(log))
    async with asyncio.timeout(_LIMIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        return Forked(json.loads(await reader.readline())["pid"], reader, writer)


def request(
    module: str, arguments: Sequence[str], environ: Mapping[str, str], log: str | None
) -> bytes:
    """What the server is sent. Without a log the child writes where the server does."""
    asked = {
        "module": module,
        "arguments": list(arguments),
        "environ": dict(environ),
        "log": log,
    }
    return json.dumps(asked).encode() + b"\n"


def _serve() -> None:
    for module in _IMPORTED:
        importlib.import_module(module)
    gc.freeze()  # what is there stays, in memory that the children share
    children: dict[int, socket.socket] = {}
    with socket.create_server(("127.0.0.1", 0)) as listener, _ended_children() as ended:
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        while sys.stdin not in (ready := select.select([listener, ended, sys.stdin], [], [])[0]):
            if ended in ready:
                ended.recv(4096)
                _bury(children)
            if listener not in ready:
                continue
            connection, _ = listener.accept()
            asked = json.loads(connection.makefile("rb").readline())
            pid = os.fork()
            if pid == 0:
                for other in (listener, ended, *children.values()):
                    other.close()
                _become(asked, connection)
            children[pid] = connection


@contextmanager
def _ended_children() -> Iterator[socket.socket]:
    """Can be read once a child has ended."""
    ours, signals = socket.socketpair()
    with ours, signals:
        signals.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(signals.fileno())
        yield ours


def _bury(children: dict[int, socket.socket]) -> None:
    """Tell how those ended that have."""
    while children:
        pid, how = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with children.pop(pid) as line, suppress(OSError):
            status = os.waitstatus_to_exitcode(how)
            line.sendall(json.dumps({"status": status}).encode() + b"\n")


def _become(asked: Mapping[str, Any], line: socket.socket) -> NoReturn:
    """Be the child, to its end."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _redirect(asked["log"])
        os.environ.clear()
        os.environ.update(asked["environ"])
        line.sendall(json.dumps({"pid": os.getpid()}).encode() + b"\n")
        threading.Thread(target=_die_with, args=(line,), daemon=True).start()
        importlib.import_module(asked["module"]).main(asked["arguments"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - nothing of the server's may run in the child
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(log: str | None) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    written = 2
    if log is not None:
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(written, number)


def _die_with(line: socket.socket) -> None:
    """Whoever asked for this process is gone, killed perhaps: so it is with this one."""
    with suppress(OSError):
        line.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _serve()
