"""Whether a version of Node fits a range as npm writes it under ``engines``."""

from __future__ import annotations

import re

Version = tuple[int, int, int]

_COMPARATOR = re.compile(
    r"(?P<operator>>=|<=|>|<|=|\^|~)?\s*v?"
    r"(?P<major>\d+|[x*])(?:\.(?P<minor>\d+|[x*]))?(?:\.(?P<patch>\d+|[x*]))?"
)
_ENDLESS: Version = (1_000_000, 0, 0)


def parse_version(text: str) -> Version | None:
    """``v22.4.1`` as numbers; None for what is no release."""
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def satisfies(version: Version, wanted: str) -> bool:
    """``wanted`` is alternatives joined by ``||``, each a list of comparators that must all hold.

    Raises ``ValueError`` for what it cannot read, hyphen ranges and pre-releases among it.
    """
    return any(_holds(version, alternative) for alternative in wanted.split("||"))


def _holds(version: Version, alternative: str) -> bool:
    rest = _COMPARATOR.sub("", alternative)
    if rest.strip():
        raise ValueError(f"cannot read the Node versions {alternative!r}")
    bounds = [_bounds(match) for match in _COMPARATOR.finditer(alternative)]
    return all(low <= version < high for low, high in bounds)


def _bounds(match: re.Match[str]) -> tuple[Version, Version]:
    """The half-open interval that one comparator allows."""
    numbers = [int(n) for n in match.group("major", "minor", "patch") if n and n.isdigit()]
    if not numbers:
        return (0, 0, 0), _ENDLESS
    low = _filled(numbers)
    after = _filled([*numbers[:-1], numbers[-1] + 1])
    operator = match["operator"]
    if operator == "^":
        fixed = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
        after = _filled([*numbers[:fixed], numbers[fixed] + 1])
    elif operator == "~":
        after = _filled([*numbers[:1], numbers[1] + 1] if numbers[1:] else [numbers[0] + 1])
    return {
        ">=": (low, _ENDLESS),
        ">": (after, _ENDLESS),
        "<": ((0, 0, 0), low),
        "<=": ((0, 0, 0), after),
    }.get(operator or "", (low, after))


def _filled(numbers: list[int]) -> Version:
    major, minor, patch = [*numbers, 0, 0][:3]
    return major, minor, patch
