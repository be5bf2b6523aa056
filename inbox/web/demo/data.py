"""Invented conversations that show every kind of bubble, for looking at the screens."""

from datetime import UTC, datetime, timedelta

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


ME = {"id": "a1", "email": "kim@example.com", "name": "A. Kim", "role": "admin", "team_ids": [], "language": None, "theme": None, "active": True}
AGENTS = [ME, {**ME, "id": "a2", "name": "Artur Weiss", "email": "artur@example.com", "role": "supervisor"}, {**ME, "id": "a3", "name": "Ольга Миронова", "email": "olga@example.com", "role": "agent"}, {**ME, "id": "a4", "name": "Lee", "email": "lee@example.com", "role": "agent", "active": False}]
CONTACT = {"kind": "contact", "id": "k1", "name": "Мария Ковалёва"}
KIM = {"kind": "agent", "id": "a1", "name": "A. Kim"}
BOT = {"kind": "bot", "id": "b1", "name": "Traffic"}
_CAPS = {"max_text": 4096, "text_unit": "utf16", "max_caption": 1024, "album_max": 10, "buttons": True, "reply": True, "edit": True, "delete": True, "reactions": True,
         "media": [{"kind": kind, "max_bytes": 50_000_000, "mimes": []} for kind in ("image", "video", "audio", "voice", "file")]}
_SCHEMA = {"type": "object", "required": ["token"], "properties": {
    "token": {"type": "string", "format": "password", "writeOnly": True, "title": "Bot token", "description": "BotFather gives it: open @BotFather, send /newbot and copy the token."},
    "api_base": {"type": "string", "title": "API address", "default": "https://api.telegram.org", "description": "Change it for a self-hosted API server."},
    "proxy": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Proxy"},
    "webhook": {"type": "boolean", "title": "Receive by webhook", "default": False, "description": "Needs a public address."}}}
TYPES = [{"id": key, "title": title, "summary": {"en": en, "ru": ru}, "settings_schema": _SCHEMA, "capabilities": _CAPS} for key, title, en, ru in (
    ("telegram", "Telegram", "A bot that customers write to.", "Бот, которому пишут клиенты."), ("vk", "VK", "The messages of a community.", "Сообщения сообщества."),
    ("whatsapp", "WhatsApp", "A business number in the cloud.", "Деловой номер в облаке."), ("email", "E-mail", "A mailbox by IMAP and SMTP.", "Почтовый ящик по IMAP и SMTP."),
    ("webchat", "Site chat", "A chat on your own pages.", "Чат на ваших страницах."), ("max", "MAX", "A bot in MAX.", "Бот в MAX."))]
CHANNELS = [{"id": key, "type": kind, "name": name, "state": state, "reason": reason, "settings": {"token": {"set": True}}, "simulated": False, "account": account,
             "health": {"last_in_at": ago(3), "last_out_at": ago(9), "last_error": error, "last_error_at": ago(40) if error else None,
                        "lag_s": 340.0 if error else 0.4, "waiting": 12 if error else 0, "waiting_since": ago(40) if error else None},
             "traffic": {"hours": 24, "received": 1204, "sent": 871, "failed": 9 if error else 0, "unknown": 1 if error else 0}}
            for key, kind, name, state, reason, account, error in (
    ("ch-tg", "telegram", "@shop_bot", "active", None, "@shop_bot", None), ("ch-vk", "vk", "Магазин ВК", "active", None, "club48151", None),
    ("ch-wa", "whatsapp", "+7 495 120-00-00", "broken", "The access token has expired: make a new one in the developer console.", "+74951200000", "401: token expired"),
    ("ch-mail", "email", "support@", "paused", None, "support@example.com", None), ("site", "webchat", "Site chat", "active", None, None, None))]


def conv(number: int, name: str, channel_type: str, channel: str, minutes: float, text: str, **more: object) -> dict:
    preview = {"text": text, "kind": more.pop("kind", "text"), "direction": more.pop("direction", "inbound"), "author_name": more.pop("by", name), "at": ago(minutes), "delivery": more.pop("delivery", None)}
    return {"id": f"c{number:02d}", "number": 1000 + number, "channel_id": channel, "channel_type": channel_type, "thread": str(number), "thread_kind": "private", "title": None,
            "contact_id": f"k{number}", "identity_id": f"i{number}", "contact_name": name, "status": "open", "assignee_id": "a1", "assignee_name": "A. Kim", "priority": "normal",
            "labels": [], "unread": 0, "preview": preview, "messages": 30, "last_activity_at": ago(minutes), "reachable": True, "created_at": ago(minutes + 600), "version": 1, **more}


CONVERSATIONS = [
    conv(1, "Мария Ковалёва", "telegram", "ch-tg", 4, "Да, вот фото — две коробки помяты", unread=2, labels=["delivery", "VIP"], priority="high"),
    conv(2, "+44 7700 900 213", "whatsapp", "ch-wa", 6, "👍", kind="reaction", unread=1, reply_until=(NOW + timedelta(hours=3)).isoformat(), by=""),
    conv(3, "Илья Петров", "vk", "ch-vk", 21, "Передал коллегам, ответим до 14:30", direction="outbound", delivery="read", by="A. Kim", labels=["bug #214"], assignee_id="a2", assignee_name="Artur Weiss"),
    conv(4, "Jane Doe", "email", "ch-mail", 54, "Hi, the VAT number on page two is…", thread_kind="email", title="Invoice 2291 is wrong", labels=["money"], priority="urgent"),
    conv(5, "Гость с /pricing", "webchat", "site", 72, "", kind="voice", bot_id="b1", assignee_id=None, assignee_name=None),
    conv(6, "Анна Лебедева", "max", "ch-tg", 90, "Спасибо, что дождались!", direction="outbound", delivery="failed", by="A. Kim", status="open"),
    conv(7, "Olga T.", "telegram", "ch-tg", 115, "can we move it to Friday?", thread_kind="group", title="Wholesale group", by="Olga"),
    conv(8, "Дмитрий Соколов", "vk", "ch-vk", 160, "😺", kind="sticker"),
    *[conv(9 + n, f"Customer {n + 1}", "telegram", "ch-tg", 200 + 37 * n, "A question about an order", labels=["delivery"] if n % 3 == 0 else []) for n in range(40)],
]


def msg(number: int, minutes: float, direction: str, author: dict, text: str = "", **more: object) -> dict:
    content = {"text": text, **{key: more.pop(key) for key in ("attachments", "blocks", "buttons", "reply_to", "spans", "group_key", "forward", "action") if key in more}}
    return {"id": f"m{number:03d}", "conversation_id": "c01", "channel_id": "ch-tg", "seq": number, "sort": f"{number:06d}", "direction": direction, "author": author, "content": content,
            "at": ago(minutes), "accepted_at": ago(minutes), "version": 1, **more}


def att(number: int, kind: str, **more: object) -> dict:
    return {"id": f"f{number}", "kind": kind, "state": "stored", **more}


LINK = "Посмотрите https://example.com/returns и условия"
MESSAGES = [
    msg(0, 1600, "system", {"kind": "system"}, system={"name": "created", "details": {}}),
    msg(1, 1590, "inbound", CONTACT, "Добрый день! Когда доставка?"),
    msg(2, 1588, "outbound", BOT, "Здравствуйте! Заказ 10482 в пути, курьер приедет сегодня.", delivery="read"),
    msg(3, 1200, "inbound", CONTACT, "", blocks=[{"type": "location", "latitude": 55.75222, "longitude": 37.61556, "title": "Склад", "address": "Москва, Тверская, 1"}]),
    msg(4, 1199, "inbound", CONTACT, "", blocks=[{"type": "contact_card", "name": "Иван, муж", "phones": ["+7 900 000-00-00"], "emails": []}]),
    msg(5, 1198, "inbound", CONTACT, "", attachments=[att(1, "file", name="Договор поставки 2026.pdf", mime="application/pdf", size_bytes=1_348_000)]),
    msg(6, 1100, "inbound", CONTACT, "", attachments=[att(2, "sticker", emoji="😺", state="stored", mime="application/x-tgsticker")]),
    msg(7, 1090, "inbound", CONTACT, "", blocks=[{"type": "poll", "question": "Когда удобнее?", "options": [{"text": "Утром", "votes": 3}, {"text": "Вечером", "votes": 5}]}]),
    msg(8, 1085, "inbound", CONTACT, "", blocks=[{"type": "unsupported", "name": "paid_media"}], raw={"paid_media": {"star_count": 5}}),
    msg(9, 1080, "inbound", CONTACT, "", blocks=[{"type": "dice", "emoji": "🎲", "value": 4}]),
    msg(10, 1070, "inbound", CONTACT, "Удалённый текст", deleted_at=ago(1060)),
    msg(11, 1000, "inbound", CONTACT, "", attachments=[att(3, "video", state="too_big", name="unboxing.mp4", size_bytes=2_400_000_000)]),
    msg(12, 999, "inbound", CONTACT, "", attachments=[att(4, "image", state="pending", name="IMG_1040.jpg")]),
    msg(13, 998, "outbound", KIM, "**Готово** и https://example.com/track", spans=[{"kind": "bold", "start": 0, "length": 10}], delivery="delivered"),
    msg(14, 997, "outbound", KIM, "Проверяю склад", delivery="unknown"),
    msg(15, 60, "system", BOT, system={"name": "handed_off", "details": {"reason": "needs a person", "order": "10482", "courier": "SDEK"}}),
    msg(16, 59, "system", KIM, system={"name": "assigned", "details": {"agent_id": "a1", "agent_name": "A. Kim"}}),
    msg(17, 8, "inbound", CONTACT, "Здравствуйте! Заказ пришёл, но коробки мятые 😕"),
    msg(18, 4.2, "inbound", CONTACT, "", attachments=[att(5, "image", name="IMG_1031.jpg", width=800, height=600)], group_key="g1"),
    msg(19, 4.1, "inbound", CONTACT, "Да, вот фото — две коробки помяты", attachments=[att(6, "image", name="IMG_1032.jpg", width=800, height=600)], group_key="g1",
        edited_at=ago(4), revisions=[{"content": {"text": "Да, вот фото"}, "until": ago(4)}], reactions=[{"emoji": "❤️", "by": KIM}]),
    msg(20, 4, "inbound", CONTACT, "", attachments=[att(7, "voice", duration_s=18, waveform=[3, 8, 14, 30, 22, 9, 4, 12, 28, 31, 20, 11, 6, 3, 9, 18, 26, 13, 7, 4] * 2)]),
    msg(21, 3.9, "note", KIM, "@Artur тот же курьер, что вчера. Проверьте, пожалуйста"),
    msg(22, 3, "outbound", KIM, "Мария, мне очень жаль. Содержимое цело? Могу предложить замену или возврат.", delivery="read", reply_to={"message_id": "m017", "quote": "Здравствуйте! Заказ пришёл, но коробки…", "author_name": "Мария Ковалёва"},
        buttons=[[{"kind": "action", "label": "Замена", "value": "swap"}, {"kind": "action", "label": "Возврат", "value": "back"}]], pressed=["swap"]),
    msg(23, 2.5, "inbound", CONTACT, "", action={"label": "Замена", "value": "swap"}),
    msg(24, 2, "outbound", KIM, "Курьер приедет завтра с 10 до 14.", delivery="failed", failure={"kind": "contact_gone", "reason": "the customer blocked the bot"}),
]
IDENTITIES = [{"id": "i1", "channel_type": "telegram", "external_id": "1", "username": "mkovaleva", "identifiers": [{"kind": "phone", "value": "+7 900 111-22-33", "verified": True}], "reachable": True},
              {"id": "i2", "channel_type": "email", "external_id": "maria@example.com", "identifiers": [{"kind": "email", "value": "maria@example.com"}], "reachable": True},
              {"id": "i3", "channel_type": "vk", "external_id": "48151623", "name": None, "identifiers": [], "reachable": True}]
DEAD = [{"id": f"d{n}", "source": "intake/ch-tg", "reason": reason, "channel_id": "ch-tg", "envelope": {"kind": "inbound.message", "payload": {"text": "…"}}, "raw_base64": "eyJ1cGRhdGVfaWQiOjEyMywibWVzc2FnZSI6bnVsbH0=", "headers": {"content-type": "application/json"}, "state": "open", "at": ago(30 * n + 5)} for n, reason in enumerate(("message: field required", "IndexError in split", "date out of range"))]
VIEWS = {"mine": 7, "unassigned": 12, "open": 58, "pending": 3, "snoozed": 4, "resolved": 310, "channel/ch-tg": 23, "channel/ch-vk": 14, "channel/ch-wa": 9, "channel/ch-mail": 8, "channel/site": 4, "label/delivery": 14, "label/VIP": 2, "label/money": 6}


def notice(number: int, kind: str, minutes: float, title: str, text: str = "", **more: object) -> dict:
    return {"id": f"n{number}", "agent_id": "a1", "kind": kind, "conversation_id": f"c{number:02d}", "channel_type": "telegram", "title": title, "text": text, "details": {}, "by": None, "means": ["app"], "at": ago(minutes), "unread": number < 3, **more}


NOTIFICATIONS = [
    notice(1, "mention", 2, "Мария Ковалёва", "@Kim посмотри, пожалуйста: возврат не прошёл", by={"kind": "agent", "id": "a3", "name": "Ольга Миронова"}),
    notice(2, "deadline", 14, "John Appleseed", details={"target": "next_reply", "percent": "80"}), notice(3, "assigned", 55, "Anna Berg", "Do you ship to Norway?"),
    notice(4, "task", 190, "Иван Петров", "Склад: товар найден"), notice(5, "status", 1500, "Lee", details={"status": "resolved"})]
NOTIFICATION_SETTINGS = {"kinds": {"mention": ["app", "sound", "desktop", "push"], "assigned": ["app", "sound", "desktop", "push"], "task": ["app", "sound", "desktop", "push"], "deadline": ["app", "sound", "desktop", "push"], "message": ["sound", "desktop", "push"], "followed": ["app", "desktop"], "unassigned": [], "status": ["app"]},
                         "quiet": {"start": "22:00", "end": "08:00", "time_zone": "Europe/Berlin", "days_off": [5, 6]}}
PUSH_DEVICES = [{"id": "w1", "name": "Chrome, Android", "muted": False, "created_at": ago(9000), "pushed_at": ago(40), "failing_since": None, "own": False}, {"id": "w2", "name": "Firefox, Linux", "muted": True, "created_at": ago(900), "pushed_at": None, "failing_since": None, "own": True}]
