"""A real mail system for the tests: Dovecot for IMAP and LMTP, Exim for SMTP, both from Debian.

They are ordinary processes on free ports of this machine, with a password file, Maildirs and
configurations in one folder; no service of the machine is touched. Exim accepts mail and hands it
to Dovecot. It insists on its own user, so tests that need it run as root or with sudo without a
password; Dovecot runs as anybody.
"""

from __future__ import annotations

import asyncio
import getpass
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.mail_configurations import DOVECOT_CONF, EXIM_CONF

DOVECOT: Final = Path("/usr/sbin/dovecot")
LMTP: Final = Path("/usr/lib/dovecot/lmtp")
EXIM: Final = Path("/usr/sbin/exim4")
EXIM_USER: Final = "Debian-exim"
PACKAGES: Final = "dovecot-imapd dovecot-lmtpd exim4-daemon-light"
_START_LIMIT_S: Final = 15.0
_STOP_LIMIT_S: Final = 5.0


@dataclass
class MailServer:
    """A running mail system. Users have the password ``secret-<user>``."""

    folder: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int
    smtp_port: int
    ca: str
    _user: str
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def start(cls, *, users: tuple[str, ...], smtp: bool = True) -> MailServer:
        """Start it; blocks until it serves. Raises ``RuntimeError`` when something is missing."""
        _require(smtp=smtp)
        folder = Path(tempfile.mkdtemp(prefix="hub-mail-", dir="/tmp"))  # where Exim's user may go
        user = _user(smtp=smtp)
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        ports = [free_port() for _ in range(4)]
        imap, imaps, lmtp, smtp_port = ports
        server = cls(folder, imap, imaps, lmtp, smtp_port, make_certificate(folder), user)
        for name in ("run", "state", "mail", "home", "spool"):
            (folder / name).mkdir()
        lines = "".join(f"{name}:{{plain}}secret-{name}\n" for name in users)
        (folder / "users").write_text(lines, encoding="ascii")
        values = {
            "folder": folder,
            "user": user,
            "group": group,
            "imap": server.imap_port,
            "imaps": server.imaps_port,
            "lmtp": server.lmtp_port,
            "ssl": "yes",
            "cert": folder / "cert.pem",
            "key": folder / "key.pem",
        }
        (folder / "dovecot.conf").write_text(DOVECOT_CONF.format_map(values), encoding="ascii")
        (folder / "exim.conf").write_text(EXIM_CONF.format_map(values), encoding="ascii")
        _give_to(folder, user)
        try:
            server.start_dovecot()
            if smtp:
                server.start_exim()
        except BaseException:
            server.stop()
            raise
        return server

    def start_dovecot(self) -> None:
        """Start IMAP and LMTP."""
        command = [DOVECOT, "-F", "-c", self.folder / "dovecot.conf"]
        self._processes.append(self._run(command))
        _until_open(self.imap_port, self.folder / "dovecot.log")
        _until_open(self.lmtp_port, self.folder / "dovecot.log")

    def start_exim(self) -> None:
        """Start SMTP."""
        listen = f"127.0.0.1:{self.smtp_port}"
        command = [EXIM, "-bdf", "-q1m", "-C", self.folder / "exim.conf", "-oX", listen]
        self._processes.append(self._run(command))
        _until_open(self.smtp_port, self.folder / "exim-mainlog")

    def stop_dovecot(self) -> None:
        """Take IMAP away."""
        _end(self._processes.pop(0))

    def stop(self) -> None:
        """End everything and remove its folder."""
        for process in reversed(self._processes):
            _end(process)
        self._processes.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def empty(self) -> None:
        """Remove every mail; the mailboxes begin anew, with another UIDVALIDITY."""
        for place in (self.folder / "mail").iterdir():
            self._remove(place)

    def renumber(self, user: str) -> None:
        """Let the server forget its numbers: the same mails have others from now on."""
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
        ):
            self._remove(self.maildir(user) / name)

    def _remove(self, path: Path) -> None:
        if os.geteuid() == 0 or getpass.getuser() == self._user:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        else:
            command = ["sudo", "-n", "-u", self._user, "rm", "-rf", str(path)]
            subprocess.run(command, check=True, timeout=10)

    def settings(self, user: str = "support", **changed: Any) -> dict[str, Any]:
        """Settings of a channel on this server."""
        given: dict[str, Any] = {
            "address": f"{user}@shop.example",
            "imap_host": "127.0.0.1",
            "imap_port": self.imap_port,
            "imap_tls": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "smtp_tls": "none",
            "smtp_login": False,
            "user": user,
            "password": f"secret-{user}",
            "idle_s": 1,
            "timeout_s": 10,
        }
        return given | changed

    def deliver(self, to: str, mail: bytes, sender: str = "anna@customer.example") -> None:
        """Put a mail into a mailbox by LMTP, as an SMTP server would."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=10) as client:
            client.sendmail(sender, [f"{to}@shop.example"], mail)

    def submit(self, to: str, mail: bytes, sender: str = "anna@customer.example") -> None:
        """Send a mail by SMTP, to a user or a whole address."""
        address = to if "@" in to else f"{to}@shop.example"
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.sendmail(sender, [address], mail)

    def hands_over(self, protocol: str, port: int) -> None:
        """Mail to ``smtp.example`` or ``lmtp.example`` goes to this port by that protocol."""
        path = self.folder / f"{protocol}-port"
        self.write(path, str(port).encode())

    def hand_over_now(self) -> None:
        """Try everything that waits once more; blocks until it was tried."""
        command = [EXIM, "-C", self.folder / "exim.conf", "-qff"]
        self._run(command).wait(_START_LIMIT_S)

    def waiting(self) -> int:
        """How many mails wait to be delivered."""
        return len(list((self.folder / "spool" / "input").rglob("*-H")))

    def maildir(self, user: str, folder: str = "") -> Path:
        """Where a user's mails are."""
        return self.folder / "mail" / user / (f".{folder}" if folder else "")

    def mails(self, user: str, folder: str = "") -> list[bytes]:
        """The mails of a user, oldest first."""
        place = self.maildir(user, folder)
        found = [path for part in ("new", "cur") for path in (place / part).glob("*")]
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.name)]

    def write(self, path: Path, data: bytes) -> None:
        """Put a file among a user's mails, past the servers. Only as root or the servers' user."""
        path.write_bytes(data)
        path.chmod(0o666)

    def flags(self, user: str, folder: str = "") -> list[str]:
        """The flags of a user's mails as Maildir writes them: ``S`` is read."""
        place = self.maildir(user, folder)
        names = [path.name for part in ("new", "cur") for path in (place / part).glob("*")]
        return [name.partition(":2,")[2] for name in sorted(names)]

    async def wait_for(self, user: str, count: int, folder: str = "") -> list[bytes]:
        """The mails of a user, once there are so many."""
        async with asyncio.timeout(_START_LIMIT_S):
            while len(found := self.mails(user, folder)) < count:  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(0.05)
        return found

    def _run(self, command: list[object]) -> subprocess.Popen[bytes]:
        words = [str(word) for word in command]
        account: tuple[str | None, int | None] = (None, None)
        if getpass.getuser() != self._user:
            if os.geteuid() == 0:
                account = (self._user, pwd.getpwnam(self._user).pw_gid)
            else:
                words = ["sudo", "-n", "-u", self._user, *words]
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            user=account[0],
            group=account[1],
            extra_groups=[] if account[0] else None,
        )


def find_mail_server() -> str | None:
    """The servers' place, if all of them are installed."""
    return str(EXIM) if DOVECOT.is_file() and LMTP.exists() and EXIM.exists() else None


def _require(*, smtp: bool) -> None:
    missing = not DOVECOT.is_file() or not LMTP.exists() or (smtp and not EXIM.exists())
    if missing:
        raise RuntimeError(
            f"the tests' mail server is missing: apt-get install --no-install-recommends {PACKAGES}"
        )
    if smtp and os.geteuid() != 0 and getpass.getuser() != EXIM_USER and not _may_sudo():
        raise RuntimeError(
            f"Exim runs as its user {EXIM_USER} alone: run the tests as root, or allow sudo"
            " without a password"
        )


def _may_sudo() -> bool:
    if shutil.which("sudo") is None:
        return False
    done = subprocess.run(
        ["sudo", "-n", "-u", EXIM_USER, "true"], capture_output=True, timeout=10, check=False
    )
    return done.returncode == 0


def _user(*, smtp: bool) -> str:
    if smtp or os.geteuid() == 0:
        # Dovecot refuses to keep mail as root; Exim's user is at hand, or nobody is.
        return EXIM_USER if smtp else "nobody"
    return getpass.getuser()


def _give_to(folder: Path, user: str) -> None:
    account = pwd.getpwnam(user)
    folder.chmod(0o755)
    for path in [folder, *folder.rglob("*")]:
        if os.geteuid() == 0:
            os.chown(path, account.pw_uid, account.pw_gid)
        elif path.is_dir() and path != folder:
            path.chmod(0o777)  # sudo runs the servers as somebody else
    (folder / "exim.conf").chmod(0o644)
    if os.geteuid() == 0:
        os.chown(folder / "exim.conf", 0, 0)


def make_certificate(folder: Path) -> str:
    """A certificate of our own for 127.0.0.1; returns it as PEM, its own authority."""
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return (folder / "cert.pem").read_text(encoding="ascii")


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(port: int, log: Path) -> None:
    end = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    said = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else "nothing"
    raise RuntimeError(f"the mail server did not start; its log says: {said}")


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_STOP_LIMIT_S)
