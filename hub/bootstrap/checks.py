"""What must hold before anything is done. Each check returns quietly or raises a ``Problem``."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hub.bootstrap.problem import Problem

SETUP_BYTES = 1_000_000_000
"""What the packages, the browser code's packages and their caches need on the first run."""

_MEGABYTE = 1_000_000
_HIGHEST_PORT = 65_535


def check_writable(folder: Path, what: str, remedy: str) -> None:
    """A file can be made in ``folder``, or in its nearest parent while it does not exist yet."""
    there = folder
    # Path.exists() fails below a folder that may not be looked into.
    while not os.path.exists(there) and there != there.parent:  # noqa: PTH110 - see above
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Problem(f"No space is left for {what} in {there}", "free some") from None
        raise Problem(f"No write access for {what} in {there}", remedy) from None


def check_space(folder: Path, needed_bytes: int = SETUP_BYTES) -> None:
    """The disk under ``folder`` has room for what the first run installs."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        raise Problem(
            f"{free_bytes // _MEGABYTE} MB are free in {folder} and the first run needs"
            f" {needed_bytes // _MEGABYTE} MB",
            "free some disk space or move the checkout",
        )


def check_port(environ: Mapping[str, str]) -> None:
    """The address that the hub is to listen on (``HUB_HOST``, ``HUB_PORT``) is free."""
    host = environ.get("HUB_HOST") or "127.0.0.1"
    wanted = environ.get("HUB_PORT") or "8080"
    if not (wanted.isascii() and wanted.isdigit() and int(wanted) <= _HIGHEST_PORT):
        raise Problem(
            f"HUB_PORT is {wanted!r} and no port", f"set a number from 0 to {_HIGHEST_PORT}"
        )
    try:
        address = socket.getaddrinfo(host, int(wanted), type=socket.SOCK_STREAM)[0]
        with socket.socket(address[0], socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address[4])
    except OSError as error:
        raise _port_problem(error, host, int(wanted)) from None


def _port_problem(error: OSError, host: str, port: int) -> Problem:
    if error.errno == errno.EADDRINUSE:
        return Problem(
            f"Port {port} on {host} is taken",
            f"stop what listens there or choose another, HUB_PORT={port % _HIGHEST_PORT + 1}"
            " make run",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Problem(
            f"Port {port} on {host} is not for ordinary users",
            "choose one from 1024 on, HUB_PORT=8080 make run",
        )
    return Problem(
        f"{host} is no address of this machine (HUB_HOST)",
        "use 127.0.0.1, or an address that the machine has",
    )
