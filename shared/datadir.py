"""The lock on the data directory: a second hub on the same data is refused."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from shared.errors import DataInUse, Unavailable

LOCK_NAME: Final = "hub.lock"


class DataLock:
    """A held lock; the system lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        """Use ``acquire``."""
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, directory: Path, *, exclusive: bool) -> Self:
        """Claim the directory, making it (mode 0700) where needed. Does not wait.

        ``exclusive`` shuts out every other process; without it, only those that are exclusive.
        Raises ``DataInUse`` naming the directory and the holder, ``Unavailable`` when the directory
        cannot be written.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable(f"cannot write in {directory}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise DataInUse(
                f"the data in {directory} is in use by another hub (process {holder})"
            ) from None
        if exclusive:
            # For the message above only: a full disk must not keep the hub from starting.
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Let go; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
