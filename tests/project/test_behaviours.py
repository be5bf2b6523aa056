"""The index of the dispatcher's behaviours names tests that exist."""

import re
from pathlib import Path

_TESTS = Path(__file__).parents[1]
_INDEX = _TESTS / "router" / "README.md"
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_every_test_that_the_index_of_behaviours_names_exists() -> None:
    named = _TEST.findall(_INDEX.read_text(encoding="utf-8"))

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (_TESTS / path).is_file()
        or f"def {name}(" not in (_TESTS / path).read_text(encoding="utf-8")
    ]

    assert missing == []
    assert len(named) > 80


def test_every_behaviour_in_the_index_has_a_test() -> None:
    rows = [row for row in _INDEX.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]
    behaviours = [row for row in rows if not row.startswith("| behaviour")]

    assert [row for row in behaviours if not _TEST.search(row)] == []
