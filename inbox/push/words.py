"""What a device shows, in the language that its page had."""

import json
from typing import Final

from shared.model.notification_settings import NotificationKind
from shared.model.push import Push

_WORDS: Final = {
    "en": {
        NotificationKind.MENTION: "{by} mentions you",
        NotificationKind.ASSIGNED: "Given to you",
        NotificationKind.TASK: "A task of yours",
        NotificationKind.DEADLINE: "A deadline is near",
        NotificationKind.MESSAGE: "",
        NotificationKind.FOLLOWED: "You follow this",
        NotificationKind.UNASSIGNED: "Waits for your team",
        NotificationKind.STATUS: "News of what you follow",
        "somebody": "A colleague",
        "trial": "Notifications work on this device.",
        "breached": "A deadline is over",
        "more": "+{n}",
    },
    "ru": {
        NotificationKind.MENTION: "{by} упоминает вас",
        NotificationKind.ASSIGNED: "Назначено вам",
        NotificationKind.TASK: "Ваша задача",
        NotificationKind.DEADLINE: "Близится срок",
        NotificationKind.MESSAGE: "",
        NotificationKind.FOLLOWED: "Вы следите за этим",
        NotificationKind.UNASSIGNED: "Ждёт вашу команду",
        NotificationKind.STATUS: "Новости того, за чем вы следите",
        "somebody": "Коллега",
        "trial": "Уведомления на этом устройстве работают.",
        "breached": "Срок вышел",
        "more": "+{n}",
    },
}
_MOST_TEXT: Final = 300
"""A push service takes 4096 bytes, encryption included."""


def payload(push: Push, language: str) -> bytes:
    """What is encrypted for the device; ``inbox/web/src/sw/notice.ts`` reads it."""
    words = _WORDS.get(language, _WORDS["en"])
    if push.kind is None:
        lines = [words["trial"]]
    else:
        over = push.kind is NotificationKind.DEADLINE and "percent" not in push.details
        head = words["breached" if over else push.kind].format(by=push.by or words["somebody"])
        lines = [line for line in (head, push.text[:_MOST_TEXT]) if line]
    more = f" {words['more'].format(n=push.count - 1)}" if push.count > 1 else ""
    told = {
        "title": (push.title[:100] or "Omnihub") + more,
        "body": "\n".join(lines),
        "tag": push.conversation_id or "hub",
        "url": f"/inbox/open/{push.conversation_id}" if push.conversation_id else "/settings",
        "at": push.at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False).encode()
