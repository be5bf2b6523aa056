"""Whatever comes: a result or ``BadPayload``, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.telegram.update import Account
from connectors.telegram.updates import parse_update
from shared.clock import ManualClock
from shared.errors import BadPayload
from shared.ids import ChannelId, ChannelType
from shared.model.inbound import Inbound

_ACCOUNT = Account(ChannelId("c"), ChannelType("telegram"), 7001112223)
_BODIES = [
    json.loads(path.read_text())["body"]
    for path in sorted((Path(__file__).parent / "inbound").glob("*.json"))
]
_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    -(2**63),
    1e308,
    "",
    "\x00\ud800",
    "x" * 5_000,
    [],
    {},
    [[]],
    {"id": {}},
    [None, 1, "a", {}],
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _outcome(body: bytes) -> tuple[Inbound, ...] | None:
    try:
        parsed = parse_update(body, _ACCOUNT, ManualClock())
    except BadPayload:
        return None
    for event in parsed:
        assert event.model_dump_json().encode()
    return parsed


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _leaves(item, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copied = value.copy()
    copied[path[0]] = _replaced(value[path[0]], path[1:], odd)
    return copied


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    _outcome(body)


@given(_JSON)
def test_any_json_is_parsed_or_refused(value: Any) -> None:
    _outcome(json.dumps(value).encode())


@settings(max_examples=150)
@given(st.sampled_from(_BODIES), _JSON, st.data())
def test_a_recording_with_any_part_exchanged_is_parsed_or_refused(
    body: Any, value: Any, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(list(_leaves(body))))

    _outcome(json.dumps(_replaced(body, path, value)).encode())


@pytest.mark.parametrize("odd", _ODD, ids=lambda odd: repr(odd)[:20])
def test_a_recording_with_any_leaf_made_odd_is_parsed_or_refused(odd: Any) -> None:
    for body in _BODIES:
        for path in _leaves(body):
            _outcome(json.dumps(_replaced(body, path, odd)).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"{}",
        b'{"update_id": NaN}',
        b'{"update_id": 1e999}',
        b'{"update_id": 99999999999999999999}',
        b'{"update_id": true}',
        b'{"update_id": -1, "message": {}}',
        b'{"update_id": 1, "message": {}}',
        b'{"update_id": 1, "message": {"chat": {"id": 1}}}',
        b'{"update_id": 1, "a": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"update_id": 1, "a": ' + b"[" * 80 + b"]" * 80 + b"}",
    ],
    ids=lambda body: str(body[:40]),
)
def test_what_is_no_update_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_update(body, _ACCOUNT, ManualClock())


def test_an_unknown_update_is_kept_with_its_raw_payload() -> None:
    body = {"update_id": 3, "time_travel": {"chat": {"id": 9, "type": "private"}}}

    event = parse_update(json.dumps(body).encode(), _ACCOUNT, ManualClock())[0]

    assert (event.kind.value, event.thread.external_id, event.raw) == ("unsupported", "9", body)
