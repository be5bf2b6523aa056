"""Reading a platform's JSON: the quick reader reads what the careful one would, or leaves it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.payload import decode
from shared.errors import BadPayload

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_TEXTS, _TREES, max_size=5), st.booleans())
def test_what_is_read_is_what_stands_there(tree: dict[str, Any], ascii: bool) -> None:
    assert decode(json.dumps(tree, ensure_ascii=ascii).encode()) == tree


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 9223372036854775808}',
        b'{"a":-9223372036854775809}',
        b'{"a": [1, 99999999999999999999]}',
        b'{"a": 1e999}',
        b'{"a": 123.45E999}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1} {}',
        b'{"a": 01}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xff"}',
        b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[]",
        b"",
    ],
)
def test_what_no_store_would_take_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        decode(body)


def test_great_and_fractional_numbers_are_read_as_they_stand() -> None:
    body = b'{"a": 9223372036854775807, "b": -9223372036854775808, "c": 1.5e3, "d": 0.1}'

    assert decode(body) == {"a": 2**63 - 1, "b": -(2**63), "c": 1500.0, "d": 0.1}


def test_half_of_a_surrogate_pair_and_nul_become_replacement_characters() -> None:
    read = decode(rb'{"a": "x\ud83dy", "b": "\u0000", "c": "\ud83d\ude00"}')

    assert read == {"a": "x\ufffdy", "b": "\ufffd", "c": "\U0001f600"}
