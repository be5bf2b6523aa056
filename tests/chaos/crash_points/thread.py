"""One customer's thread, as the API shows it and as it must be."""

from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.crash_points.hub import PointedHub
from tests.chaos.crash_points.screen import Screen
from tests.support.ledger import FINAL

FILE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16
"""What customers and agents send."""


@dataclass
class Expected:
    """Both sides of a thread, in order. A reply that stands in ``read`` was shown and said so."""

    inbound: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


async def messages_of(hub: PointedHub, customer: str) -> list[dict[str, Any]]:
    """What is stored of the customer, oldest first."""
    found: list[dict[str, Any]] = []
    for conversation in await hub.items("/api/v1/conversations", q=customer):
        if conversation["contact_name"] == customer:
            path = f"/api/v1/conversations/{conversation['id']}/messages"
            found += (await hub.call("GET", path, limit="100"))["items"]
    return found


async def wrong_with(
    hub: PointedHub,
    screen: Screen,
    expected: Expected,
    customer: str,
    phone: Sequence[Mapping[str, Any]],
    attempts: frozenset[str],
    *,
    exactly_once: bool,
) -> list[str]:
    """Everything that is not as it must be, in words."""
    stored = await messages_of(hub, customer)
    wrong = []
    inbound = [message for message in stored if message["direction"] == "inbound"]
    replies = [message for message in stored if message["direction"] == "outbound"]
    if [m["content"]["text"] for m in inbound] != expected.inbound:
        wrong.append(f"stored in: {[m['content']['text'] for m in inbound]}")
    if [m["content"]["text"] for m in replies] != expected.replies:
        wrong.append(f"stored out: {[m['content']['text'] for m in replies]}")
    if len(stored) != len(inbound) + len(replies):
        others = [m["system"] for m in stored if m not in inbound and m not in replies]
        wrong.append(f"stored besides: {others}")
    for message in stored:
        wrong += await _files(hub, message)
        if screen.added[message["id"]] != 1:
            wrong.append(f"on the screen {screen.added[message['id']]} times: {_name(message)}")
    wrong += _delivered(replies, phone, expected, attempts, exactly_once=exactly_once)
    return wrong


def _name(message: Mapping[str, Any]) -> str:
    return f"{message['direction']} {message['content']['text']!r}"


async def _files(hub: PointedHub, message: Mapping[str, Any]) -> list[str]:
    wrong = []
    for attachment in message["content"]["attachments"]:
        if attachment["state"] != "stored":
            wrong.append(f"file of {_name(message)}: {attachment['state']}")
            continue
        path = f"/api/v1/attachments/{message['id']}/{attachment['id']}"
        async with hub.http.get(hub.url + path) as answer:
            if await answer.read() != FILE:
                wrong.append(f"file of {_name(message)}: other bytes ({answer.status})")
    return wrong


def _delivered(
    replies: Sequence[Mapping[str, Any]],
    phone: Sequence[Mapping[str, Any]],
    expected: Expected,
    attempts: frozenset[str],
    *,
    exactly_once: bool,
) -> list[str]:
    shown = [str(line["text"]) for line in phone if line["from"] == "hub"]
    on_phone = Counter(shown)
    begun = {attempt.rpartition("-")[0] for attempt in attempts}
    wrong = []
    for message in replies:
        text, state = message["content"]["text"], message["delivery"]
        unknown = state == "unknown" and f"p{message['id'][1:]}" in begun and not exactly_once
        if state not in FINAL or (state == "unknown" and not unknown):
            wrong.append(f"reply {text!r} is {state}")
        if not (0 if unknown else 1) <= on_phone[text] <= 1:
            wrong.append(f"reply {text!r} ({state}) is on the phone {on_phone[text]} times")
        if text in expected.read and state != "read":
            wrong.append(f"reply {text!r} was read and is {state}")
    if shown != [text for text in expected.replies if on_phone[text]]:
        wrong.append(f"on the phone: {shown}")
    for line in phone:
        for attachment in line.get("attachments", ()):
            if "data_base64" in attachment and b64decode(attachment["data_base64"]) != FILE:
                wrong.append(f"other bytes on the phone under {line['text']!r}")
    return wrong
