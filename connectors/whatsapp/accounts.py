"""What Meta tells of the account: templates, quality, bans, limits, problems of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.payload import Payload
from connectors.whatsapp.app import account_thread
from connectors.whatsapp.event import Event, digest
from connectors.whatsapp.people import person
from connectors.whatsapp.problems import problem
from shared.model.inbound import Inbound, InboundKind, Origin

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "message_template_status_update": "template_status",
        "message_template_quality_update": "template_quality",
        "message_template_components_update": "template_changed",
        "template_category_update": "template_category",
        "message_template_category_update": "template_category",
        "phone_number_quality_update": "quality",
        "phone_number_name_update": "name",
        "account_update": "account",
        "account_alerts": "alert",
        "account_review_update": "review",
        "account_settings_update": "settings",
        "business_capability_update": "limits",
        "security": "security",
    }
)
_TOLD: Final = (
    "message_template_name", "message_template_language", "event", "decision", "reason",
    "previous_category", "new_category", "previous_quality_score", "new_quality_score",
    "display_phone_number", "current_limit", "old_limit", "requested_verified_name",
    "alert_severity", "alert_status", "alert_type", "alert_description",
    "max_daily_conversation_per_phone", "max_phone_numbers_per_business",
)  # fmt: skip
_LONGEST: Final = 500
_STOPPED: Final = "stop"


def change(event: Event) -> tuple[Inbound, ...]:
    """A change of the account, for the admins."""
    single = event.single
    service = _NAMES.get(single.field, single.field[:60] or "unknown")
    return (
        event.make(
            InboundKind.ACCOUNT,
            account_thread(),
            f"a:{digest(single.entry_id, single.field, single.item.raw)}",
            occurred_at=single.item.moment("timestamp"),
            origin=Origin.SYSTEM,
            service=service,
            reason=_told(single.item),
        ),
    )


def trouble(event: Event) -> tuple[Inbound, ...]:
    """A problem that Meta has with the account or its own systems."""
    error = event.single.item
    said = problem(error)
    return (
        event.make(
            InboundKind.ACCOUNT,
            account_thread(),
            f"a:{digest(event.single.entry_id, 'errors', error.raw)}",
            origin=Origin.SYSTEM,
            service="problem",
            reason=f"{said.code}: {said.reason}",
        ),
    )


def preference(event: Event) -> tuple[Inbound, ...]:
    """A customer wants no more marketing, or wants it again."""
    item = event.single.item
    who = person(item, event.contact, phone="wa_id", user="user_id")
    value = (item.text("value") or "changed")[:40]
    name = "marketing_stopped" if value == _STOPPED else "marketing_resumed"
    at = item.moment("timestamp")
    return (
        event.make(
            InboundKind.THREAD,
            who.thread(),
            f"p:{digest(who.key, value, item.raw.get('timestamp'))}",
            occurred_at=at,
            origin=Origin.SYSTEM,
            author=who.participant(),
            service=name,
            reason=item.text("detail"),
        ),
    )


def _told(value: Payload) -> str | None:
    """The words of an account event that say what it is about."""
    found = [value.identifier(key) for key in _TOLD]
    for inner in ("ban_info", "violation_info", "disable_info", "other_info"):
        child = value.child(inner)
        if child is not None:
            found += [child.identifier(key) for key in child]
    found += [item.text("restriction_type") for item in value.children("restriction_info")]
    return ", ".join(part for part in found if part)[:_LONGEST] or None
