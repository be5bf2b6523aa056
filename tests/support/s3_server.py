"""The S3-speaking server of a test run: a process of its own on a free port, data in memory."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, Self

S3_VARIABLE: Final = "HUB_TEST_S3"
"""``http://host:port`` of the run's own server."""
_START_LIMIT_S: Final = 20.0


@dataclass
class S3Server:
    """A running server; ``url`` names no bucket."""

    url: str
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path) -> Self:
        """Start it; blocks until it serves."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        server = cls(f"http://127.0.0.1:{port}", process)
        try:
            server._until_serving(port, folder / "output")
        except BaseException:
            server.stop()
            raise
        return server

    def stop(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _until_serving(self, port: int, output: Path) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"no S3 server: {output.read_text(errors='replace')[-2000:]}")


def make_bucket(url: str, name: str) -> None:
    """A bucket of that name; harmless when it is there. Blocks."""
    host = url.removeprefix("http://")
    connection = HTTPConnection(host, timeout=10)
    try:
        connection.request("PUT", f"/{name}", headers={"Authorization": "AWS tests:tests"})
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status not in {200, 409}:
        raise OSError(f"PUT /{name}: {answer.status}")
