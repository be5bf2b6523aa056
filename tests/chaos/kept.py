"""What the store must hold when every process has ended in order. Pure."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.ledger import Found, Kept


def compare_kept(found: Found, kept: Kept) -> list[str]:
    """Everything in the store that is not as it was seen from outside."""
    return [*_messages(found, kept), *_log(kept), *_loose_ends(kept)]


def _messages(found: Found, kept: Kept) -> Iterator[str]:
    seen = {entry.id: entry for entry in found.api}
    stored = {entry.id: entry for entry in kept.messages}
    yield from (f"store: {entry.text!r} is not there" for id, entry in seen.items()
                if id not in stored)  # fmt: skip
    for id, entry in stored.items():
        if seen.get(id) != entry:
            yield f"store: {entry} was shown as {seen.get(id)}"


def _log(kept: Kept) -> Iterator[str]:
    """Each message was added once, before it changed, and no event has another's place."""
    added = Counter(id for _, _, kind, id in kept.logged if kind == "event.message.added")
    for entry in kept.messages:
        if added[entry.id] != 1:
            yield f"log: {entry.direction} {entry.text!r} was added {added[entry.id]} times"
    places = Counter((partition, seq) for partition, seq, _, _ in kept.logged)
    yield from (f"log: {count} events at {place}" for place, count in places.items() if count > 1)


def _loose_ends(kept: Kept) -> Iterator[str]:
    yield from (f"unfinished: part {text}" for text in kept.open_parts)
    yield from (f"unpublished: events of partition {number}" for number in kept.unpublished)
    for key, (counter, there) in kept.counted.items():
        if counter != there:
            yield f"count: {key} stands at {counter}, there are {there}"
