"""Threads of platforms that have no name for them: an item joins by what it answers.

A mail says which mails it answers, and anybody may have copied that from somewhere: unless our own
signature vouches for it, only those who take part in a conversation may join it.
"""

from typing import Final

from router.aliases import alias_of, thread_named
from router.unit import Unit
from router.work import Work
from shared.collections import CONVERSATIONS, MESSAGES, THREADS, identity_id, thread_id
from shared.ids import ChannelId, ExternalId
from shared.model.conversation import Conversation, Thread
from shared.model.inbound import Clue, Inbound

PEOPLE: Final = "people"
"""The key of the conversation's context that holds who takes part, blanks between."""
_ANYBODYS: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yandex.ru",
        "ya.ru",
        "yandex.com",
        "mail.ru",
        "bk.ru",
        "list.ru",
        "inbox.ru",
        "internet.ru",
        "rambler.ru",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "yahoo.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "proton.me",
        "protonmail.com",
        "aol.com",
        "zoho.com",
        "fastmail.com",
    ]
)
"""Domains whose addresses belong to people who have nothing to do with each other."""


async def joined(work: Work, item: Inbound) -> Thread | None:
    """The thread that the item's clues lead to; None when it is to have a thread of its own."""
    told = item.thread
    await _load(work.unit, item)
    for clue in told.clues:
        found = await _thread_of(work.unit, item.channel_id, clue)
        if found is None:
            continue
        thread, conversation = found
        if _may_join(item, clue, conversation):
            return thread
    return None


async def remember(
    work: Work, channel_id: ChannelId, thread: Thread, names: tuple[ExternalId, ...]
) -> None:
    """Let the thread be known by these names too; one that is taken already stays as it is."""
    for name in names:
        id = thread_id(channel_id, name)
        if id == thread.id or await work.unit.get(THREADS, id) is not None:
            continue
        work.unit.put(THREADS, alias_of(thread, name))


async def _load(unit: Unit, item: Inbound) -> None:
    """Everything that the clues name, in one way to the store."""
    names = [clue.name for clue in item.thread.clues if clue.name is not None]
    messages = [clue.message_id for clue in item.thread.clues if clue.message_id is not None]
    await unit.load(THREADS, [thread_id(item.channel_id, name) for name in names])
    await unit.load(MESSAGES, messages)


async def _thread_of(
    unit: Unit, channel_id: ChannelId, clue: Clue
) -> tuple[Thread, Conversation] | None:
    thread: Thread | None = None
    if clue.message_id is not None:
        message = await unit.get(MESSAGES, clue.message_id)
        if message is None or message.channel_id != channel_id:
            return None
        conversation = await unit.get(CONVERSATIONS, message.conversation_id)
        if conversation is None:
            return None
        thread = await thread_named(unit, channel_id, conversation.thread)
    elif clue.name is not None:
        thread = await thread_named(unit, channel_id, clue.name)
    if thread is None or thread.conversation_id is None:
        return None
    latest = await unit.get(CONVERSATIONS, thread.conversation_id)
    return None if latest is None else (thread, latest)


def _may_join(item: Inbound, clue: Clue, conversation: Conversation) -> bool:
    if clue.trust == "anyone":
        return True
    if item.author is None:
        return False
    author = item.author.external_id
    if identity_id(item.channel_type, author) == conversation.identity_id:
        return True
    if clue.trust == "customer":
        return False
    people = conversation.context.get(PEOPLE, "").split()
    domain = author.rpartition("@")[2]
    colleagues = {person.rpartition("@")[2] for person in people} - _ANYBODYS
    return author in people or domain in colleagues
