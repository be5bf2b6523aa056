"""Where a message stands among the others of its conversation. Pure.

The sort key is ``<place>!<seq>``: the platform's order first, our order of acceptance within it.
What has no place of its own (replies, notes, system lines) stands behind the last place that was
known when it was accepted. ``!`` is lower than every letter and digit, so that a place sorts before
all places that begin with it.
"""

from typing import Final

_SEQ_DIGITS: Final = 9
_SEPARATOR: Final = "!"


def sort_key(place: str | None, last_place: str | None, seq: int) -> str:
    """The sort key of a message with this place, or behind ``last_place`` if it has none."""
    own = last_place if place is None else place
    return f"{own or ''}{_SEPARATOR}{seq:0{_SEQ_DIGITS}d}"


def is_late(place: str | None, last_place: str | None) -> bool:
    """Whether messages that follow it on the platform are here already."""
    return place is not None and last_place is not None and place < last_place


def later_place(place: str | None, last_place: str | None) -> str | None:
    """The highest place so far."""
    if place is None or last_place is None:
        return last_place if place is None else place
    return max(place, last_place)
