"""What an anonymous visitor is asked before the first message. Pure."""

from datetime import datetime
from typing import Any

from connectors.webchat.manifest import WebchatSettings
from connectors.webchat.requests import SessionRequest
from connectors.webchat.visitors import Given
from shared.errors import BadRequest


def form(settings: WebchatSettings) -> dict[str, Any]:
    """What the widget asks for: the fields that are wanted, and what is to be agreed to."""
    asked = {
        "name": settings.ask_name,
        "email": settings.ask_email,
        "phone": settings.ask_phone,
    }
    fields = [
        {"key": key, "required": how == "required"} for key, how in asked.items() if how != "no"
    ]
    return {"fields": fields, "consent": settings.consent}


def introduced(asked: SessionRequest, settings: WebchatSettings, at: datetime) -> Given:
    """What the visitor gave. Raises ``BadRequest`` naming what is required and missing."""
    wanted = form(settings)
    values = {"name": asked.name, "email": asked.email, "phone": asked.phone}
    said = {key: " ".join(value.split()) or None for key, value in values.items() if value}
    for field in wanted["fields"]:
        if field["required"] and not said.get(field["key"]):
            raise BadRequest("this chat asks for it before the first message", field=field["key"])
    if wanted["consent"] is not None and not asked.agreed:
        raise BadRequest("this chat asks for consent before the first message", field="agreed")
    agreed_at = at.isoformat(timespec="seconds") if wanted["consent"] is not None else None
    return Given(**said, agreed_at=agreed_at)
