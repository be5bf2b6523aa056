"""Where things are in a checkout, and the lock that lets one command at a time change them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkout:
    """The paths of a checkout; ``root`` is absolute and may hold spaces and any letters."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def hub(self) -> Path:
        """The launcher of the ``hub`` command."""
        return self.venv / "bin" / "hub"

    @property
    def stamps(self) -> Path:
        """What was done last, one file per step; gone with the environment that they describe."""
        return self.venv / "stamps"

    @property
    def logs(self) -> Path:
        """The output of each step's last run."""
        return self.venv / "logs"

    @property
    def web(self) -> Path:
        """The sources of the web UI."""
        return self.root / "inbox" / "web"

    def lock_file(self, name: str) -> Path:
        """The hashed lock ``requirements<name>.lock``."""
        return self.root / f"requirements{name}.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other command sets up this checkout, and keep others waiting meanwhile.

        The lock is on the directory itself: it leaves no file, and ends with this process.
        """
        handle = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Waiting for another make in this checkout ...", flush=True)
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
