"""A RabbitMQ node of our own, for `hub services` and the tests.

It has its own ports, names, cookie, data and epmd, in one folder.
The package's server is started directly: Debian's wrapper refuses ordinary users and changes
the user when it is root. Nothing of the machine's own RabbitMQ, running or not, is touched.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
import zlib
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, Self

SERVER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START_LIMIT_S: Final = 60.0
_STOP_LIMIT_S: Final = 15.0
_FINE: Final = (200, 201, 204)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Broker:
    """A running node. ``url`` is its AMQP address without a virtual host."""

    folder: Path
    port: int
    management_port: int
    keep: bool
    _environ: dict[str, str]
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path, *, keep: bool = False) -> Self:
        """Start a node with its data in the folder; blocks until it serves.

        With ``keep`` its data stays for the next start. Raises ``RuntimeError`` when it is not
        installed or does not start.
        """
        if not SERVER.exists():
            raise RuntimeError(
                "RabbitMQ is missing: apt-get install --no-install-recommends rabbitmq-server"
            )
        folder.mkdir(parents=True, exist_ok=True)
        port, management, distribution, epmd = (_free_port() for _ in range(4))
        name = f"hub-{zlib.crc32(str(folder).encode()):08x}@localhost"
        (folder / "plugins").write_text("[rabbitmq_management].\n", encoding="ascii")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {management}\n"
            "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 50MB\n"
            "log.console = false\nlog.file.level = warning\n",
            encoding="ascii",
        )
        environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": name,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "no-advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }
        broker = cls(folder, port, management, keep, environ, _spawn(folder, environ))
        try:
            broker._until_serving()
        except BaseException:
            broker.stop()
            raise
        return broker

    @property
    def url(self) -> str:
        """``amqp://user:password@host:port/#management port``."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/#{self.management_port}"

    def manage(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """A call of the management API; the answer's body. Raises ``OSError`` on a refusal."""
        return manage(self.management_port, method, path, body)

    def control(self, *arguments: str) -> None:
        """Run the package's ``rabbitmqctl`` on this node; blocks. Raises ``CalledProcessError``."""
        subprocess.run(  # noqa: S603 - the package's own tool, with arguments of ours
            [str(SERVER.with_name("rabbitmqctl")), *arguments],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_START_LIMIT_S,
            check=True,
        )

    def restart(self) -> None:
        """Stop the node as an operator would and start it again on the same data and ports."""
        self._end(signal.SIGTERM)
        self._process = _spawn(self.folder, self._environ)
        self._until_serving()

    def kill(self) -> None:
        """SIGKILL; ``restart`` brings it back."""
        self._end(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        """Send all its processes a signal."""
        os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """End the node and its epmd and remove its data unless it is kept."""
        # An orderly end takes seconds, and what is thrown away needs none.
        self._end(signal.SIGTERM if self.keep else signal.SIGKILL)
        epmd = shutil.which("epmd") or "epmd"
        deadline = time.monotonic() + _STOP_LIMIT_S
        # It refuses to end until it has noticed that the node is gone.
        while self._kill_epmd(epmd) != 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _kill_epmd(self, epmd: str) -> int:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(self._environ["ERL_EPMD_PORT"]))) != 0:
                return 0
        return subprocess.run(  # noqa: S603 - our own epmd, on its own port
            [epmd, "-kill"], env=self._environ, capture_output=True, check=False
        ).returncode

    def _end(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            self._process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(_STOP_LIMIT_S)

    def _until_serving(self) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"RabbitMQ ended at its start: {self._log()}")
            try:
                self.manage("GET", "/api/health/checks/port-listener/" + str(self.port))
            except (OSError, HTTPException):
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"RabbitMQ did not start within {_START_LIMIT_S:g} s: {self._log()}")

    def _log(self) -> str:
        texts = [path.read_text(errors="replace") for path in (self.folder / "log").glob("*.log")]
        return "\n".join([*texts, (self.folder / "output").read_text(errors="replace")])[-2000:]


def manage(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    """A call of the management API on a port; the answer's body. Raises ``OSError``."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {
            "Authorization": f"Basic {b64encode(b'guest:guest').decode()}",
            "Content-Type": "application/json",
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status not in _FINE:
        raise OSError(f"{method} {path}: {answer.status} {text[:200]!r}")
    return text


def add_vhost(port: int, name: str) -> None:
    """A virtual host of that name on the node with this management port; harmless when there."""
    manage(port, "PUT", f"/api/vhosts/{name}", b"{}")
    rights = b'{"configure": ".*", "write": ".*", "read": ".*"}'
    manage(port, "PUT", f"/api/permissions/{name}/guest", rights)


def _spawn(folder: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "output").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the package's server, without arguments
            [str(SERVER)],
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
