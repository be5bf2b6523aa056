"""The MongoDB wire server of a test run: a process of its own on a free port, data in one folder.

It keeps what it was told over the death of its clients; of its own death nothing is asked.
"""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_ROOT: Final = Path(__file__).parents[2]
_START_LIMIT_S: Final = 20.0


@dataclass
class MongoServer:
    """A running server; ``url`` names no database."""

    url: str
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path) -> Self:
        """Start it; blocks until it serves."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        command = [sys.executable, "-m", "tests.support.mongo_child", str(port)]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [*command, str(folder / "data")],
                cwd=folder,
                # Nothing of the person who runs the tests: it looks for settings in their home.
                env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(_ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        server = cls(f"mongodb://127.0.0.1:{port}/", process)
        try:
            server._until_serving(port, folder / "output")
        except BaseException:
            server.stop()
            raise
        return server

    def stop(self) -> None:
        """End it at once: its data are not needed any more."""
        self._process.kill()
        self._process.wait()

    def _until_serving(self, port: int, output: Path) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"no MongoDB wire server: {output.read_text(errors='replace')[-2000:]}")
