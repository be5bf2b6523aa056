"""What a mail of ten megabytes takes: fetched, kept and read by the connector in a process of its
own, whose memory is looked at.

``python -m tests.bench.intake.mail SETTINGS`` takes a small mail in, says so, and at the next
line on standard input the big one; it writes what that took, as JSON.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final, cast

from connectors.base import Pulls
from connectors.email.simulator.simulator import EmailSimulator
from shared.blobs.stored import ObstoreBlobs
from tests.bench.intake.parsing import connected
from tests.support.far_ends import platform

MAIL_BYTES: Final = 10_000_000
_LIMIT_S: Final = 120.0
_MEGABYTE: Final = 1024 * 1024
_PEAK_ANEW: Final = "5"
"""Written to ``clear_refs``: the highest memory counts from now on."""


def big_mail(size_bytes: int = MAIL_BYTES) -> bytes:
    """A mail with HTML and two files, of about that size as it travels. Always the same."""
    mail = EmailMessage()
    mail["From"] = "Anna <anna@customer.example>"
    mail["To"] = "support@shop.example"
    mail["Subject"] = "Photographs of the kettle"
    mail["Message-ID"] = "<big@customer.example>"
    mail.set_content("Here they are.\n" * 400)
    mail.add_alternative("<p>Here they <b>are</b>.</p>\n" * 4_000, subtype="html")
    chance = random.Random(1)
    left = (size_bytes - len(mail.as_bytes())) * 3 // 4
    for number, share in enumerate((0.7, 0.28)):
        data = chance.randbytes(int(left * share))
        mail.add_attachment(data, maintype="image", subtype="jpeg", filename=f"{number}.jpg")
    return mail.as_bytes(policy=SMTP)


async def mail_taken() -> dict[str, float]:
    """``extra_mb``, ``seconds`` and ``mail_mb`` of the big mail. Raises ``RuntimeError``."""
    raw = big_mail()
    async with platform("email", "mail") as simulator:
        far_end = cast(EmailSimulator, simulator)
        await far_end.write("Boris", "A small mail.")
        return await _in_its_own_process(far_end, raw)


async def _in_its_own_process(far_end: EmailSimulator, raw: bytes) -> dict[str, float]:
    settings = json.dumps(dict(far_end.settings()))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, settings, cwd=Path.cwd(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_LIMIT_S):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError("the mailbox could not be read")
            far_end.arrive(raw)
            process.stdin.write(b"go\n")
            written = await process.stdout.readline()
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found: dict[str, float] = json.loads(written)
    return found | {"mail_mb": len(raw) / 1_000_000}


async def _main(settings: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        blobs = await ObstoreBlobs.open_folder(Path(folder))
        async with connected("email", settings, blobs) as connector:
            assert isinstance(connector, Pulls)
            cursor, _ = await _take(connector, None)
            _say("ready")
            await asyncio.to_thread(sys.stdin.readline)
            before_mb, began = _peak_from_now_on(), time.perf_counter()
            _, files = await _take(connector, cursor)
            seconds = time.perf_counter() - began
            _say(json.dumps({"extra_mb": _peak_mb() - before_mb, "seconds": seconds}))
            assert files == 2, "the big mail has two files"


async def _take(connector: Any, cursor: str | None) -> tuple[str, int]:
    """Pull until a mail comes, and read it: where to go on, and how many files it has."""
    while True:
        pulled = await connector.pull(cursor)
        if pulled.events:
            (event,) = pulled.events
            (inbound,) = connector.parse(event).inbound
            return pulled.cursors[-1], len(inbound.content.attachments)
        cursor = pulled.cursor


def _peak_from_now_on() -> float:
    """Let the highest memory count from now on; what is in use, in MB."""
    Path("/proc/self/clear_refs").write_text(_PEAK_ANEW, encoding="ascii")
    return _status_mb("VmRSS")


def _peak_mb() -> float:
    return _status_mb("VmHWM")


def _status_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / _MEGABYTE


def _say(text: str) -> None:
    sys.stdout.write(text + os.linesep)
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
