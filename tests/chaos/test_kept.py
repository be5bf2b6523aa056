"""What the store must hold in the end."""

from dataclasses import replace

import pytest

from tests.chaos.kept import compare_kept
from tests.chaos.ledger import Entry, Found, Kept

MESSAGE = Entry("m1", "c1", "inbound", "hello", seq=1)
FOUND = Found(api=[MESSAGE])
ADDED = (3, 7, "event.message.added", "m1")
KEPT = Kept(messages=[MESSAGE], logged=[ADDED], counted={"open": (1, 1)})


def test_a_store_that_holds_what_was_seen_is_clean() -> None:
    assert compare_kept(FOUND, KEPT) == []


@pytest.mark.parametrize(
    "kept, kind",
    [
        (replace(KEPT, messages=[], logged=[]), "store"),
        (replace(KEPT, messages=[replace(MESSAGE, text="other")]), "store"),
        (replace(KEPT, logged=[]), "log"),
        (replace(KEPT, logged=[ADDED, (3, 8, "event.message.added", "m1")]), "log"),
        (replace(KEPT, logged=[ADDED, (3, 7, "event.command.done", "")]), "log"),
        (replace(KEPT, open_parts=["p1 is sending"]), "unfinished"),
        (replace(KEPT, unpublished=[3]), "unpublished"),
        (replace(KEPT, counted={"open": (2, 1)}), "count"),
    ],
)
def test_what_the_store_holds_otherwise_is_seen(kept: Kept, kind: str) -> None:
    wrong = compare_kept(FOUND, kept)

    assert {line.partition(":")[0] for line in wrong} == {kind}
