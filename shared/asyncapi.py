"""The bus as an AsyncAPI 3.0 document, made from the declared commands, events and exchanges.

The hub is the application: it receives commands and sends events.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.commands import COMMANDS, HUBS_OWN, Command
from shared.envelope import Envelope
from shared.events import EVENTS, CommandDone, Event, routing_key
from shared.hints import HINT_KIND, Hint
from shared.ids import PARTITIONS, Partition
from shared.model.inbound import Inbound, Receipt
from shared.ports.bots import BOT_NAME
from shared.ports.bus import Exchange
from shared.topology import bot_queue, partition_key

_REF: Final = "#/components/schemas/{model}"
_BINDING: Final = "0.3.0"
Mode = Literal["validation", "serialization"]

_INBOUND: Final[Mapping[str, type[BaseModel]]] = {"inbound": Inbound, "receipt": Receipt}
_OF_BOTS: Final = ("event.message.added", "event.message.changed", "event.conversation.changed")


def document(*, version: str) -> dict[str, Any]:
    """The document."""
    given: tuple[type[Command], ...] = tuple(c for c in COMMANDS if c not in HUBS_OWN)
    schemas, defs = models_json_schema(
        [
            (Envelope, "serialization"),
            *((command, "validation") for command in COMMANDS),
            *((model, "validation") for model in _INBOUND.values()),
            *((event, "serialization") for event in EVENTS),
            (Hint, "serialization"),
        ],
        ref_template=_REF,
    )
    messages = {
        **{c.kind: _message(c.kind, c, schemas, "validation") for c in COMMANDS},
        **{kind: _message(kind, m, schemas, "validation") for kind, m in _INBOUND.items()},
        **{e.kind: _message(e.kind, e, schemas, "serialization") for e in EVENTS},
        HINT_KIND: _message(HINT_KIND, Hint, schemas, "serialization"),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Omnihub bus",
            "version": version,
            "license": {"name": "MIT"},
            "description": __doc__,
        },
        "defaultContentType": "application/json",
        "channels": _channels(given),
        "operations": _operations(given),
        "components": {"messages": messages, "schemas": defs.get("$defs", {})},
    }


def _message(
    kind: str,
    model: type[BaseModel],
    schemas: Mapping[Any, Mapping[str, Any]],
    mode: Mode,
) -> dict[str, Any]:
    inside = {
        "type": "object",
        "properties": {"kind": {"const": kind}, "payload": dict(schemas[model, mode])},
        "required": ["kind", "payload"],
    }
    return {
        "name": kind,
        "title": kind,
        "summary": " ".join((model.__doc__ or "").split()),
        "contentType": "application/json",
        "payload": {"allOf": [dict(schemas[Envelope, "serialization"]), inside]},
    }


def _channels(given: Sequence[type[Command]]) -> dict[str, Any]:
    commands = [command.kind for command in given]
    own = [command.kind for command in HUBS_OWN]
    events = [event.kind for event in EVENTS]
    partition = {"partition": _partition()}
    where = {
        "event": {
            "description": "The event's name as one word.",
            "enum": [_word(event) for event in EVENTS],
        },
        "channelType": {"description": "The channel's type, or `hub`."},
        "channelId": {"description": "The channel, or `hub`."},
    }
    bot = {"bot": {"description": f"The bot's name: `{BOT_NAME}`."}}
    outcome = f"{_word(CommandDone)}.{{channelType}}.{{channelId}}.bot-{{bot}}"
    return {
        "commands": {
            **_exchange(Exchange.COMMANDS, "direct", "{partition}", [*commands, *own], partition),
            "description": (
                "What agents and bots ask for. The routing key is the partition in the "
                "conversation's id. From a bot the broker checks the property user_id. Of "
                + ", ".join(own)
                + " the hub itself is the only author."
            ),
        },
        "conversations": {
            **_exchange(Exchange.CONVERSATIONS, "direct", "{partition}", list(_INBOUND), partition),
            "description": "What connectors tell of their platforms.",
        },
        "events": {
            **_exchange(
                Exchange.EVENTS, "topic", "{event}.{channelType}.{channelId}", events, where
            ),
            "description": "What happened.",
        },
        "outcomes": {
            **_exchange(
                Exchange.EVENTS,
                "topic",
                outcome,
                [CommandDone.kind],
                {**{name: where[name] for name in ("channelType", "channelId")}, **bot},
            ),
            "description": "What became of a bot's command, for that bot alone.",
        },
        "botQueue": {
            "address": bot_queue("{bot}").name,
            "parameters": bot,
            "messages": _refs([*_OF_BOTS, CommandDone.kind]),
            "bindings": {
                "amqp": {
                    "is": "queue",
                    "queue": {"name": bot_queue("{bot}").name, "durable": True},
                    "bindingVersion": _BINDING,
                }
            },
            "description": "What a bot on the broker reads; it holds the newest of it.",
        },
        "outbound": {
            **_exchange(
                Exchange.OUTBOUND,
                "direct",
                "{channelId}",
                [HINT_KIND],
                {"channelId": where["channelId"]},
            ),
            "description": "Hints to dispatchers that parts are due.",
        },
    }


def _operations(given: Sequence[type[Command]]) -> dict[str, Any]:
    return {
        **{f"receive-{_slug(c.kind)}": _operation("receive", "commands", [c.kind]) for c in given},
        "receive-platforms": _operation("receive", "conversations", list(_INBOUND)),
        **{f"send-{_slug(e.kind)}": _operation("send", "events", [e.kind]) for e in EVENTS},
        "send-outcome": _operation("send", "outcomes", [CommandDone.kind]),
        "send-to-bot": _operation("send", "botQueue", [*_OF_BOTS, CommandDone.kind]),
        "send-hint": _operation("send", "outbound", [HINT_KIND]),
    }


def _exchange(
    exchange: Exchange,
    kind: Literal["direct", "topic"],
    address: str,
    messages: Sequence[str],
    parameters: Mapping[str, Any],
) -> dict[str, Any]:
    named = {"name": exchange.value, "type": kind, "durable": True, "autoDelete": False}
    binding = {"is": "routingKey", "exchange": named, "bindingVersion": _BINDING}
    return {
        "address": address,
        "parameters": dict(parameters),
        "messages": _refs(messages),
        "bindings": {"amqp": binding},
    }


def _operation(action: str, channel: str, kinds: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind}"} for kind in kinds],
    }


def _partition() -> dict[str, Any]:
    return {
        "description": "Of the conversation: slot (the two hex digits in its id) modulo the count.",
        "enum": [partition_key(Partition(number)) for number in range(PARTITIONS)],
    }


def _refs(kinds: Sequence[str]) -> dict[str, Any]:
    return {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds}


def _word(event: type[Event]) -> str:
    return routing_key(event.kind).partition(".")[0]


def _slug(kind: str) -> str:
    return kind.replace(".", "-").replace("_", "-")
