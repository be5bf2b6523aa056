"""Methods that read, and small signs: read, typing, a stopped spinner."""

from collections.abc import Callable
from typing import Any

from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.world import Conversation, Shown, World

_PAGE = 200
_ANSWER = 1000


class Reading:
    """The community's eyes."""

    def __init__(
        self, world: World, presses: dict[str, int], changed: Callable[[Conversation], None]
    ) -> None:
        """``presses``: who waits for an answer to a press."""
        self._world = world
        self._presses = presses
        self._changed = changed

    def by_number(self, given: Parameters) -> dict[str, Any]:
        """``messages.getByConversationMessageId``."""
        conversation = self._world.known(given.required("peer_id"))
        if conversation is None:
            raise Refusal(917)
        shown = [conversation.find(n) for n in given.integers("conversation_message_ids")]
        return _items([item for item in shown if item is not None])

    def by_id(self, given: Parameters) -> dict[str, Any]:
        """``messages.getById``."""
        wanted = set(given.integers("message_ids"))
        found = [
            shown
            for conversation in self._world.conversations()
            for shown in conversation.messages
            if shown.message["id"] in wanted
        ]
        return _items(found)

    def history(self, given: Parameters) -> dict[str, Any]:
        """``messages.getHistory``, newest first."""
        conversation = self._world.known(given.required("peer_id"))
        if conversation is None:
            raise Refusal(917)
        start, count = given.integer("offset") or 0, given.integer("count") or 20
        return _items(list(conversation.messages)[::-1][start : start + min(count, _PAGE)])

    def conversations(self, given: Parameters) -> dict[str, Any]:
        """``messages.getConversations``."""
        start, count = given.integer("offset") or 0, given.integer("count") or 20
        found = self._world.conversations()
        if given.text("filter") in {"unanswered", "unread"}:
            found = [item for item in found if item.messages[-1].mine]
        found = found[start : start + min(count, _PAGE)]
        return {"count": len(found), "items": [self._listed(item) for item in found]}

    def _listed(self, conversation: Conversation) -> dict[str, Any]:
        last = conversation.messages[-1]
        return {"conversation": self._about(conversation), "last_message": last.message}

    def by_peers(self, given: Parameters) -> dict[str, Any]:
        """``messages.getConversationsById``."""
        found = [self._world.known(peer_id) for peer_id in given.integers("peer_ids")]
        items = [self._about(item) for item in found if item is not None]
        return {"count": len(items), "items": items}

    def _about(self, conversation: Conversation) -> dict[str, Any]:
        kind = "chat" if conversation.title else "user"
        about: dict[str, Any] = {
            "peer": {"id": conversation.peer_id, "type": kind},
            "in_read_cmid": conversation.read_by_us,
            "out_read_cmid": conversation.read_by_them,
        }
        if conversation.title:
            about["chat_settings"] = {"title": conversation.title, "members_count": 2}
        return about

    def users(self, given: Parameters) -> list[dict[str, Any]]:
        """``users.get``."""
        found = [self._world.user(number) for number in given.integers("user_ids")]
        return [person.user() for person in found if person is not None]

    def mark(self, given: Parameters) -> int:
        """``messages.markAsRead``."""
        conversation = self._world.known(given.required("peer_id"))
        if conversation is None or not conversation.messages:
            raise Refusal(100, "peer_id")
        conversation.read_by_us = conversation.messages[-1].cmid
        self._changed(conversation)
        return 1

    def activity(self, given: Parameters) -> int:
        """``messages.setActivity``."""
        if given.text("type") not in {"typing", "audiomessage"}:
            raise Refusal(100, "type")
        conversation = self._world.reach(given.required("peer_id"))
        conversation.typing = True
        self._changed(conversation)
        return 1

    def stop_spinner(self, given: Parameters) -> int:
        """``messages.sendMessageEventAnswer``."""
        if len(given.text("event_data")) > _ANSWER:
            raise Refusal(100, "event_data")
        if self._presses.pop(given.text("event_id"), None) != given.required("user_id"):
            raise Refusal(100, "event_id is incorrect")
        return 1


def _items(found: list[Shown]) -> dict[str, Any]:
    return {"count": len(found), "items": [shown.message for shown in found]}
