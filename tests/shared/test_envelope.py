"""Envelopes as text: written once, read by whoever looks into them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from shared.collections import EVENT_LOG
from shared.envelope import Envelope
from shared.errors import BadPayload
from shared.payload import Payload

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Shape(BaseModel):
    """What a payload holds."""

    text: str
    count: int = 0


def an_envelope(**fields: Any) -> Envelope:
    """An envelope, with fields that it may not know."""
    values = {"id": "1", "kind": "k", "at": AT, "source": "test", "trace_id": "t"}
    return Envelope.model_validate(values | fields)


def test_the_text_is_json_with_every_field_of_the_contract() -> None:
    text = an_envelope(payload={"text": "привет"}, later={"a": 1}).text()

    assert json.loads(text) == {
        "id": "1",
        "kind": "k",
        "version": 1,
        "at": "2026-01-05T09:00:00Z",
        "partition": None,
        "source": "test",
        "trace_id": "t",
        "correlation_id": None,
        "causation_id": None,
        "payload": {"text": "привет"},
        "later": {"a": 1},
    }


@pytest.mark.parametrize("payload", [{"text": "a"}, Payload('{"text":"a"}')])
def test_what_was_written_is_read_again(payload: Any) -> None:
    sent = an_envelope(payload=payload, seq=4, partition=3, later={"a": 1})

    found = Envelope.from_text(sent.text())

    assert found == sent
    assert found.model_extra == {"later": {"a": 1}}


@pytest.mark.parametrize(
    "tricky",
    [',\n"payload":{}', '"payload":{', '\\",\n\\"payload\\":{"', "}}", "\n"],
)
def test_text_that_looks_like_the_payload_does_no_harm(tricky: str) -> None:
    sent = an_envelope(
        source=tricky, payload={"payload": {"text": tricky}}, later={"payload": tricky}
    )

    assert Envelope.from_text(sent.text()) == sent


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_json_of_other_writers_is_read_whatever_its_layout(indent: int | None) -> None:
    fields = {"payload": {"text": "a"}, "later": 1, "trace_id": "t", "source": "test"}
    text = json.dumps(fields | {"at": AT.isoformat(), "kind": "k", "id": "1"}, indent=indent)

    assert Envelope.from_text(text) == an_envelope(payload={"text": "a"}, later=1)
    assert Envelope.from_json(text.encode()) == an_envelope(payload={"text": "a"}, later=1)


def test_a_model_is_read_from_the_text_as_from_plain_values() -> None:
    written = an_envelope(payload=Payload.of(Shape(text="a", count=2)))
    plain = an_envelope(payload={"text": "a", "count": 2})

    assert written.read(Shape) == plain.read(Shape) == Shape(text="a", count=2)
    assert written.payload["count"] == 2
    assert written.read(Shape) == Shape(text="a", count=2)


def test_a_payload_that_does_not_fit_names_the_field() -> None:
    for payload in (Payload('{"count":1}'), {"count": 1}):
        with pytest.raises(BadPayload, match="text"):
            an_envelope(payload=payload).read(Shape)


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"id":"1",\n"payload":{}}'])
def test_what_is_no_envelope_is_refused(text: str) -> None:
    with pytest.raises(BadPayload):
        Envelope.from_text(text)


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_payload_that_is_no_object_is_refused_by_whoever_looks(text: str) -> None:
    with pytest.raises(BadPayload):
        Payload(text).get("a")


def test_what_utf_8_cannot_hold_is_refused_when_it_is_written() -> None:
    half = "\ud800"

    for envelope in (an_envelope(payload={"text": half}), an_envelope(source=half)):
        with pytest.raises(BadPayload):
            envelope.text()
    with pytest.raises(BadPayload):
        Payload.of(Shape(text=half))


def test_an_envelope_that_was_changed_is_written_anew() -> None:
    sent = an_envelope(payload=Payload('{"text":"a"}'))

    changed = sent.model_copy(update={"id": "2", "payload": {"text": "b"}})

    assert json.loads(changed.text())["payload"] == {"text": "b"}
    assert json.loads(changed.text())["id"] == "2"
    assert json.loads(sent.text())["payload"] == {"text": "a"}


def test_an_event_logged_by_an_older_hub_is_read() -> None:
    old = {
        "id": "03-000000000007",
        "envelope": {
            "id": "03-000000000007",
            "kind": "event.typing",
            "at": "2026-01-05T09:00:00Z",
            "partition": 3,
            "source": "router",
            "trace_id": "t",
            "payload": {"seq": 7},
            "later": True,
        },
    }

    found = Envelope.from_text(EVENT_LOG.migrations[1](old)["envelope"])

    assert (found.partition, found.payload["seq"]) == (3, 7)
    assert found.model_extra == {"later": True}
