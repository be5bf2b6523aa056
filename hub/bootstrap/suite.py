"""The tests: which of them run, by how many workers, and where they keep their files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.bootstrap.checkout import Checkout
from hub.bootstrap.parts import Part, find_chromium

SCRATCH_BYTES = 2_000_000_000
"""What must be free in memory before tests keep their files there; they need a fifth of it."""

_MOST_WORKERS = 6
_MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has random names or is checked


def run_suite(checkout: Checkout, missing: Sequence[Part], arguments: Sequence[str]) -> int:
    """Run pytest, all tests unless the arguments say which; its exit status."""
    command = [str(checkout.python), "-m", "pytest", "-m", marker_expression(missing)]
    if not {"-n", "-x", "--pdb"} & set(arguments):
        # Tests of one file share a worker and what they set up; tests/conftest.py has the order.
        number = str(workers(os.cpu_count() or 1))
        command += ["-n", number, "--dist", "loadgroup", "--no-loadscope-reorder"]
    env = suite_environment(os.environ, find_chromium(), scratch_folder(_MEMORY))
    return subprocess.run(
        [*command, *arguments], cwd=checkout.root, env=env, check=False
    ).returncode


def workers(processors: int) -> int:
    """How many run tests side by side: one more than could compute, as many of them wait."""
    return min(processors + 1, _MOST_WORKERS)


def marker_expression(missing: Sequence[Part]) -> str:
    """The tests to run: all but those on real accounts and those whose part is missing."""
    return " and ".join(f"not {marker}" for marker in ["live", *(p.marker for p in missing)])


def suite_environment(
    environ: Mapping[str, str], chromium: str | None, scratch: Path | None
) -> Mapping[str, str]:
    """What the tests and the hubs that they start find in their environment.

    Compiled sources are kept, as each of some hundred starts would compile them anew; a ``TMPDIR``
    that somebody has set stays.
    """
    env = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if scratch is not None:
        env.setdefault("TMPDIR", str(scratch))
    if chromium is not None:
        env["HUB_TEST_CHROMIUM"] = chromium
    return env


def scratch_folder(memory: Path, needed_bytes: int = SCRATCH_BYTES) -> Path | None:
    """A folder in memory with plenty of room; None where there is none.

    Thousands of small databases each wait for the disk at every commit, for seconds while others
    write to it: on a disk that takes most of the time of all tests.
    """
    try:
        place = os.statvfs(memory)
    except OSError:
        return None
    free_bytes = place.f_bavail * place.f_frsize
    runs_programs = not place.f_flag & os.ST_NOEXEC  # some tests write one and run it
    usable = runs_programs and os.access(memory, os.W_OK | os.X_OK)
    return memory if usable and free_bytes >= needed_bytes else None
