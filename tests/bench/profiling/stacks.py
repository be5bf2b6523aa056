"""Reading what the profiler has written (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_OURS: Final = ("connectors/", "hub/", "inbox/", "router/", "shared/", "tests/bench/bare/")


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of the processor time of one process, 0 to 1, the greatest first."""

    samples: int
    groups: Mapping[str, float]
    """By library, or folder of ours: spent there itself, not in what it calls."""
    functions: Mapping[str, float]
    """By function: the same."""
    inclusive: Mapping[str, float]
    """By function of ours: with everything that it calls."""


def profile(lines: Iterable[str], root: str) -> Profile:
    """From lines of folded stacks; ``root`` is the checkout."""
    groups: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    total = 0
    for line in lines:
        stack, _, count = line.rstrip("\n").rpartition(" ")
        times = int(count)
        total += times
        frames = [_place(frame, root) for frame in stack.split(";") if frame]
        if not frames:
            continue
        functions[frames[-1]] += times
        groups[group_of(frames[-1])] += times
        for frame in {frame for frame in frames if frame.startswith(_OURS)}:
            inclusive[frame] += times
    return Profile(
        total, _shares(groups, total), _shares(functions, total), _shares(inclusive, total)
    )


def group_of(place: str) -> str:
    """The library that a function belongs to, or the folder of ours."""
    path = place.partition(":")[0]
    if path.startswith(_OURS):
        return "/".join(path.split("/")[:2]) if path.count("/") > 1 else path
    return path.split("/")[0].removesuffix(".py")


def _place(frame: str, root: str) -> str:
    """``path:function`` with the path below the library, the checkout or the standard library."""
    path, _, name = frame.rpartition(":")
    for before in ("/site-packages/", f"{root.rstrip('/')}/"):
        _, found, below = path.partition(before)
        if found:
            return f"{below}:{name}"
    below = path.rpartition("/lib/python")[2].partition("/")[2]
    return f"{below or path}:{name}"


def _shares(counter: Counter[str], total: int) -> dict[str, float]:
    return {name: count / total for name, count in counter.most_common()} if total else {}


def as_text(name: str, found: Profile, *, most: int = 30) -> str:
    """A profile to read."""
    lines = [f"== {name}: {found.samples} samples"]
    for title, shares in (
        ("spent in, by library or folder", found.groups),
        ("spent in, by function", found.functions),
        ("functions of ours with what they call", found.inclusive),
    ):
        lines += ["", title]
        lines += [f"  {share:6.1%}  {place}" for place, share in list(shares.items())[:most]]
    return "\n".join(lines)
