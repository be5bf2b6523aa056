"""A visitor leaves the site chat: the answer reaches them by real mail, and theirs comes back."""

import asyncio
import email
from email import policy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from shared.ids import new_id
from tests.connectors.email.player import a_mail
from tests.connectors.email.test_whole_hub import add_mailbox, answer, conversations, messages
from tests.support.hub_process import HubProcess
from tests.support.mail_server import MailServer
from tests.support.waiting import until

pytestmark = [
    pytest.mark.mail,
    pytest.mark.xdist_group("mail"),
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("forked_programs"),
]

ORIGIN = "https://shop.example"


class Visitor:
    """A browser with the chat in it."""

    def __init__(self, hub: HubProcess, http: ClientSession, channel_id: str) -> None:
        self._hub = hub
        self._http = http
        self._base = f"/webchat/{channel_id}"
        self._token = ""

    async def comes(self, **said: Any) -> None:
        """The first contact, or the way back by a link."""
        self._token = (await self._call("POST", "/session", said))["token"]

    async def writes(self, text: str) -> None:
        """A message from a page of the shop."""
        page = {"url": f"{ORIGIN}/kettles", "title": "Kettles"}
        body = {"id": new_id("w"), "text": text, "page": page, "language": "ru"}
        await self._call("POST", "/messages", body)

    async def sees(self) -> list[str]:
        """The history."""
        return [one["text"] for one in (await self._call("GET", "/messages"))["items"]]

    async def hears(self, text: str) -> bool:
        """Whether an open window is told of it at once."""
        cursor = (await self._call("GET", "/poll"))["cursor"]
        while True:
            news = await self._call("GET", f"/poll?after={quote(cursor)}")
            cursor = news["cursor"]
            shown = [one["message"]["text"] for one in news["frames"] if one["type"] == "message"]
            if text in shown:
                return True

    async def _call(self, verb: str, path: str, body: Any = None) -> Any:
        headers = {"Origin": ORIGIN}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        url = self._hub.url + self._base + path
        async with self._http.request(verb, url, json=body, headers=headers) as answered:
            assert answered.status < 300, await answered.text()
            return await answered.json()


async def add_chat(hub: HubProcess, mail_channel: str) -> str:
    settings = {
        "email_channel": mail_channel,
        "email_after_s": 5,
        "ask_email": "required",
        "allowed_origins": [ORIGIN],
        "title": "Чай и чайники",
    }
    body = {"type": "webchat", "name": "chat", "settings": settings}
    id: str = (await hub.call("POST", "/api/v1/channels", body))["id"]
    await is_live(hub, id)
    return id


async def is_live(hub: HubProcess, id: str) -> None:
    async def is_there() -> bool:
        async with hub.http.get(f"{hub.url}/webchat/{id}/config") as answered:
            return answered.status == 200

    await until(is_there, limit_s=20)


async def test_the_answer_goes_on_by_mail_and_the_customers_comes_back(
    tmp_path: Path, server: MailServer, http: ClientSession
) -> None:
    async with HubProcess(tmp_path) as hub:
        mail_channel = await add_mailbox(hub, server, "support", plus_addresses=True)
        visitor = Visitor(hub, http, await add_chat(hub, mail_channel))
        await visitor.comes(email="anna@shop.example")
        await visitor.writes("Есть чайник?")
        await until(lambda: _has(hub, 1), limit_s=20)
        (conversation,) = await conversations(hub)
        await answer(hub, conversation["id"], "Есть, два.")

        (raw,) = await server.wait_for("anna", 1)
        mail = email.message_from_bytes(raw, policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        theirs = a_mail(
            "Беру оба!\r\n\r\n03.11.2026, 10:00, support@shop.example пишет:\r\n> Есть, два.",
            number=7,
            sender="Анна <anna@shop.example>",
            headers={"In-Reply-To": str(mail["Message-ID"]), "To": str(mail["Reply-To"])},
        )
        window = asyncio.create_task(visitor.hears("Беру оба!"))
        server.submit(str(mail["Reply-To"].addresses[0].addr_spec), theirs, "anna@shop.example")
        await until(lambda: _has(hub, 4), limit_s=40)
        assert await asyncio.wait_for(window, 10)

        (same,) = await conversations(hub)
        said = await messages(hub, same["id"])
        code = text.partition("#omnihub-chat=")[2].split()[0]
        elsewhere = Visitor(hub, http, conversation["channel_id"])
        await elsewhere.comes(link=code)
        assert mail["Subject"] == "Ответ: Чай и чайники"
        assert "> Есть, два." in text
        assert f"{ORIGIN}/kettles#omnihub-chat=" in text
        assert [one["channel_id"] == mail_channel for one in said] == [False, False, True, True]
        assert said[1]["delivery"] == "read"
        assert said[3]["content"]["text"].startswith("Беру оба!")
        assert await elsewhere.sees() == ["Есть чайник?", "Есть, два.", "Беру оба!"]


async def test_killed_while_it_goes_on_one_mail_is_sent(
    tmp_path: Path, server: MailServer, http: ClientSession
) -> None:
    hub = HubProcess(tmp_path)
    await hub.start()
    try:
        mail_channel = await add_mailbox(hub, server, "support", plus_addresses=True)
        visitor = Visitor(hub, http, await add_chat(hub, mail_channel))
        await visitor.comes(email="anna@shop.example")
        await visitor.writes("Есть чайник?")
        await until(lambda: _has(hub, 1), limit_s=20)
        (conversation,) = await conversations(hub)
        await answer(hub, conversation["id"], "Есть, два.")
        await hub.kill()
        await hub.start()
        await server.wait_for("anna", 1)
        await hub.kill()
        await hub.start()
        await is_live(hub, conversation["channel_id"])

        # Another visitor's mail comes after any second one of the first.
        other = Visitor(hub, http, conversation["channel_id"])
        await other.comes(email="boris@shop.example")
        await other.writes("А чашка?")
        await until(lambda: _count(hub, 2), limit_s=20)
        newest = next(one for one in await conversations(hub) if one["id"] != conversation["id"])
        await answer(hub, newest["id"], "И чашка есть.")
        await server.wait_for("boris", 1)

        assert len(server.mails("anna")) == 1
    finally:
        await hub.stop()


async def _has(hub: HubProcess, count: int) -> bool:
    found = await conversations(hub)
    return bool(found) and len(await messages(hub, found[0]["id"])) >= count


async def _count(hub: HubProcess, count: int) -> bool:
    return len(await conversations(hub)) >= count
