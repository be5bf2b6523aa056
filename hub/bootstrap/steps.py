"""Steps that run only when their input changed, and again when they stopped half way."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.bootstrap.problem import Problem

_REASON_CHARS = 200
_LIMIT_S = 1_800
_ERROR = re.compile(r"(npm )?(err(or)?\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Step:
    """One piece of the set-up: what it depends on, what it leaves behind, and how it is done."""

    name: str
    says: str
    digest: str
    outputs: Sequence[Path]
    do: Callable[[], None]


def is_done(stamps: Path, step: Step) -> bool:
    """The step ended well on the same input, and what it made is still there."""
    try:
        stamp = (stamps / step.name).read_text()
    except OSError:
        return False
    return stamp == step.digest and all(output.exists() for output in step.outputs)


def run_step(stamps: Path, step: Step) -> None:
    """Do the step unless it is done. Its stamp goes first and comes back last."""
    if is_done(stamps, step):
        return
    stamp = stamps / step.name
    stamp.unlink(missing_ok=True)
    print(step.says, flush=True)
    step.do()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_suffix(".new")
    fresh.write_text(step.digest)
    fresh.replace(stamp)


def digest_of(*parts: str | Path, root: Path) -> str:
    """A digest of texts and of files, these with their path below ``root``."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            digest.update(part.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(part.read_bytes()).digest())
        else:
            digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def files_below(folder: Path, without: Iterable[str]) -> list[Path]:
    """The files below ``folder`` in a fixed order, leaving out folders of the names ``without``."""
    skipped = set(without)
    found: list[Path] = []
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in skipped)
        found.extend(Path(where, name) for name in sorted(files))
    return found


def run_tool(
    arguments: Sequence[str | Path],
    *,
    what: str,
    remedy: str,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a tool with its output in ``log``; when it fails, a ``Problem`` with its first error.

    The limit is wide, for a slow network is no fault; Ctrl-C ends the tool as well.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                [str(argument) for argument in arguments],
                cwd=cwd,
                env=dict(os.environ) | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_LIMIT_S,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise Problem(f"{what} (not in {_LIMIT_S} s)", f"{remedy}; see {log}") from None
    if status != 0:
        raise Problem(f"{what} (status {status}, {_reason(log)})", f"{remedy}; see {log}")


def _reason(log: Path) -> str:
    """The first line of the log that calls itself an error, else the last one."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    told = [line for line in lines if line] or ["it said nothing"]
    first = next((i for i, line in enumerate(told) if _ERROR.match(line)), len(told) - 1)
    heading = told[first].endswith(":")
    return " ".join(told[first : first + 1 + heading])[:_REASON_CHARS]
