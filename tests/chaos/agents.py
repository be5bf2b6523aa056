"""Agents who reply and take notes, each under an id of its own, until they know what became of
it."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.chaos.ledger import Asked, Ledger
from tests.chaos.plan import Deed
from tests.chaos.screen import Screen
from tests.chaos.timing import Timing

_LIMIT: Final = ClientTimeout(total=6)
_AGAIN_S: Final = 0.2
_NOT_NOW: Final = frozenset({429, 502, 503})


class Agent:
    """One agent's deeds, one after another."""

    def __init__(self, url: str, token: str, ledger: Ledger, screen: Screen) -> None:
        self._api = f"{url}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._ledger = ledger
        self._screen = screen

    async def run(self, deeds: Sequence[Deed], timing: Timing, seed: int) -> None:
        """Do them at their times; ends when the outcome of the last one is known."""
        async with ClientSession(headers=self._headers, timeout=_LIMIT) as http:
            for number, deed in enumerate(deeds):
                await timing.until(deed.at_s)
                conversations = list(self._screen.conversations)
                if not conversations:
                    continue
                chosen = conversations[int(deed.pick * len(conversations))]
                name = str(uuid5(NAMESPACE_OID, f"{seed}/{deed.agent}/{number}"))
                asked = Asked(name, deed.agent, chosen, deed.kind, deed.text)
                self._ledger.asked.append(asked)
                await self._ask(http, asked)
                if deed.again:
                    await self._ask_again(http, asked)

    async def _ask(self, http: ClientSession, asked: Asked) -> None:
        path = f"conversations/{asked.conversation_id}/messages"
        body = {"id": asked.id, "kind": asked.kind, "text": asked.text}
        status, answer = await self._insist(http, "POST", path, body)
        if status == 202:
            # It is durable now: to ask again would hide that it was lost.
            answer = await self._outcome(http, asked.id)
            asked.state = answer["status"]
            asked.said = answer["reason"] or ""
            asked.message_id = answer["result"].get("message", {}).get("id")
        elif status == 201:
            asked.state = "done"
            asked.message_id = answer["message"]["id"]
        else:
            asked.state = "refused"
            asked.said = f"{status} {answer}"

    async def _ask_again(self, http: ClientSession, asked: Asked) -> None:
        """The same id once more has the same outcome, and does nothing."""
        before = (asked.state, asked.message_id)
        await self._ask(http, asked)
        if (asked.state, asked.message_id) != before:
            asked.said = f"first {before}, on the repeat {asked.state, asked.message_id}"

    async def _outcome(self, http: ClientSession, name: str) -> Any:
        while True:
            status, answer = await self._insist(http, "GET", f"commands/{name}")
            if status == 200:
                return answer
            await asyncio.sleep(_AGAIN_S)

    async def _insist(
        self, http: ClientSession, method: str, path: str, body: Any = None
    ) -> tuple[int, Any]:
        """The first answer that is one."""
        while True:
            try:
                async with http.request(method, f"{self._api}/{path}", json=body) as answer:
                    if answer.status not in _NOT_NOW:
                        return answer.status, await answer.json(content_type=None)
            except (ClientError, TimeoutError, ConnectionError):
                pass  # nobody is there just now: the same id again
            await asyncio.sleep(_AGAIN_S)
