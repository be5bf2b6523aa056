"""The webhooks that the intake is measured with, as the platforms send them. Pure."""

import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Final

from tests.bench.updates import update

Request = tuple[Mapping[str, str], bytes]
"""Headers beside the usual ones, and the body."""

CUSTOMERS: Final = 32
GROUP_ID: Final = 229_000_001
CALLBACK_SECRET: Final = "benchcallbacksecret"
APP_SECRET: Final = "0123456789abcdef0123456789abcdef"
NUMBER_ID: Final = "106540352242922"
ACCOUNT_ID: Final = "102290129340398"
TELEGRAM_SECRET: Final = "bench-secret"
BATCH: Final = 100
_WORDS: Final = (
    "Здравствуйте! Заказ ещё не пришёл. Подскажите, пожалуйста, когда его ждать?"
    " Заранее спасибо! zq%dqz"
)
_CLIENT: Final = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of webhook."""

    channel: str
    """The channel of the hub that takes it; the type of that channel as well."""
    make: Callable[[int], Request]
    """The request with this number: no two bring the same event."""
    messages: int = 1
    """In one request."""


def telegram(number: int) -> Request:
    """An update with a message."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
    return headers, update(number, number % CUSTOMERS)


def vk(number: int) -> Request:
    """A callback with a message."""
    now, peer = int(time.time()), 100_000_000 + number % CUSTOMERS
    message = {
        "date": now,
        "from_id": peer,
        "id": 1 + number,
        "version": 10_000_000 + number,
        "out": 0,
        "attachments": [],
        "conversation_message_id": 1 + number,
        "fwd_messages": [],
        "important": False,
        "is_hidden": False,
        "peer_id": peer,
        "random_id": 0,
        "text": _WORDS % number,
    }
    event = {
        "group_id": GROUP_ID,
        "type": "message_new",
        "event_id": sha1(b"%d" % number, usedforsecurity=False).hexdigest(),
        "v": "5.199",
        "object": {"message": message, "client_info": _CLIENT},
        "secret": CALLBACK_SECRET,
    }
    return {}, json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def whatsapp(number: int, count: int = 1) -> Request:
    """A signed webhook with so many messages, each in an entry of its own."""
    entries = [_entry(number * count + n) for n in range(count)]
    payload = {"object": "whatsapp_business_account", "entry": entries}
    body = json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()
    digest = hmac.new(APP_SECRET.encode(), body, sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}, body


def whatsapp_batch(number: int) -> Request:
    """A webhook as after an outage: a hundred messages in one."""
    return whatsapp(number, BATCH)


def _entry(number: int) -> dict[str, object]:
    wa_id = f"49151{number % CUSTOMERS:08d}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": "Мария Ковалёва"}, "wa_id": wa_id}],
        "messages": [
            {
                "from": wa_id,
                "id": f"wamid.HBgLNDkxNTEyMzQ1Njc4FQIAEhgU{number:020X}",
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": _WORDS % number},
            }
        ],
    }
    return {"id": ACCOUNT_ID, "changes": [{"field": "messages", "value": value}]}


KINDS: Final[Mapping[str, Kind]] = {
    "whatsapp": Kind("whatsapp", whatsapp),
    "whatsapp_100": Kind("whatsapp", whatsapp_batch, messages=BATCH),
    "telegram": Kind("telegram", telegram),
    "vk": Kind("vk", vk),
}
"""By the names that the results have for them."""
SETTINGS: Final[Mapping[str, Mapping[str, object]]] = {
    "telegram": {
        "token": "1000001:bench-token-of-nobody",
        "mode": "webhook",
        "webhook_secret": TELEGRAM_SECRET,
    },
    "vk": {
        "token": "vk1.a.bench-token-of-nobody",
        "group_id": GROUP_ID,
        "mode": "callback",
        "callback_secret": CALLBACK_SECRET,
        "confirmation": "bench",
    },
    "whatsapp": {
        "access_token": "EAAbenchtokenofnobody",
        "phone_number_id": NUMBER_ID,
        "waba_id": ACCOUNT_ID,
        "app_secret": APP_SECRET,
        "webhook": "manual",
    },
}
"""Of the channels that take them, without the address of their platform."""
