"""Methods that write: send, edit, delete, react."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.vk.simulator.faults import Faults
from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.shelf import Shelf
from connectors.vk.simulator.stream import Stream
from connectors.vk.simulator.texts import checked_keyboard, checked_payload, checked_text
from connectors.vk.simulator.world import Conversation, Shown, World

_DAY_S: Final = 24 * 3600
_ATTACHMENTS: Final = 10
_PEERS: Final = 100
_PER_S: Final = 20
_REMEMBER: Final = 100_000
_REACTIONS: Final = range(1, 17)
_INT32: Final = range(-(2**31), 2**31)
_PERSONAL: Final = frozenset({900, 901, 902, 917})


class Sending:
    """The community's hands."""

    def __init__(
        self,
        world: World,
        shelf: Shelf,
        stream: Stream,
        faults: Faults,
        changed: Callable[[Conversation], None],
    ) -> None:
        self._world = world
        self._shelf = shelf
        self._stream = stream
        self._faults = faults
        self._changed = changed
        self._sent: OrderedDict[tuple[int, int], Shown] = OrderedDict()
        self._calls: deque[float] = deque(maxlen=_PER_S)

    def send(self, given: Parameters) -> Any:
        """``messages.send``: by ``peer_ids`` each peer has an answer of its own."""
        self._count()
        number = given.required("random_id")
        if number not in _INT32:
            raise Refusal(100, "random_id is out of range")
        body = self._body(given)
        if not given.text("peer_ids"):
            peer_id = given.integer("peer_id") or given.integer("user_id")
            if peer_id is None:
                raise Refusal(
                    100, "you should specify peer_id, user_id, domain, chat_id or user_ids param"
                )
            return self._to(peer_id, number, given, body).message["id"]
        peers = given.integers("peer_ids")
        if len(peers) > _PEERS:
            raise Refusal(100, "peer_ids should contain no more than 100 peers")
        return [self._answer(peer_id, number, given, body) for peer_id in peers]

    def _answer(
        self, peer_id: int, number: int, given: Parameters, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            shown = self._to(peer_id, number, given, body)
        except Refusal as refusal:
            if refusal.code not in _PERSONAL:
                raise
            error = {"code": refusal.code, "description": str(refusal)}
            return {"peer_id": peer_id, "message_id": 0, "error": error}
        answer = {
            "peer_id": peer_id,
            "message_id": shown.message["id"],
            "conversation_message_id": shown.cmid,
        }
        if self._faults.take("no_cmid"):
            del answer["conversation_message_id"]
        return answer

    def _to(self, peer_id: int, number: int, given: Parameters, body: Mapping[str, Any]) -> Shown:
        known = self._sent.get((peer_id, number)) if number else None
        if known is not None:
            return known
        conversation = self._world.reach(peer_id)
        answered = self._answered(conversation, given)
        message = {**body, **answered, "random_id": number}
        shown = self._world.add(conversation, -self._world.group_id, message, mine=False)
        if number:
            self._sent[peer_id, number] = shown
            while len(self._sent) > _REMEMBER:
                self._sent.popitem(last=False)
        conversation.typing = False
        self._stream.add("message_reply", shown.message)
        self._changed(conversation)
        return shown

    def _count(self) -> None:
        now = self._world.clock.now().timestamp()
        if len(self._calls) == _PER_S and 0 <= now - self._calls[0] < 1:
            raise Refusal(6)
        self._calls.append(now)

    def _body(self, given: Parameters) -> dict[str, Any]:
        body = {**checked_text(given), **checked_keyboard(given), **checked_payload(given)}
        body["attachments"] = self._attachments(given)
        if not body["text"].strip() and not body["attachments"]:
            raise Refusal(100, "message is empty or invalid")
        return body

    def _attachments(self, given: Parameters) -> list[dict[str, Any]]:
        names = [name for name in given.text("attachment").split(",") if name]
        if len(names) > _ATTACHMENTS:
            raise Refusal(100, "attachment: too many")
        found = [self._shelf.named(name) for name in names]
        if None in found:
            raise Refusal(100, "attachment")
        return [file.told() for file in found if file is not None]

    def _answered(self, conversation: Conversation, given: Parameters) -> dict[str, Any]:
        forward = given.json("forward")
        if forward is None:
            return {}
        numbers = forward.get("conversation_message_ids") or []
        shown = conversation.find(numbers[0]) if numbers else None
        if shown is None or forward.get("peer_id") != conversation.peer_id:
            raise Refusal(921)
        if forward.get("is_reply"):
            return {"reply_message": flat(shown.message)}
        return {"fwd_messages": [flat(shown.message)]}

    def edit(self, given: Parameters) -> int:
        """``messages.edit``: what is not named again is gone, attachments too."""
        conversation, shown = self._own(given)
        if self._world.now() - shown.message["date"] > _DAY_S:
            raise Refusal(909)
        body = self._body(given)
        kept = {key: value for key, value in shown.message.items() if key != "format_data"}
        shown.message = {**kept, **body, "update_time": self._world.now()}
        if "keyboard" not in body:
            shown.message.pop("keyboard", None)
        shown.edited = True
        self._stream.add("message_edit", shown.message)
        self._changed(conversation)
        return 1

    def delete(self, given: Parameters) -> list[dict[str, Any]]:
        """``messages.delete``: each message has an answer of its own."""
        peer_id = given.required("peer_id")
        conversation = self._world.known(peer_id)
        return [
            self._deleted(
                conversation, peer_id, number, for_all=bool(given.integer("delete_for_all"))
            )
            for number in given.integers("cmids")
        ]

    def _deleted(
        self, conversation: Conversation | None, peer_id: int, number: int, *, for_all: bool
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {"peer_id": peer_id, "conversation_message_id": number}
        shown = conversation.find(number) if conversation is not None else None
        if conversation is None or shown is None:
            return answer | {"error": {"code": 104, "description": str(Refusal(104))}}
        if for_all and (shown.mine or self._world.now() - shown.message["date"] > _DAY_S):
            return answer | {"error": {"code": 924, "description": str(Refusal(924))}}
        conversation.messages.remove(shown)
        self._changed(conversation)
        return answer | {"response": 1}

    def react(self, given: Parameters) -> int:
        """``messages.sendReaction``: one of the community for a message."""
        conversation, shown = self._shown(given)
        reaction = given.required("reaction_id")
        if reaction not in _REACTIONS:
            raise Refusal(100, "reaction_id is invalid")
        self._set(conversation, shown, reaction)
        return 1

    def unreact(self, given: Parameters) -> int:
        """``messages.deleteReaction``."""
        conversation, shown = self._shown(given)
        self._set(conversation, shown, None)
        return 1

    def _set(self, conversation: Conversation, shown: Shown, reaction: int | None) -> None:
        who = -self._world.group_id
        shown.reactions.pop(who, None)
        told = {"reacted_id": who, "peer_id": conversation.peer_id, "cmid": shown.cmid}
        if reaction is not None:
            shown.reactions[who] = reaction
            told["reaction_id"] = reaction
        self._stream.add("message_reaction_event", told)
        self._changed(conversation)

    def _shown(self, given: Parameters) -> tuple[Conversation, Shown]:
        conversation = self._world.known(given.required("peer_id"))
        number = given.integer("cmid") or given.integer("conversation_message_id")
        shown = conversation.find(number) if conversation is not None else None
        if conversation is None or shown is None:
            raise Refusal(104)
        return conversation, shown

    def _own(self, given: Parameters) -> tuple[Conversation, Shown]:
        conversation, shown = self._shown(given)
        if shown.mine:
            raise Refusal(15, "you can't edit this message")
        return conversation, shown


def flat(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as another one holds it: no deeper."""
    kept = ("date", "from_id", "text", "attachments", "conversation_message_id", "peer_id", "id")
    return {key: message[key] for key in kept if key in message}
