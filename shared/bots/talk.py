"""A talk: one message of a customer, what is known around it, and what the bot does about it."""

from collections.abc import Mapping, Sequence

from shared.commands import (
    Command,
    HandOff,
    Misunderstood,
    Note,
    Reply,
    Resolve,
    SetFields,
    Suggest,
)
from shared.events import MessageAdded
from shared.ids import ConversationId, TeamId
from shared.model.content import Button, ButtonRow
from shared.model.conversation import Conversation
from shared.model.message import Message
from shared.model.people import Actor

Choices = Sequence[str] | Mapping[str, str]
"""The labels of buttons, or the value that each brings by its label."""
_ABOUT = "about"


class Talk:
    """What a handler is given. Its methods ask for something; the hub is asked when the handler
    has ended, for all of it together and in this order."""

    def __init__(
        self, event: MessageAdded, actor: Actor, fields: Mapping[str, str], *, holds: bool
    ) -> None:
        """``fields`` are the conversation's; ``holds``: the bot has the conversation by lease."""
        self.message: Message = event.message
        self.conversation: Conversation = event.conversation
        self._actor = actor
        self._holds = holds
        self._own = f"bot.{actor.name}."
        self._told = fields
        self._fields = dict(fields)
        self._asked: list[Command] = []
        self._over = False
        self.about = self.notes.get(_ABOUT)
        """What the bot's last question was about, where it asked with ``about=``."""
        if self.about is not None:
            self.remember(**{_ABOUT: ""})

    @property
    def text(self) -> str:
        """What the customer wrote, without the mail that it quotes; of a pressed button its
        label."""
        content = self.message.content
        written = content.own_text().strip()
        return written or (content.action.label if content.action else None) or ""

    @property
    def choice(self) -> str | None:
        """The value of the button that was pressed, or of the number that was written for it."""
        action = self.message.content.action
        return (action.value or action.label) if action is not None else None

    @property
    def fields(self) -> Mapping[str, str]:
        """What is known of the case, what this talk has set included."""
        return {name: value for name, value in self._fields.items() if not name.startswith("bot.")}

    @property
    def notes(self) -> Mapping[str, str]:
        """What the bot has remembered of this conversation."""
        length = len(self._own)
        own = self._fields.items()
        return {name[length:]: value for name, value in own if name.startswith(self._own)}

    async def reply(self, text: str, *, buttons: Choices = ()) -> None:
        """Answer the customer."""
        self._say(text, buttons)

    async def ask(self, text: str, choices: Choices = (), *, about: str | None = None) -> None:
        """Ask the customer; what is answered comes as another talk, with ``choice`` where one of
        the choices was taken and ``about`` as given here."""
        self._say(text, choices)
        if about is not None:
            self.remember(**{_ABOUT: about})

    async def not_understood(self, text: str, choices: Choices = ()) -> None:
        """Say so. Once too often in a row the hub hands over to people instead."""
        if not self._holds:
            self._say(text, choices)
            return
        if self.about is not None:
            self.remember(**{_ABOUT: self.about})
        self._ask(
            Misunderstood(
                conversation_id=self.conversation.id,
                actor=self._actor,
                text=text,
                buttons=_rows(choices),
                collected=dict(self.fields),
                seen=self.message.seq,
            )
        )

    async def draft(self, text: str) -> None:
        """Suggest an answer to the agents instead of sending it."""
        self._ask(Suggest(conversation_id=self._id, actor=self._actor, text=text))

    async def note(self, text: str) -> None:
        """Write to the agents only."""
        self._ask(Note(conversation_id=self._id, actor=self._actor, text=text))

    async def set(self, **fields: str) -> None:
        """Set fields of the case; an empty value takes one away."""
        self._set(fields)

    def remember(self, **notes: str) -> None:
        """Keep something of this conversation for the bot itself, also over a restart."""
        self._set({f"{self._own}{name}": value for name, value in notes.items()})

    async def hand_off(
        self, reason: str = "", *, topic: str | None = None, team: str | None = None
    ) -> None:
        """Give the conversation to people, with all that was collected. The bot is silent then."""
        self._ask(
            HandOff(
                conversation_id=self._id,
                actor=self._actor,
                reason=reason,
                collected=dict(self.fields),
                topic=topic,
                team_id=TeamId(team) if team is not None else None,
            )
        )
        self._over = True

    async def resolve(self) -> None:
        """The case is done."""
        self._ask(Resolve(conversation_id=self._id, actor=self._actor))

    def commands(self) -> Sequence[Command]:
        """What all this comes to."""
        changed = self.changed
        if not changed:
            return tuple(self._asked)
        fields = SetFields(conversation_id=self._id, actor=self._actor, fields=dict(changed))
        return (fields, *self._asked)

    @property
    def changed(self) -> Mapping[str, str]:
        """Fields that this talk sets, the bot's own notes among them."""
        names = dict.fromkeys([*self._fields, *self._told])
        now = {name: self._fields.get(name, "") for name in names}
        return {name: value for name, value in now.items() if value != self._told.get(name, "")}

    @property
    def _id(self) -> ConversationId:
        return self.conversation.id

    def _say(self, text: str, choices: Choices) -> None:
        self._ask(
            Reply(
                conversation_id=self._id,
                actor=self._actor,
                text=text,
                buttons=_rows(choices),
                seen=self.message.seq,
            )
        )

    def _ask(self, command: Command) -> None:
        if self._over:
            raise RuntimeError("the conversation was handed to people: nothing can follow")
        self._asked.append(command)

    def _set(self, fields: Mapping[str, str]) -> None:
        for name, value in fields.items():
            if value:
                self._fields[name] = value
            else:
                self._fields.pop(name, None)


def _rows(choices: Choices) -> tuple[ButtonRow, ...]:
    pairs = choices.items() if isinstance(choices, Mapping) else ((one, one) for one in choices)
    return tuple((Button(label=label, value=value),) for label, value in pairs)
