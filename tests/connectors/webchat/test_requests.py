"""Bodies of requests: anything at all is either understood or refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.webchat.requests import MessageRequest, read_as
from shared.errors import BadRequest

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.one_of(st.binary(), json_values.map(lambda value: json.dumps(value).encode())))
def test_any_body_is_refused_and_nothing_else(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_as(MessageRequest, body)


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_taken_as_something_that_can_be_stored(text: str) -> None:
    body = json.dumps({"id": "client-0001", "text": "x" + text})

    taken = read_as(MessageRequest, body).text

    assert taken.encode().decode() == taken
    assert "\x00" not in taken


def test_lone_surrogates_and_nul_are_cleaned_away() -> None:
    taken = read_as(MessageRequest, r'{"id": "client-0001", "text": "a\u0000b\ud83dc\r\nd"}')

    assert taken.text == "abc\nd"


def test_a_body_of_absurd_depth_is_refused() -> None:
    with pytest.raises(BadRequest):
        read_as(MessageRequest, "[" * 100_000)
