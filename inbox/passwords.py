"""Passwords: argon2id in threads of its own, the same work whether the account exists or not."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from shared.errors import BadRequest

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
_MEMORY_KIB: Final = 19 * 1024
_PASSES: Final = 2
_THREADS: Final = 2
"""As many at a time; each takes the memory above for some 30 ms."""


class Passwords:
    """Makes and checks hashes. ``close`` ends its threads."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="passwords")
        self._hasher: PasswordHasher | None = None
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store. Raises ``BadRequest`` when the password is too short or too long."""
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise BadRequest(f"use {MIN_LENGTH} to {MAX_LENGTH} characters", field="password")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Whether it is the password; takes as long when there is no hash at all."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._executor, self._verify, password[: MAX_LENGTH + 1], hashed
        )

    def close(self) -> None:
        """End the threads; what runs is finished first."""
        self._executor.shutdown()

    def _argon(self) -> "PasswordHasher":
        if self._hasher is None:
            # Only whoever signs somebody in pays for the module.
            from argon2 import PasswordHasher

            self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)
        return self._hasher

    def _hash(self, password: str) -> str:
        return self._argon().hash(password)

    def _verify(self, password: str, hashed: str | None) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._argon()
        if self._decoy is None:
            self._decoy = hasher.hash(secrets.token_hex())
        try:
            hasher.verify(hashed or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None


def make_password() -> str:
    """A password that can be read aloud and typed: five groups of four."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))
