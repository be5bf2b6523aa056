"""Who wrote: users, and chats that write in their own name."""

from connectors.payload import Payload
from shared.ids import ExternalId
from shared.model.people import Identifier, IdentifierKind, Participant


def name_of(payload: Payload) -> str | None:
    """The name of a user or chat as Telegram shows it."""
    title = payload.text("title")
    if title is not None:
        return title
    names = (payload.text("first_name"), payload.text("last_name"))
    return " ".join(name for name in names if name) or None


def user(payload: Payload | None) -> Participant | None:
    """A user. Its id is the same for every bot; the username may change hands."""
    number = payload.integer("id") if payload is not None else None
    if payload is None or number is None:
        return None
    return Participant(
        external_id=ExternalId(str(number)),
        name=name_of(payload),
        username=payload.text("username"),
        language=payload.text("language_code"),
        is_bot=payload.flag("is_bot"),
        identifiers=_identifiers(str(number), payload.text("username")),
    )


def chat(payload: Payload | None) -> Participant | None:
    """A chat as author: a channel, or an administrator who hides behind the group."""
    number = payload.integer("id") if payload is not None else None
    if payload is None or number is None:
        return None
    return Participant(
        external_id=ExternalId(str(number)),
        name=name_of(payload),
        username=payload.text("username"),
        is_anonymous=True,
        identifiers=_identifiers(str(number), payload.text("username")),
    )


def author(message: Payload) -> Participant | None:
    """Who wrote a message: the chat it is written in the name of, else the user."""
    return chat(message.child("sender_chat")) or user(message.child("from"))


def _identifiers(number: str, username: str | None) -> tuple[Identifier, ...]:
    own = Identifier(kind=IdentifierKind.PLATFORM_ID, value=number, verified=True)
    if username is None:
        return (own,)
    return (own, Identifier(kind=IdentifierKind.USERNAME, value=username, verified=True))
