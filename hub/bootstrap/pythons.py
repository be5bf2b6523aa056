"""Finds a Python that the hub can run on. Parseable by Python 3.6: it may run on a too old one."""

import os
import shutil
import subprocess
import sys
from typing import Iterator, List, NamedTuple, Optional, Tuple

from hub.bootstrap.problem import Problem

OLDEST = (3, 11)
NEWEST = (3, 14)
NAMES = ["python3.14", "python3.13", "python3.12", "python3.11", "python3"]

_PROBE = """
import sys
try:
    import ensurepip, venv
    can = 1
except ImportError:
    can = 0
base = getattr(sys, "_base_executable", None) or sys.executable
print(sys.version_info[0], sys.version_info[1], can, base)
"""


class Python(NamedTuple):
    """An interpreter outside of any environment: its path, (major, minor), and whether its
    ``venv`` module can bring pip along.
    """

    path: str
    version: Tuple[int, int]
    has_venv: bool

    @property
    def fits(self) -> bool:
        """Whether the hub runs on this version."""
        return OLDEST <= self.version <= NEWEST


def probe(path: str) -> Optional[Python]:
    """Ask the interpreter at ``path`` what it is; None when it does not run (10 s at most)."""
    try:
        out = subprocess.run(
            [path, "-c", _PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=10,
            check=True,
        ).stdout
        major, minor, can, base = os.fsdecode(out).rstrip("\n").split(" ", 3)
        return Python(base, (int(major), int(minor)), can == "1")
    except (OSError, ValueError, subprocess.SubprocessError):
        return None  # a shim without a version behind it, a broken link: look further


def candidates() -> Iterator[str]:
    """The interpreter that runs this first, then what PATH offers, the newest name first."""
    seen = set()
    paths = [sys.executable] + [shutil.which(name) or "" for name in NAMES]
    for path in paths:
        real = os.path.realpath(path) if path else ""
        if real and real not in seen:
            seen.add(real)
            yield path


def fitting() -> Python:
    """The first interpreter that fits and can make a virtual environment, else a ``Problem``."""
    found = []  # type: List[Python]
    for path in candidates():
        python = probe(path)
        if python is None:
            continue
        if python.fits and python.has_venv:
            return python
        found.append(python)
    raise _nothing_fits(found)


def _nothing_fits(found: "List[Python]") -> Problem:
    without_venv = [python for python in found if python.fits]
    if without_venv:
        version = _text(without_venv[0].version)
        return Problem(
            f"Python {version} has no working venv module",
            f"install it (Debian, Ubuntu: apt-get install python{version}-venv)",
        )
    have = ", ".join(_text(python.version) for python in found) or "none that runs"
    return Problem(
        f"Python {_text(OLDEST)} to {_text(NEWEST)} is needed and this machine has {have}",
        "install one (Debian 12, Ubuntu 24.04 or newer: apt-get install python3 python3-venv) "
        "or name it, make PYTHON=/path/to/python3",
    )


def _text(version: "Tuple[int, int]") -> str:
    return "%d.%d" % version
