"""The far end as the settings describe it, and a look whether it is there."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from connectors.base import CheckItem, CheckReport, ConnectorContext
from connectors.webhook.manifest import WebhookSettings
from shared.errors import ChannelBroken
from shared.ids import uuid7
from shared.model.channel import Capabilities
from shared.webhooks.schedule import is_taken
from shared.webhooks.sender import Callback, Caller

_PAGE: Final = b"<"


def secrets(settings: WebhookSettings) -> tuple[SecretStr, ...]:
    """The secrets that are valid now, the newest first."""
    both = (settings.secret, settings.previous_secret)
    return tuple(secret for secret in both if secret is not None)


def caller(context: ConnectorContext, settings: WebhookSettings) -> Caller | None:
    """Who makes the callbacks; None when there is nowhere to call."""
    if settings.callback_url is None:
        return None
    if context.guarded is None or context.attempts is None:
        raise ChannelBroken("the hub gave this channel no way to call somebody")
    return Caller(
        context.guarded,
        settings.callback_url.get_secret_value(),
        secrets(settings),
        context.attempts,
        context.clock,
        timeout_s=settings.timeout_s,
    )


def limited(capabilities: Capabilities, settings: WebhookSettings) -> Capabilities:
    """The abilities of the type that the far end has."""
    changes = settings.changes
    return capabilities.model_copy(
        update={
            "max_text": settings.max_text,
            "max_caption": settings.max_text,
            "buttons": settings.buttons,
            "edit": changes,
            "delete": changes,
            "reactions": changes,
            "typing_out": settings.typing,
            "idempotent": settings.idempotent_receiver,
        }
    )


def news(told: Mapping[str, Any], id: str, context: ConnectorContext) -> Callback:
    """A callback that stands for no message."""
    whole = {"id": id, "at": context.clock.now().isoformat(), **told}
    body = json.dumps(whole, ensure_ascii=False).encode()
    return Callback(id=id, kind=str(told["type"]), body=body, attempt=1)


async def check(context: ConnectorContext, caller: Caller | None) -> CheckReport:
    """A ``ping`` to the callback address, and where events go."""
    return CheckReport([await _callback(context, caller), _hook(context)])


async def _callback(context: ConnectorContext, caller: Caller | None) -> CheckItem:
    name = "callback"
    if caller is None:
        return CheckItem(name, True, "this channel only receives: it has no callback address")
    outcome = await caller.tell(news({"type": "ping"}, f"ping-{uuid7().hex}", context))
    if is_taken(outcome.status) and outcome.body.lstrip()[:1] == _PAGE:
        remedy = "Give the address of the program that takes callbacks."
        return CheckItem(name, False, "it answers with a web page", remedy)
    if outcome.arrived == "yes":
        return CheckItem(name, True, "it took a signed ping")
    remedy = (
        'Your system must answer a POST of {"type": "ping"} with 2xx once the signature fits. '
        "If it stands on a private network, allow that in the hub's setting private_networks."
    )
    return CheckItem(name, False, outcome.error or "it did not take a signed ping", remedy)


def _hook(context: ConnectorContext) -> CheckItem:
    path = f"/hooks/{context.channel_id}"
    if context.public_url is None:
        return CheckItem("events", True, f"send them to {path} of this hub")
    return CheckItem("events", True, f"send them to {context.public_url.rstrip('/')}{path}")
