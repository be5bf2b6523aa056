"""Updates that are no messages: presses, reactions, members, and what is not known."""

from connectors.payload import Payload
from connectors.telegram import blocks, people, services
from connectors.telegram.buttons import label_of
from connectors.telegram.update import Update, message_id, person_thread, thread
from shared.errors import BadPayload
from shared.ids import ExternalId
from shared.model.content import Action, Content, Service, Unsupported
from shared.model.inbound import Inbound, InboundKind, Origin, ThreadRef

_INSIDE = frozenset({"member", "administrator", "creator", "restricted"})
_OUTSIDE = frozenset({"left", "kicked"})


def press(update: Update) -> Inbound:
    """An inline button was pressed. It says no time: the hub's own is taken."""
    query = update.payload
    identifier = query.text("id")
    if identifier is None:
        raise BadPayload("a press without an id")
    message = query.child("message")
    target = None
    if message is not None and message.count("message_id") is not None:
        target = ExternalId(str(message_id(message)))
    has_chat = message is not None and message.child("chat") is not None
    value = query.text("data") or query.text("game_short_name")
    action = Action(
        external_id=ExternalId(identifier),
        value=value,
        label=label_of(message, value) if message is not None else None,
        target_external_id=target,
    )
    return update.event(
        InboundKind.ACTION,
        thread(message) if message is not None and has_chat else person_thread(query.child("from")),
        "cb",
        identifier,
        author=people.user(query.child("from")),
        target_external_id=target,
        content=Content(action=action),
    )


def reaction(update: Update) -> Inbound:
    """Somebody's reactions to a message changed."""
    payload = update.payload
    where = thread(payload)
    number = message_id(payload)
    author = people.user(payload.child("user")) or people.chat(payload.child("actor_chat"))
    return update.event(
        InboundKind.REACTION,
        where,
        "r",
        where.external_id,
        number,
        occurred_at=payload.moment("date"),
        author=author,
        target_external_id=ExternalId(str(number)),
        reactions_new=_reactions(payload.children("new_reaction")),
        reactions_old=_reactions(payload.children("old_reaction")),
    )


def reaction_count(update: Update) -> Inbound:
    """The anonymous reactions to a channel's post: nobody's in particular, with their numbers."""
    payload = update.payload
    where = thread(payload)
    number = message_id(payload)
    totals = {}
    for item in payload.children("reactions"):
        kind = item.child("type")
        count = item.count("total_count")
        if kind is not None and count:
            totals[_word(kind)] = str(count)
    return update.event(
        InboundKind.REACTION,
        where,
        "rc",
        where.external_id,
        number,
        occurred_at=payload.moment("date"),
        origin=Origin.SYSTEM,
        target_external_id=ExternalId(str(number)),
        reactions_new=tuple(totals),
        content=Content(blocks=(Service(name="reaction_counts", details=totals),)),
    )


def _reactions(items: list[Payload]) -> tuple[str, ...]:
    return tuple(_word(item) for item in items)


def _word(kind: Payload) -> str:
    emoji = kind.text("emoji")
    if emoji is not None:
        return emoji
    custom = kind.text("custom_emoji_id")
    return f"custom:{custom}" if custom is not None else kind.text("type") or "unknown"


def own_membership(update: Update) -> Inbound:
    """The bot's own place changed: in a private chat this is how a person blocks or unblocks it."""
    payload = update.payload
    chat = payload.child("chat") or Payload({})
    if chat.text("type") != "private":
        return _membership(update, "bot_membership")
    status = _status(payload, "new_chat_member")
    where = thread(payload)
    return update.event(
        InboundKind.CONTACT,
        where,
        "mm",
        where.external_id,
        payload.integer("date") or 0,
        occurred_at=payload.moment("date"),
        author=people.user(payload.child("from")),
        reachable=_reachable(status),
        reason="blocked" if status in _OUTSIDE else None,
    )


def membership(update: Update) -> Inbound:
    """Somebody joined, left or changed rights in a group."""
    return _membership(update, "member")


def _membership(update: Update, subject: str) -> Inbound:
    payload = update.payload
    where = thread(payload)
    was, now = _status(payload, "old_chat_member"), _status(payload, "new_chat_member")
    word = f"{subject}_changed"
    if was in _OUTSIDE and now in _INSIDE:
        word = f"{subject}_joined"
    elif was in _INSIDE and now in _OUTSIDE:
        word = f"{subject}_left"
    member = payload.child("new_chat_member") or Payload({})
    subject_person = people.user(member.child("user"))
    own = subject != "member"
    return update.event(
        InboundKind.THREAD,
        where,
        "mm" if own else "cm",
        where.external_id,
        subject_person.external_id if subject_person is not None else "",
        payload.integer("date") or 0,
        occurred_at=payload.moment("date"),
        origin=Origin.SYSTEM,
        author=people.user(payload.child("from")),
        participants=(subject_person,) if subject_person is not None else (),
        service=word,
        content=Content(blocks=(Service(name=word, details={"was": was, "now": now}),)),
        reachable=_reachable(now) if own else None,
    )


def _reachable(status: str) -> bool | None:
    """Whether the bot can write there; None for a status that we do not know."""
    if status in _INSIDE:
        return True
    return False if status in _OUTSIDE else None


def _status(payload: Payload, key: str) -> str:
    member = payload.child(key)
    status = (member.text("status") if member is not None else None) or "unknown"
    # Somebody restricted may be inside or not.
    if member is not None and status == "restricted" and member.raw.get("is_member") is False:
        return "left"
    return status


def join_request(update: Update) -> Inbound:
    """Somebody asks to be let into a group."""
    payload = update.payload
    where = thread(payload)
    asking = people.user(payload.child("from"))
    service = Service(name="join_requested", details=services.details(payload.raw.get("from")))
    return update.event(
        InboundKind.THREAD,
        where,
        "jr",
        where.external_id,
        asking.external_id if asking is not None else "",
        occurred_at=payload.moment("date"),
        origin=Origin.SYSTEM,
        author=asking,
        service=service.name,
        content=Content(blocks=(service,)),
    )


def unknown(update: Update) -> Inbound:
    """Anything else: kept with its raw payload and shown as a placeholder in the nearest thread."""
    payload = update.payload
    inner = payload.child("message")
    author = people.author(payload) or people.user(payload.child("user"))
    number = payload.count("message_id")
    poll = blocks.poll(payload)
    return update.event(
        InboundKind.UNSUPPORTED,
        _nearest(payload, inner),
        update.name,
        payload.text("id") or number or "",
        occurred_at=payload.moment("date"),
        origin=Origin.USER if author is not None else Origin.SYSTEM,
        author=author,
        service=update.name,
        content=Content(
            text=payload.text("text") or "",
            blocks=(Unsupported(name=update.name), *((poll,) if poll is not None else ())),
        ),
    )


def _nearest(payload: Payload, inner: Payload | None) -> ThreadRef:
    for candidate in (payload, inner):
        chat = candidate.child("chat") if candidate is not None else None
        if candidate is not None and chat is not None and chat.integer("id") is not None:
            return thread(candidate)
    for field in ("from", "user"):
        person = payload.child(field)
        if person is not None:
            return person_thread(person)
    return person_thread(None)
