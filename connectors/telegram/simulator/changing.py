"""The methods that change what stands in a chat: edit, delete, react, answer a press."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connectors.telegram.simulator.parameters import Parameters
from connectors.telegram.simulator.reaching import business_room, reached
from connectors.telegram.simulator.refusal import bad
from connectors.telegram.simulator.texts import checked_caption, checked_markup, checked_text
from connectors.telegram.simulator.world import Person, Shown, World

_DELETE_S = 48 * 3600
_PRESS_S = 60
_PRESSES = 1000


class Changing:
    """``editMessageText``, ``deleteMessage``, ``setMessageReaction`` ..."""

    def __init__(self, world: World, changed: Callable[[Person], None]) -> None:
        self._world = world
        self._changed = changed
        self._presses: OrderedDict[str, float] = OrderedDict()

    def pressed(self, identifier: str) -> None:
        """A press now waits for its answer."""
        self._presses[identifier] = self._world.clock.now().timestamp()
        while len(self._presses) > _PRESSES:
            self._presses.popitem(last=False)

    def answer(self, given: Parameters) -> bool:
        """``answerCallbackQuery``."""
        at = self._presses.pop(given.text("callback_query_id") or "", None)
        late = at is None or self._world.clock.now().timestamp() - at > _PRESS_S
        if late:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    def edit_text(self, given: Parameters) -> dict[str, Any]:
        """``editMessageText``."""
        person, shown = self._own(given, "edited")
        if "text" not in shown.message:
            raise bad("there is no text in the message to edit")
        return self._edit(person, shown, checked_text(given), given, ("text", "entities"))

    def edit_caption(self, given: Parameters) -> dict[str, Any]:
        """``editMessageCaption``."""
        person, shown = self._own(given, "edited")
        if "text" in shown.message:
            raise bad("there is no caption in the message to edit")
        body = checked_caption(given.text("caption"), given.json("caption_entities"))
        return self._edit(person, shown, body, given, ("caption", "caption_entities"))

    def _edit(
        self,
        person: Person,
        shown: Shown,
        body: dict[str, Any],
        given: Parameters,
        fields: tuple[str, ...],
    ) -> dict[str, Any]:
        body = body | checked_markup(given.json("reply_markup"))
        replaced = (*fields, "reply_markup")
        before = {name: shown.message[name] for name in replaced if name in shown.message}
        if before == body:
            raise bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        kept = {name: value for name, value in shown.message.items() if name not in replaced}
        shown.message = kept | body | {"edit_date": self._world.now()}
        shown.edited = True
        self._changed(person)
        return shown.message

    def delete(self, given: Parameters) -> bool:
        """``deleteMessage``: also the customer's, within two days."""
        person = reached(self._world, given)
        shown = person.find(given.required("message_id"))
        if shown is None:
            raise bad("message to delete not found")
        age = timedelta(seconds=self._world.now() - shown.message["date"])
        if age.total_seconds() > _DELETE_S:
            raise bad("message can't be deleted for everyone")
        person.messages.remove(shown)
        self._changed(person)
        return True

    def delete_business(self, given: Parameters) -> bool:
        """``deleteBusinessMessages``: of the account's own messages; all or none."""
        connection_id = given.text("business_connection_id") or ""
        numbers = given.json("message_ids") or []
        room = business_room(self._world, connection_id, numbers)
        for number in numbers:
            shown = room.find(number)
            if shown is not None:
                room.messages.remove(shown)
        self._changed(next(iter(room.members.values())))
        return True

    def read_business(self, given: Parameters) -> bool:
        """``readBusinessMessage``: it and all before it."""
        person = reached(self._world, given)
        read = person.find(given.required("message_id"))
        if read is None or not read.mine:
            raise bad("message to read not found")
        for shown in person.messages:
            shown.read = shown.read or (shown.mine and shown.id <= read.id)
        self._changed(person)
        return True

    def react(self, given: Parameters) -> bool:
        """``setMessageReaction``: one at most."""
        person = reached(self._world, given)
        shown = person.find(given.required("message_id"))
        if shown is None:
            raise bad("message to react not found")
        reactions = given.json("reaction") or []
        if len(reactions) > 1:
            raise bad("REACTIONS_TOO_MANY")
        words = [item.get("emoji") or item.get("custom_emoji_id") for item in reactions]
        if any(not word or (word.isascii() and word.isalpha()) for word in words):
            raise bad("REACTION_INVALID")
        shown.hub_reactions = words
        self._changed(person)
        return True

    def action(self, given: Parameters) -> bool:
        """``sendChatAction``."""
        reached(self._world, given)
        return True

    def _own(self, given: Parameters, done: str) -> tuple[Person, Shown]:
        person = reached(self._world, given)
        shown = person.find(given.required("message_id"))
        if shown is None:
            raise bad(f"message to {done.removesuffix('ed')} not found")
        if shown.mine:
            raise bad(f"message can't be {done}")
        return person, shown
