"""Conditions of a commit on a stored document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.store.layout import Layout
from shared.store.values import Tree, instant, to_json

Expectation = tuple[tuple[str, Any, str | None], ...]
"""Per field: its path, its value as JSON, and the instant where it is a time."""


def expectation(expect: Mapping[str, Any]) -> Expectation:
    """Make the conditions ready for comparing."""
    return tuple(
        (path, to_json(value), instant(value) if isinstance(value, datetime) else None)
        for path, value in expect.items()
    )


def broken(layout: Layout[Any], tree: Tree, expected: Expectation) -> str | None:
    """The first field that is not as expected, or None."""
    for path, value, at in expected:
        stored = layout.value(tree, path)
        if stored == value:
            continue
        if at is None or not isinstance(stored, str) or _instant(stored) != at:
            return path
    return None


def _instant(text: str) -> str | None:
    try:
        return instant(datetime.fromisoformat(text))
    except ValueError:
        return None
