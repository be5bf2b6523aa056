"""Whether a Node fits what package.json wants."""

from __future__ import annotations

import pytest

from hub.bootstrap.engines import Version, parse_version, satisfies


@pytest.mark.parametrize(
    "version, wanted, fits",
    [
        ((20, 19, 0), ">=20.19", True),
        ((20, 18, 9), ">=20.19", False),
        ((24, 1, 0), "^20.19.0 || >=22.12.0", True),
        ((21, 0, 0), "^20.19.0 || >=22.12.0", False),
        ((20, 19, 4), "^20.19.0 || >=22.12.0", True),
        ((20, 0, 0), ">=20 <25", True),
        ((25, 0, 0), ">=20 <25", False),
        ((25, 0, 0), "<=24", False),
        ((24, 9, 9), "<=24", True),
        ((22, 0, 0), ">22", False),
        ((22, 4, 1), "22.x", True),
        ((22, 4, 1), "22.4.1", True),
        ((22, 5, 0), "~22.4.1", False),
        ((22, 4, 9), "~22.4.1", True),
        ((0, 3, 0), "^0.2.3", False),
        ((0, 2, 9), "^0.2.3", True),
        ((18, 0, 0), "*", True),
    ],
)
def test_ranges_are_read_as_npm_reads_them(version: Version, wanted: str, fits: bool) -> None:
    assert satisfies(version, wanted) is fits


def test_a_range_that_cannot_be_read_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="cannot read the Node versions"):
        satisfies((20, 0, 0), ">=20.0.0-rc.1")


def test_the_answer_of_node_is_read() -> None:
    assert parse_version("v22.12.1\n") == (22, 12, 1)
    assert parse_version("v23.0.0-nightly") is None
