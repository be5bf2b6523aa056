"""The kit: a bot is a name and what it does with a customer's message.

    bot = Bot("helper")

    @bot.on_message
    async def answer(talk: Talk) -> None:
        await talk.reply("From 9 to 18.")

It runs by ``shared.bots.runner``, over any transport. It takes conversations that nobody holds, and
those that a duty gives to it; in others it may only suggest.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import structlog

from shared.bots.talk import Talk
from shared.commands import Command, HandOff, Hold, Note, SetFields, Suggest
from shared.events import MessageAdded
from shared.handing_over import asks_for_person
from shared.ids import ConversationId
from shared.model.bots import LEASE_S, MISSES
from shared.model.conversation import Conversation, Status
from shared.model.people import Actor

log = structlog.get_logger(__name__)

Handler = Callable[[Talk], Awaitable[None]]

_REMEMBERED: Final = 10_000
_BESIDE: Final = (Suggest, Note, SetFields)
"""What a bot may ask for while people answer."""


class Bot:
    """A bot: its handlers, and how it holds conversations."""

    def __init__(
        self,
        name: str,
        *,
        lease_s: float = LEASE_S,
        misses: int = MISSES,
        words: Sequence[str] | None = None,
    ) -> None:
        """``lease_s``: so long may a customer's message go without its answer before people get
        the conversation; ``misses`` misunderstandings in a row hand it over, and so does one of
        the ``words`` (None: a list in Russian and English). A duty's own figures come first."""
        self.name = name
        self.lease_s = lease_s
        self.misses = misses
        self.words = tuple(words) if words is not None else None
        self._on_message: Handler | None = None
        self._beside: Handler | None = None
        self._asked: OrderedDict[ConversationId, dict[str, str]] = OrderedDict()
        """Fields that were set and that the hub's events may not tell yet."""

    def on_message(self, handler: Handler) -> Handler:
        """Let this answer customers whom no person answers."""
        self._on_message = handler
        return handler

    def beside_people(self, handler: Handler) -> Handler:
        """Let this see what customers write to people: it may suggest, note and set fields."""
        self._beside = handler
        return handler

    async def answer(self, event: MessageAdded, actor: Actor) -> Sequence[Command]:
        """What the bot asks for, as ``shared.bots.runner`` wants it."""
        conversation = event.conversation
        if _is_automatic(event) or conversation.status is Status.RESOLVED:
            return ()
        ours = _is_free_for(conversation, actor)
        handler = self._on_message if ours else self._beside
        if handler is None:
            self._asked.pop(conversation.id, None)
            return ()
        talk = Talk(event, actor, self._known(conversation), holds=ours)
        if ours and asks_for_person(talk.text, self.words):
            await talk.hand_off("asked for a person")
        else:
            talk = await self._handled(handler, talk, event, actor)
        self._remember(conversation.id, talk.changed)
        commands = talk.commands()
        if not ours:
            return [command for command in commands if isinstance(command, _BESIDE)]
        return [*self._hold(conversation, actor, commands), *commands]

    async def _handled(
        self, handler: Handler, talk: Talk, event: MessageAdded, actor: Actor
    ) -> Talk:
        try:
            await handler(talk)
        except Exception as error:
            log.exception("bot.failed", bot=self.name, conversation_id=event.conversation.id)
            known = self._known(event.conversation)
            talk = Talk(event, actor, known, holds=True)
            await talk.hand_off(f"the bot failed: {type(error).__name__}")
        return talk

    def _hold(
        self, conversation: Conversation, actor: Actor, commands: Sequence[Command]
    ) -> Sequence[Command]:
        if conversation.bot_id is not None:
            return ()
        if all(isinstance(command, (*_BESIDE, HandOff)) for command in commands):
            return ()
        return (
            Hold(
                conversation_id=conversation.id,
                actor=actor,
                lease_s=self.lease_s,
                misses=self.misses,
                words=self.words,
            ),
        )

    def _known(self, conversation: Conversation) -> Mapping[str, str]:
        """The fields as they stand once the hub has done what it was asked for."""
        asked = self._asked.get(conversation.id)
        if asked is None:
            return conversation.fields
        told = {name: conversation.fields.get(name, "") for name in asked}
        if told == asked:
            del self._asked[conversation.id]
        merged = {**conversation.fields, **asked}
        return {name: value for name, value in merged.items() if value}

    def _remember(self, id: ConversationId, changed: Mapping[str, str]) -> None:
        if not changed:
            return
        self._asked[id] = {**self._asked.pop(id, {}), **changed}
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)


def _is_free_for(conversation: Conversation, actor: Actor) -> bool:
    if conversation.assignee_id is not None:
        return False
    if conversation.bots is not None and conversation.bots.people_since is not None:
        return False
    return conversation.bot_id in (None, actor.id)


def _is_automatic(event: MessageAdded) -> bool:
    email = event.message.content.email
    return email is not None and email.automatic
