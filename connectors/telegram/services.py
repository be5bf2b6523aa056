"""Service messages: what Telegram tells in the place of a message that somebody wrote."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors.payload import Payload
from connectors.telegram.people import name_of, user
from shared.model.content import Service
from shared.model.people import Participant

_LONGEST = 300
_DETAILS = 20

THREAD: Mapping[str, str] = MappingProxyType(
    {
        "new_chat_members": "member_joined",
        "left_chat_member": "member_left",
        "chat_owner_left": "owner_left",
        "chat_owner_changed": "owner_changed",
        "new_chat_title": "title_changed",
        "new_chat_photo": "photo_changed",
        "delete_chat_photo": "photo_removed",
        "group_chat_created": "chat_created",
        "supergroup_chat_created": "chat_created",
        "channel_chat_created": "chat_created",
        "message_auto_delete_timer_changed": "auto_delete_changed",
        "migrate_to_chat_id": "chat_migrated",
        "migrate_from_chat_id": "chat_migrated",
        "pinned_message": "message_pinned",
        "forum_topic_created": "topic_created",
        "forum_topic_edited": "topic_renamed",
        "forum_topic_closed": "topic_closed",
        "forum_topic_reopened": "topic_reopened",
        "general_forum_topic_hidden": "general_topic_hidden",
        "general_forum_topic_unhidden": "general_topic_shown",
        "video_chat_scheduled": "video_chat_scheduled",
        "video_chat_started": "video_chat_started",
        "video_chat_ended": "video_chat_ended",
        "video_chat_participants_invited": "video_chat_invited",
        "proximity_alert_triggered": "proximity_alert",
        "boost_added": "boost_added",
        "chat_background_set": "background_changed",
        "direct_message_price_changed": "direct_message_price_changed",
        "paid_message_price_changed": "paid_message_price_changed",
        "giveaway_created": "giveaway_created",
        "giveaway": "giveaway",
        "giveaway_winners": "giveaway_winners",
        "giveaway_completed": "giveaway_completed",
        "managed_bot_created": "managed_bot_created",
        "community_chat_added": "community_chat_added",
        "community_chat_removed": "community_chat_removed",
        "community_chat_joined": "community_chat_joined",
    }
)
"""Fields that tell of the chat."""

PERSON: Mapping[str, str] = MappingProxyType(
    {
        "successful_payment": "payment",
        "refunded_payment": "payment_refunded",
        "users_shared": "users_shared",
        "chat_shared": "chat_shared",
        "gift": "gift",
        "unique_gift": "gift",
        "gift_upgrade_sent": "gift_upgraded",
        "connected_website": "website_connected",
        "write_access_allowed": "writing_allowed",
        "passport_data": "passport_shared",
        "checklist_tasks_done": "checklist_tasks_done",
        "checklist_tasks_added": "checklist_tasks_added",
        "poll_option_added": "poll_option_added",
        "poll_option_deleted": "poll_option_deleted",
        "suggested_post_approved": "suggested_post_approved",
        "suggested_post_approval_failed": "suggested_post_failed",
        "suggested_post_declined": "suggested_post_declined",
        "suggested_post_paid": "suggested_post_paid",
        "suggested_post_refunded": "suggested_post_refunded",
    }
)
"""Fields that tell of something the writer did."""


def of_thread(message: Payload) -> Service | None:
    """What happened to the chat."""
    return _service(message, THREAD)


def of_person(message: Payload) -> Service | None:
    """What the writer did other than writing."""
    return _service(message, PERSON)


def members(message: Payload) -> tuple[Participant, ...]:
    """Who joined or left."""
    joined = [user(item) for item in message.children("new_chat_members")]
    left = user(message.child("left_chat_member"))
    return tuple(person for person in (*joined, left) if person is not None)


def _service(message: Payload, words: Mapping[str, str]) -> Service | None:
    if words.keys().isdisjoint(message.raw):
        return None
    for field in message:
        word = words.get(field)
        if word is not None and field in message and message.raw[field] is not False:
            return Service(name=word, details=details(message.raw[field]))
    return None


def details(value: object) -> dict[str, str]:
    """What can be shown of a service field, one level deep. Passport data stays closed."""
    if isinstance(value, dict):
        if "credentials" in value:
            return {}
        pairs = {key: _shown(item) for key, item in list(value.items())[:_DETAILS]}
        return {key: shown for key, shown in pairs.items() if shown}
    if isinstance(value, list):
        names = (name_of(Payload(item)) for item in value[:_DETAILS] if isinstance(item, dict))
        shown = ", ".join(name for name in names if name)
        return {"names": shown[:_LONGEST]} if shown else {}
    shown = _shown(value)
    return {"value": shown} if shown else {}


def _shown(value: object) -> str:
    if value is True:
        return "true"
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)[:_LONGEST]
    if isinstance(value, dict):
        return name_of(Payload(value)) or ""
    return ""
