"""What a message refers to: the one it answers, and where it was forwarded from."""

from connectors.payload import Payload
from connectors.telegram.people import name_of
from shared.ids import ExternalId
from shared.model.content import Forward, ReplyRef


def reply(message: Payload) -> ReplyRef | None:
    """The message, the message of another chat, or the story that is answered."""
    quote = message.child("quote")
    text = quote.text("text") if quote is not None else None
    start = quote.count("position") if quote is not None else None
    answered = message.child("reply_to_message")
    if answered is not None and not _opens_topic(message, answered):
        return ReplyRef(
            external_id=_identifier(answered, "message_id"),
            quote=text,
            quote_start=start,
            author_name=_author_name(answered),
        )
    outside = message.child("external_reply")
    if outside is not None:
        origin = outside.child("origin")
        source = _forward(origin) if origin is not None else None
        return ReplyRef(
            external_id=_identifier(outside, "message_id"),
            quote=text,
            quote_start=start,
            author_name=source.name if source is not None else None,
            other_thread=True,
        )
    story = message.child("reply_to_story")
    if story is not None:
        return ReplyRef(
            external_id=_identifier(story, "id"),
            author_name=_author_name(story),
            other_thread=True,
        )
    return None


def forward(message: Payload) -> Forward | None:
    """Where a forwarded message came from."""
    origin = message.child("forward_origin")
    return _forward(origin) if origin is not None else None


def _opens_topic(message: Payload, answered: Payload) -> bool:
    # Every message of a topic that answers nothing "answers" the message that opened the topic.
    if not message.flag("is_topic_message"):
        return False
    opener = answered.integer("message_id") == message.integer("message_thread_id")
    return opener or "forum_topic_created" in answered


def _author_name(message: Payload) -> str | None:
    for field in ("sender_chat", "from", "chat"):
        sender = message.child(field)
        if sender is not None:
            return name_of(sender)
    return None


def _identifier(payload: Payload, key: str) -> ExternalId | None:
    number = payload.integer(key)
    return ExternalId(str(number)) if number is not None else None


def _forward(origin: Payload) -> Forward:
    sent_at = origin.moment("date")
    word = origin.text("type")
    if word == "hidden_user":  # only a name, and at times not even that
        return Forward(origin="hidden_user", name=origin.text("sender_user_name"), at=sent_at)
    if word == "user":
        sender = origin.child("sender_user")
        return Forward(
            origin="user",
            name=name_of(sender) if sender is not None else None,
            external_id=_identifier(sender, "id") if sender is not None else None,
            at=sent_at,
        )
    if word in {"chat", "channel"}:
        source = origin.child("sender_chat") or origin.child("chat")
        return Forward(
            origin="channel" if word == "channel" else "chat",
            name=name_of(source) if source is not None else origin.text("author_signature"),
            external_id=_identifier(source, "id") if source is not None else None,
            at=sent_at,
        )
    return Forward(origin="unknown", at=sent_at)
