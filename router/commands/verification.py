"""One-time links that prove who a contact is.

The code stands in the part that leaves, and nowhere else: not in the message that agents see, in no
event and no outcome. What is kept of it is its hash.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from router import people, timeline
from router.commands import replies
from router.commands.done import Done, Refused, with_message
from router.onward import mail_part
from router.timeline import Draft
from router.work import SOURCE, Work
from shared.collections import CHANNELS, CONVERSATIONS, IDENTITIES, PARTS, VERIFICATIONS
from shared.commands import Reply, SendVerification
from shared.contacts.mail import MAIL, certain_addresses
from shared.hints import hint
from shared.ids import ContactId
from shared.model.channel import Channel, ChannelState
from shared.model.content import Address, Content, EmailFields
from shared.model.conversation import Conversation
from shared.model.delivery import Delivery, PartDelivery
from shared.model.message import Direction, Message
from shared.model.onward import onward_of
from shared.model.verification import (
    HOLDS_FOR,
    LINKS_WITHIN,
    MOST_LINKS,
    PATH,
    Verification,
    verification_id,
)

_MOST_IDENTITIES: Final = 50
_MOST_CHANNELS: Final = 200
_TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": (
        "Please confirm that it is you",
        "To make sure that it is you, please open this link and press the button there: {link}\n"
        "It works once, for {minutes} minutes. If you have not written to us, do nothing.",
        "[a link for this customer alone]",
    ),
    "ru": (
        "Подтвердите, что это вы",
        "Чтобы мы убедились, что это вы, откройте ссылку и нажмите там кнопку: {link}\n"
        "Она действует один раз, {minutes} минут. Если вы нам не писали, ничего не делайте.",
        "[ссылка только для этого клиента]",
    ),
}


async def send(work: Work, conversation: Conversation, command: SendVerification) -> Done:
    """Send a new link; those before it are good no more."""
    base = work.policy.public_url
    if base is None:
        raise Refused(
            "customers cannot reach this hub: an admin has to set HUB_PUBLIC_URL", code=409
        )
    if conversation.verified:
        raise Refused("it is certain already who this contact is", code=409)
    identity = await work.unit.get(IDENTITIES, conversation.identity_id)
    contact_id = identity.contact_id if identity is not None else conversation.contact_id
    in_thread = conversation.thread_kind == "email" and command.address is None
    own = identity.external_id if in_thread and identity is not None else None
    address = await _address(work, contact_id, own or command.address, in_thread=in_thread)
    await _require_few(work, conversation)
    code = secrets.token_urlsafe(32)
    row = Verification(
        id=verification_id(code),
        conversation_id=conversation.id,
        contact_id=ContactId(contact_id),
        to=address,
        by=command.actor,
        at=work.now,
        until=work.now + HOLDS_FOR,
    )
    work.unit.put(VERIFICATIONS, row)
    subject, text, hidden = _TEXTS[_language(conversation)]
    minutes = int(HOLDS_FOR.total_seconds() // 60)
    link = f"{base.rstrip('/')}{PATH}/{code}"
    shown, whole = (text.format(link=one, minutes=minutes) for one in (hidden, link))
    if in_thread:
        # To this address alone: not to who else was named in the mail, nor to its Reply-To.
        email = EmailFields(to=(Address(email=address),))
        reply = Reply(conversation_id=conversation.id, actor=people.SYSTEM, text=shown, email=email)
        done = await replies.reply(work, conversation, reply, told=whole)
    else:
        message = await _mail(work, conversation, address, subject, shown, whole)
        done = with_message(message, code=201)
    after = work.unit.fresh(CONVERSATIONS, conversation)
    details = {"to": row.to, "by": command.actor.name}
    timeline.line(work, after, "verification_sent", command.actor, details)
    return done


def _language(conversation: Conversation) -> str:
    plain = (conversation.language or "").partition("-")[0].lower()
    return plain if plain in _TEXTS else "en"


async def _require_few(work: Work, conversation: Conversation) -> None:
    """Raises ``Refused`` when this customer was written to often enough."""
    last = await work.unit.find(
        VERIFICATIONS,
        equal={"conversation_id": conversation.id},
        order="at",
        descending=True,
        limit=MOST_LINKS,
    )
    if len(last) == MOST_LINKS and work.now - last[-1].at < LINKS_WITHIN:
        raise Refused(f"{MOST_LINKS} links were sent within an hour; wait a little", code=429)


async def _address(work: Work, contact_id: str, wanted: str | None, *, in_thread: bool) -> str:
    """To which mail address it goes. Raises ``Refused``."""
    # In a mail anybody is named as its author: who opens the link has the mailbox. On a messenger
    # the platform has said already who writes, and a link there says no more.
    found = await work.unit.find(
        IDENTITIES, equal={"contact_id": contact_id}, order="created_at", limit=_MOST_IDENTITIES
    )
    known = certain_addresses(found)
    if wanted is None and not in_thread:
        if known:
            return known[0]
        raise Refused(
            "a link in this channel proves nothing, and no mail address of the contact is certain",
            code=409,
        )
    for one in known:
        if wanted is not None and one.casefold() == wanted.strip().casefold():
            return one
    if in_thread:
        raise Refused("nobody has written yet from the address of this conversation", code=409)
    raise Refused("this is no address that is certain of the contact", code=422, field="address")


async def _mail(
    work: Work, conversation: Conversation, to: str, subject: str, shown: str, whole: str
) -> Message:
    channel = await _mail_channel(work, conversation)
    draft = Draft(
        direction=Direction.OUTBOUND,
        author=people.SYSTEM,
        at=work.now,
        channel_id=channel.id,
        content=Content(text=shown, email=EmailFields(subject=subject, to=(Address(email=to),))),
        delivery=Delivery.QUEUED,
        parts=(PartDelivery(index=0, state=Delivery.QUEUED, at=work.now),),
        send_at=work.now,
    )
    message, _ = timeline.append(work, conversation, draft)
    content = message.content.model_copy(update={"text": whole})
    part = await mail_part(work, conversation, message, content, channel)
    work.unit.put(PARTS, part)
    work.publish(hint(channel.id, [part.thread], at=work.now, source=SOURCE))
    return message


async def _mail_channel(work: Work, conversation: Conversation) -> Channel:
    """The one by which the conversation goes on, otherwise the first that is active. Raises
    ``Refused``."""
    wanted = onward_of(conversation.context)
    channel = await work.unit.get(CHANNELS, wanted.channel) if wanted is not None else None
    if channel is not None and channel.state is ChannelState.ACTIVE:
        return channel
    active = await work.unit.find(
        CHANNELS,
        equal={"state": ChannelState.ACTIVE.value},
        order="created_at",
        limit=_MOST_CHANNELS,
    )
    for one in active:
        if one.type == MAIL:
            return one
    raise Refused("there is no mail channel that could send the link", code=409)
