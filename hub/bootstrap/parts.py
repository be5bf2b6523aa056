"""System parts that some tests need: found, installed where we may, or their tests left out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.bootstrap.problem import Problem

_APT_LIMIT_S = 1_800
_PROBE_LIMIT_S = 30
_LOCK_WAIT_S = 300
_OS_RELEASE = Path("/etc/os-release")
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_MAIL = (Path("/usr/sbin/dovecot"), Path("/usr/lib/dovecot/lmtp"), Path("/usr/sbin/exim4"))

# Packages that hold services would start them. While policy-rc.d says 101 ("forbidden") they stay
# down; a policy that the machine already has is left alone, and ours goes when the shell ends.
# The lock keeps a neighbour's policy from being taken away under its installation.
_INSTALL = f"""
set -eu
exec 9>/run/lock/omnihub-parts
flock -w {_LOCK_WAIT_S} 9
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() {{
    apt-get install --no-install-recommends -y -q -o DPkg::Lock::Timeout={_LOCK_WAIT_S} "$@"
}}
if ! apt-get install --simulate --no-install-recommends -q "$@" >/dev/null 2>&1; then
    apt-get update -q -o DPkg::Lock::Timeout={_LOCK_WAIT_S}
    install "$@"
elif ! install "$@"; then
    # The package lists know versions that their server no longer has.
    apt-get update -q -o DPkg::Lock::Timeout={_LOCK_WAIT_S}
    install "$@"
fi
"""


@dataclass(frozen=True)
class Part:
    """A program of the machine: its Debian packages, how it is found, and the tests it is for."""

    name: str
    packages: Sequence[str]
    find: Callable[[], str | None]
    marker: str


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome that starts; None when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return _find(names, os.environ.get("HUB_TEST_CHROMIUM"))


def find_rabbitmq() -> str | None:
    """The server itself: the one on PATH wants to be the machine's own service."""
    return str(_RABBITMQ) if _RABBITMQ.is_file() else None


def find_mail_servers() -> str | None:
    """The servers themselves: the tests run them with configurations of their own."""
    return str(_MAIL[0]) if all(path.is_file() for path in _MAIL) else None


_UBUNTU_NAMES = {"chromium": "chromium-browser"}
_MAIL_PACKAGES = ("dovecot-imapd", "dovecot-lmtpd", "exim4-daemon-light")
_FONTS = ("fonts-dejavu-core", "fonts-noto-color-emoji")

PARTS = (
    Part("Chromium", ("chromium", *_FONTS), find_chromium, "e2e"),
    Part("RabbitMQ", ("rabbitmq-server",), find_rabbitmq, "broker"),
    Part("Mail servers", _MAIL_PACKAGES, find_mail_servers, "mail"),
)


def provide_parts(
    environ: Mapping[str, str], log: Path, parts: Sequence[Part] = PARTS
) -> list[Part]:
    """Install what is missing where that is allowed; answer with what is missing then.

    With ``CI=true`` something missing is a ``Problem``: nothing is left out silently there.
    """
    missing = [part for part in parts if part.find() is None]
    if not missing:
        return []
    hindrance = _hindrance(environ)
    if hindrance is None:
        hindrance = _install(missing, log)
        missing = [part for part in missing if part.find() is None]
    if not missing:
        return []
    if environ.get("CI") == "true":
        names = " and ".join(part.name for part in missing)
        verb = "is" if len(missing) == 1 else "are"
        raise Problem(f"{names} {verb} missing and {hindrance}", _remedy(missing))
    for part in missing:
        print(
            f"{part.name} is missing and {hindrance}: the tests marked {part.marker} are left out;"
            f" to have them, {_remedy([part])}",
            flush=True,
        )
    return missing


def _hindrance(environ: Mapping[str, str]) -> str | None:
    """Why nothing can be installed here; None when it can."""
    if environ.get("HUB_TEST_INSTALL") == "no":
        return "HUB_TEST_INSTALL=no forbids to install it"
    if not is_debian(_OS_RELEASE) or shutil.which("apt-get") is None:
        return "this system is neither Debian nor Ubuntu"
    if os.geteuid() != 0 and not _may_sudo():
        return "there are no rights to install it (neither root nor sudo without a password)"
    return None


def _remedy(missing: Sequence[Part]) -> str:
    if is_debian(_OS_RELEASE):
        return f"apt-get install --no-install-recommends {' '.join(_packages(missing))}"
    return "install it with the tools of your system"


def family(os_release: Path) -> list[str]:
    """The system's name and the names of those that it is made from, as the file gives them."""
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{values.get('ID', '')} {values.get('ID_LIKE', '')}".replace('"', "").split()


def is_debian(os_release: Path) -> bool:
    """Whether the file names Debian, Ubuntu or a system made from them."""
    return not {"debian", "ubuntu"}.isdisjoint(family(os_release))


def _may_sudo() -> bool:
    if shutil.which("sudo") is None:
        return False
    try:
        command = ["sudo", "-n", "true"]
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _install(missing: Sequence[Part], log: Path) -> str:
    """Install; what to say about it if something is missing still."""
    packages = _packages(missing)
    print(f"Installing for the tests: {' '.join(packages)} ...", flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            subprocess.run(
                [*sudo, "sh", "-c", _INSTALL, "sh", *packages],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_APT_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"apt-get did not end in {_APT_LIMIT_S} s (see {log})"
    return f"could not be installed (see {log})"


def _packages(parts: Sequence[Part]) -> list[str]:
    names = _UBUNTU_NAMES if "ubuntu" in family(_OS_RELEASE) else {}
    return [names.get(package, package) for part in parts for package in part.packages]


def _find(names: Sequence[str], chosen: str | None) -> str | None:
    """The first program that answers to ``--version``: a stub of one that is not there does not."""
    for name in [chosen] if chosen else names:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            command = [path, "--version"]
            subprocess.run(command, capture_output=True, timeout=_PROBE_LIMIT_S, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        return path
    return None
