"""The bus as AsyncAPI: whole, true of what is published, and every name in it leads somewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # brings no types

from shared.asyncapi import document
from shared.commands import COMMANDS, Reply, publication
from shared.events import EVENTS, MessageAdded, logged
from shared.ids import CommandId, partition_of
from shared.model.people import Actor, ActorKind
from shared.ports.bus import Exchange
from tests.inbox.stage import AT, a_conversation, a_message

DOCUMENT = document(version="1.2.3")
CONVERSATION = a_conversation("ann")
_SHAPE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "channels": {
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages", "bindings"],
                "additionalProperties": False,
                "properties": {
                    "address": {"type": "string"},
                    "description": {"type": "string"},
                    "parameters": {"type": "object"},
                    "bindings": {"type": "object", "required": ["amqp"]},
                    "messages": {"additionalProperties": {"required": ["$ref"]}},
                },
            }
        },
        "operations": {
            "additionalProperties": {
                "required": ["action", "channel", "messages"],
                "properties": {"action": {"enum": ["send", "receive"]}},
            }
        },
        "components": {
            "required": ["messages", "schemas"],
            "properties": {
                "messages": {
                    "additionalProperties": {"required": ["name", "payload", "contentType"]}
                },
                "schemas": {"propertyNames": {"pattern": r"^[a-zA-Z0-9.\-_]+$"}},
            },
        },
    },
}


def references(tree: Any) -> Iterator[str]:
    """Every ``$ref`` in it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            yield from references(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from references(value)


def at(pointer: str) -> Any:
    """What a reference names. Raises ``KeyError``."""
    found: Any = DOCUMENT
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    return found


def validator(kind: str) -> Draft202012Validator:
    """Checks an envelope of this kind."""
    payload = DOCUMENT["components"]["messages"][kind]["payload"]
    return Draft202012Validator({**payload, "components": DOCUMENT["components"]})


def test_it_has_the_shape_of_asyncapi_3_and_is_json() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
    assert [e.message for e in Draft202012Validator(_SHAPE).iter_errors(DOCUMENT)] == []


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        assert at(reference) is not None


def test_every_parameter_stands_in_its_address_and_the_other_way_round() -> None:
    for channel in DOCUMENT["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel["parameters"])


def test_operations_name_messages_of_their_own_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(m["$ref"].startswith(f"{channel}/messages/") for m in operation["messages"])


def test_every_command_and_event_is_there() -> None:
    messages = DOCUMENT["components"]["messages"]

    assert {command.kind for command in COMMANDS} <= set(messages)
    assert {event.kind for event in EVENTS} <= set(messages)
    names = {c["bindings"]["amqp"]["exchange"]["name"] for c in DOCUMENT["channels"].values()
             if "exchange" in c["bindings"]["amqp"]}  # fmt: skip
    assert names == {*Exchange} - {Exchange.ASSIGN, Exchange.DEAD}


@pytest.mark.parametrize("kind", sorted(DOCUMENT["components"]["messages"]))
def test_every_payload_is_a_json_schema(kind: str) -> None:
    Draft202012Validator.check_schema(DOCUMENT["components"]["messages"][kind]["payload"])


def test_what_is_published_fits_and_what_is_broken_does_not() -> None:
    event = logged(
        MessageAdded(message=a_message(CONVERSATION, 0), conversation=CONVERSATION),
        partition=partition_of(CONVERSATION.id),
        seq=1,
        at=AT,
        trace_id="t",
        source="router",
        key="k",
    )
    actor = Actor(kind=ActorKind.BOT, id="bot-x")
    command = publication(
        Reply(conversation_id=CONVERSATION.id, actor=actor, text="hi"),
        CommandId("1"),
        at=AT,
        source="bot/x",
        trace_id="t",
    )
    told, asked = json.loads(event.envelope), json.loads(command.envelope.text())

    assert list(validator(MessageAdded.kind).iter_errors(told)) == []
    assert list(validator(Reply.kind).iter_errors(asked)) == []
    del told["payload"]["message"]["author"]
    asked["payload"]["undo_s"] = -1
    assert not validator(MessageAdded.kind).is_valid(told)
    assert not validator(Reply.kind).is_valid(asked)
