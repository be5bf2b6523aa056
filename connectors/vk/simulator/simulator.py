"""The simulator as the hub holds it: starts, listens, acts for customers, shows phones."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from connectors.simulator import SimulatorContext
from connectors.vk.simulator.acts import Acts
from connectors.vk.simulator.community import Community
from connectors.vk.simulator.customer import Customers
from connectors.vk.simulator.faults import Faults
from connectors.vk.simulator.parameters import Parameters
from connectors.vk.simulator.phone import screen
from connectors.vk.simulator.posting import Posting
from connectors.vk.simulator.reading import Reading
from connectors.vk.simulator.refusal import Refusal
from connectors.vk.simulator.sending import Sending
from connectors.vk.simulator.server import Method, Server
from connectors.vk.simulator.shelf import Shelf
from connectors.vk.simulator.stream import Stream
from connectors.vk.simulator.uploads import Uploads
from connectors.vk.simulator.world import Conversation, World, first_id


class VkSimulator:
    """One community's VK."""

    def __init__(self, context: SimulatorContext) -> None:
        seed = crc32(context.channel_id.encode())
        self._group_id = 200_000_000 + seed % 20_000_000
        self._token = f"vk1.a.simulated-{seed:08x}-access-key"
        self._context = context
        self._faults = Faults()
        begin = first_id(context.clock)
        self._presses: dict[str, int] = {}
        self._shelf = Shelf(begin)
        self._world = World(context.clock, self._group_id)
        self._stream = Stream(self._group_id, self._faults, begin)
        self._posting = Posting(context.http, context.clock, self._group_id)
        self.community = Community(self._group_id, self._stream, self._confirm)
        self._customers = Customers(
            self._world, self._shelf, self._stream, self._presses, self._tell
        )
        self._acts = Acts(self._world, self._customers)
        uploads = Uploads(self._world, self._shelf)
        self._server = Server(
            self._token,
            self._methods(uploads),
            self._faults,
            self._shelf,
            self._stream,
            uploads,
            key=lambda: self.community.key,
            renew=self._renew,
        )
        self._stream.listeners.append(self._post)
        self._base = ""
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen on a free local port and return the ``api_base``."""
        self._base = await self._server.start()
        self._shelf.base = self.community.base = self._base
        # The one task of ours; close() ends and awaits it.
        self._running = asyncio.create_task(
            self._posting.run(self.community.code, self.community.servers)
        )
        return self._base

    async def close(self) -> None:
        """Stop listening."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None
        await self._server.close()

    def settings(self) -> Mapping[str, Any]:
        """Settings of a channel that talks to this simulator."""
        return {"token": self._token, "group_id": self._group_id, "api_base": self._base}

    async def write(
        self, customer: str, text: str, attachments: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Write as a customer; returns the message's number."""
        return self._customers.write(customer, text, attachments)

    async def act(self, customer: str, action: Mapping[str, Any]) -> None:
        """Press, edit, react, reply, forbid and so on. Raises ``BadRequest``."""
        self._acts.run(customer, action)

    def acts(self) -> Sequence[str]:
        """What its customers can do besides writing."""
        return self._acts.names()

    def phone(self, customer: str) -> Sequence[Mapping[str, Any]]:
        """What the customer's phone shows, oldest first."""
        if customer not in self._world.names():
            return []
        conversation = self._world.conversation_of(self._world.person(customer))
        return screen(conversation, self._shelf)

    def customers(self) -> Sequence[str]:
        """The customers who have written."""
        return self._world.names()

    def fault(self, kind: str, times: int) -> None:
        """Let the next calls or events go wrong. Raises ``BadRequest``."""
        self._faults.arm(kind, times)

    def waiting(self) -> int:
        """How many events the hub has not taken yet, by the way on which it takes them."""
        if self.community.servers:
            return self._posting.waiting
        asked = self._stream.asked
        return 0 if asked is None else len(self._stream.after(asked))

    def is_heard(self) -> bool:
        """Whether the hub takes events: it has asked, or confirmed its callback server."""
        servers = self.community.servers
        confirmed = any(server["status"] == "ok" and server["events"] for server in servers)
        return confirmed or self._stream.asked is not None

    def calls(self, method: str) -> int:
        """How often a method was called, of late."""
        return self._server.calls.count(method)

    def waits_for_answer(self) -> int:
        """How many pressed buttons still show their spinner."""
        return len(self._presses)

    def is_typing(self, customer: str) -> bool:
        """Whether the phone shows that the community types."""
        return self._world.conversation_of(self._world.person(customer)).typing

    def _renew(self) -> None:
        self.community.key = f"k{int(self.community.key[1:]) + 1}"

    def _tell(self, conversation: Conversation) -> None:
        for key in self._world.keys_in(conversation):
            self._context.changed(key)

    def _confirm(self, server: dict[str, Any]) -> None:
        self._posting.offer(server, {"type": "confirmation", "group_id": self._group_id})

    def _post(self, event: dict[str, Any]) -> None:
        for server in self.community.servers:
            if server["events"].get(event["type"]):
                self._posting.offer(server, event)

    def _conversations(self, reading: Reading) -> Method:
        def method(given: Parameters) -> dict[str, Any]:
            if not self.community.messages_on:
                raise Refusal(7, "messages of the community are disabled")
            return reading.conversations(given)

        return method

    def _methods(self, uploads: Uploads) -> dict[str, Method]:
        community = self.community
        sending = Sending(self._world, self._shelf, self._stream, self._faults, self._tell)
        reading = Reading(self._world, self._presses, self._tell)
        return {
            "groups.getById": community.about,
            "groups.getTokenPermissions": community.permissions,
            "groups.getLongPollServer": community.poll_server,
            "groups.getLongPollSettings": community.poll_settings,
            "groups.setLongPollSettings": community.set_poll_settings,
            "groups.getCallbackConfirmationCode": community.confirmation,
            "groups.getCallbackServers": community.list_servers,
            "groups.addCallbackServer": community.add_server,
            "groups.editCallbackServer": community.edit_server,
            "groups.deleteCallbackServer": community.delete_server,
            "groups.setCallbackSettings": community.set_server,
            "users.get": reading.users,
            "messages.send": sending.send,
            "messages.edit": sending.edit,
            "messages.delete": sending.delete,
            "messages.sendReaction": sending.react,
            "messages.deleteReaction": sending.unreact,
            "messages.getByConversationMessageId": reading.by_number,
            "messages.getById": reading.by_id,
            "messages.getHistory": reading.history,
            "messages.getConversations": self._conversations(reading),
            "messages.getConversationsById": reading.by_peers,
            "messages.markAsRead": reading.mark,
            "messages.setActivity": reading.activity,
            "messages.sendMessageEventAnswer": reading.stop_spinner,
            "photos.getMessagesUploadServer": uploads.photo_server,
            "photos.saveMessagesPhoto": uploads.save_photo,
            "docs.getMessagesUploadServer": uploads.doc_server,
            "docs.save": uploads.save_doc,
        }
