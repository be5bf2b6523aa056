"""Messages of private chats, groups, topics, channels and business accounts, and their edits."""

import re

from connectors.payload import Payload
from connectors.telegram import blocks, references, services
from connectors.telegram.media import attachments
from connectors.telegram.people import author, user
from connectors.telegram.spans import spans
from connectors.telegram.update import LAST_MESSAGE, Update, message_id, place, thread
from shared.ids import ExternalId
from shared.model.content import Content, Entry, Service, Unsupported
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef
from shared.model.people import Participant

_START = re.compile(r"/start(@[A-Za-z0-9_]+)? (?P<ref>[A-Za-z0-9_-]{1,64})\s*")
"""In a group, where it was added by a link with ``startgroup``, the bot is named."""
_DRESS = frozenset(
    {
        "message_id", "date", "edit_date", "chat", "from", "sender_chat", "sender_boost_count",
        "sender_business_bot", "sender_tag", "guest_query_id", "business_connection_id",
        "message_thread_id", "direct_messages_topic", "is_topic_message", "is_automatic_forward",
        "forward_origin", "forward_date", "forward_from", "forward_from_chat",
        "forward_from_message_id", "forward_sender_name", "forward_signature",
        "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot",
        "has_protected_content", "is_from_offline", "is_paid_post", "author_signature",
        "paid_star_count", "link_preview_options", "effect_id", "media_group_id", "entities",
        "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
        "receiver_user", "ephemeral_message_id", "guest_bot_caller_user",
        "guest_bot_caller_chat", "reply_to_checklist_task_id", "reply_to_poll_option_id",
    }
)  # fmt: skip
"""Fields that say about a message, not what it says."""
_WORDS = frozenset(
    {
        "message_id", "date", "edit_date", "chat", "from", "sender_chat", "text", "entities",
        "business_connection_id", "message_thread_id", "is_topic_message", "link_preview_options",
    }
)  # fmt: skip
"""Fields of a message that is nothing but words, as most are."""


def content(message: Payload) -> Content:
    """What a message says."""
    if message.raw.keys() <= _WORDS:
        text = message.text("text") or ""
        entities = message.children("entities") if text else []
        return Content(text=text, spans=spans(entities, text) if entities else ())
    text = message.text("text") or message.text("caption") or ""
    entities = message.children("entities" if message.text("text") else "caption_entities")
    done = services.of_person(message)
    return Content(
        text=text,
        spans=spans(entities, text) if entities else (),
        attachments=attachments(message),
        blocks=(*blocks.blocks(message), *((done,) if done is not None else ())),
        reply_to=references.reply(message),
        forward=references.forward(message),
        group_key=message.text("media_group_id"),
    )


def new_message(update: Update) -> Inbound:
    """A message, post or business message, or what Telegram tells in its place."""
    message = update.payload
    where = thread(message)
    number = message_id(message)
    told = services.of_thread(message)
    if told is not None:
        return _told(update, where, number, told)
    said = content(message)
    kind = InboundKind.MESSAGE
    if said.is_empty():
        kind = InboundKind.UNSUPPORTED
        said = said.model_copy(update={"blocks": (Unsupported(name=_unknown(message)),)})
    entry = _deep_link(where, said)
    behind = origin(update)
    return update.event(
        kind,
        _to_be_read(message, where, number) if behind is Origin.USER else where,
        "m",
        where.external_id,
        number,
        occurred_at=message.moment("date"),
        origin=behind,
        author=author(message),
        participants=_customer(message),
        # A message that Telegram has yet to number, such as an ephemeral one, says 0.
        external_id=ExternalId(str(number)) if number else None,
        place=place(number) if number else None,
        content=said.model_copy(update={"entry": entry}) if entry is not None else said,
        entry=entry,
    )


def edited_message(update: Update) -> Inbound:
    """A message as it stands after an edit.

    Telegram reports changes that a bot cannot see as edits too, so each has to be compared.
    """
    message = update.payload
    where = thread(message)
    number = message_id(message)
    said = content(message)
    if said.is_empty():
        said = said.model_copy(update={"blocks": (Unsupported(name=_unknown(message)),)})
    return update.event(
        InboundKind.EDIT,
        where,
        "e",
        where.external_id,
        number,
        message.integer("edit_date") or 0,
        occurred_at=message.moment("edit_date") or message.moment("date"),
        origin=origin(update),
        author=author(message),
        participants=_customer(message),
        place=place(number),
        target_external_id=ExternalId(str(number)),
        content=said,
        edit_hidden=True,
    )


def origin(update: Update) -> Origin:
    """Who is behind a message.

    In a business account the chat's id is the customer's: whoever else writes there is the owner,
    or a bot in the owner's name.
    """
    message = update.payload
    sender = message.child("from")
    number = sender.integer("id") if sender is not None else None
    if number == update.account.bot_id:
        return Origin.ECHO
    if "business_connection_id" in message:
        deputy = message.child("sender_business_bot")
        if deputy is not None:
            ours = deputy.integer("id") == update.account.bot_id
            return Origin.ECHO if ours else Origin.BOT
        chat = message.child("chat") or Payload({})
        if number != chat.integer("id"):
            # Greetings and away messages are sent by Telegram itself in the owner's name.
            return Origin.BOT if message.flag("is_from_offline") else Origin.AGENT_APP
        return Origin.USER
    # Anonymous administrators and channels write through a bot of Telegram's own.
    if sender is not None and sender.flag("is_bot") and "sender_chat" not in message:
        return Origin.BOT
    return Origin.USER


def _customer(message: Payload) -> tuple[Participant, ...]:
    """Whom the owner of a business account writes with; elsewhere the author says it all."""
    if "business_connection_id" not in message:
        return ()
    customer = user(message.child("chat"))
    return (customer,) if customer is not None else ()


def _to_be_read(message: Payload, where: ThreadRef, number: int) -> ThreadRef:
    """The thread with the number of what the customer wrote last, where read marks exist."""
    if "business_connection_id" not in message:
        return where
    return where.model_copy(update={"context": where.context | {LAST_MESSAGE: str(number)}})


def _told(update: Update, where: ThreadRef, number: int, told: Service) -> Inbound:
    message = update.payload
    return update.event(
        InboundKind.THREAD,
        _renamed(message, where),
        "m",
        where.external_id,
        number,
        occurred_at=message.moment("date"),
        origin=Origin.SYSTEM,
        author=author(message),
        participants=services.members(message),
        external_id=ExternalId(str(number)),
        place=place(number),
        content=Content(blocks=(told,)),
        service=told.name,
    )


def _renamed(message: Payload, where: ThreadRef) -> ThreadRef:
    """The thread of a group that became a supergroup: both chats tell, each naming the other.

    The old chat's message keeps the old chat's partition, where the conversation lives.
    """
    new, old = message.integer("migrate_to_chat_id"), message.integer("migrate_from_chat_id")
    if new is not None:
        renamed = {"external_id": ExternalId(str(new)), "renamed_from": where.external_id}
        return where.model_copy(update=renamed)
    if old is not None:
        return where.model_copy(update={"renamed_from": ExternalId(str(old))})
    return where


def _deep_link(where: ThreadRef, said: Content) -> Entry | None:
    started = _START.fullmatch(said.text) if where.kind != "channel" else None
    return Entry(kind="deep_link", ref=started.group("ref")) if started is not None else None


def _unknown(message: Payload) -> str:
    """The platform's word for a message that says nothing we understand."""
    return next((field[:64] for field in message if field not in _DRESS), "unknown")
