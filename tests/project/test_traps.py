"""The index of traps names tests that exist."""

import re
from pathlib import Path

_TESTS = Path(__file__).parents[1]
_INDEX = _TESTS / "connectors" / "README.md"


def test_every_test_that_the_index_of_traps_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", _INDEX.read_text(encoding="utf-8"))

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (_TESTS / path).is_file()
        or f"def {name}(" not in (_TESTS / path).read_text(encoding="utf-8")
    ]

    assert missing == []
    assert len(named) > 50
