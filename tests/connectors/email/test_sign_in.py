"""Signing in by OAuth2: tokens are fetched, kept, renewed, and never shown."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import ValidationError

from connectors.base import Outgoing
from connectors.email.manifest import EmailSettings
from connectors.email.oauth import OAuth
from shared.clock import ManualClock
from shared.errors import ChannelBroken, Unavailable
from tests.connectors.email.player import _BASE, make_connector, make_part

SECRETS: dict[str, Any] = {
    "password": None,
    "oauth_client_id": "client",
    "oauth_client_secret": "planted-client-secret",
    "oauth_refresh_token": "planted-refresh-token",
    "oauth_scope": "imap smtp",
}


class TokenServer:
    """Gives tokens, or says why not."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: tuple[int, Any] | None = None
        self.url = ""

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.asked.append({name: str(value) for name, value in form.items()})
        if self.answer is not None:
            status, body = self.answer
            if isinstance(body, str):
                return web.Response(status=status, text=body)
            return web.json_response(body, status=status)
        return web.json_response({"access_token": f"token-{len(self.asked)}", "expires_in": 3600})


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    """A token server."""
    server = TokenServer()
    app = web.Application()
    app.add_routes([web.post("/token", server.token)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    yield server
    await runner.cleanup()


def oauth(http: ClientSession, tokens: TokenServer, clock: ManualClock) -> OAuth:
    given = EmailSettings(**(_BASE | SECRETS | {"oauth_token_url": tokens.url}))
    return OAuth(given, http, clock)


async def test_a_token_is_kept_until_shortly_before_it_ends(
    http: ClientSession, tokens: TokenServer
) -> None:
    clock = ManualClock()
    one = oauth(http, tokens, clock)

    found = [await one.token(), await one.token()]
    await clock.advance(3500)
    found.append(await one.token())

    assert found == ["token-1", "token-1", "token-2"]
    assert tokens.asked[0] == {
        "grant_type": "refresh_token",
        "client_id": "client",
        "client_secret": "planted-client-secret",
        "refresh_token": "planted-refresh-token",
        "scope": "imap smtp",
    }


async def test_several_who_want_a_token_ask_once(http: ClientSession, tokens: TokenServer) -> None:
    one = oauth(http, tokens, ManualClock())

    await asyncio.gather(*(one.token() for _ in range(5)))

    assert len(tokens.asked) == 1


async def test_a_refused_token_is_asked_for_anew(http: ClientSession, tokens: TokenServer) -> None:
    one = oauth(http, tokens, ManualClock())
    await one.token()

    one.forget()

    assert await one.token() == "token-2"


async def test_a_consent_that_was_taken_back_stops_the_channel(
    http: ClientSession, tokens: TokenServer
) -> None:
    tokens.answer = (400, {"error": "invalid_grant", "error_description": "planted"})

    with pytest.raises(ChannelBroken, match="invalid_grant") as raised:
        await oauth(http, tokens, ManualClock()).token()

    assert "planted" not in str(raised.value)


@pytest.mark.parametrize(
    "answer", [(500, "<html>"), (200, "no json"), (200, {"no": "token"}), (429, {"error": "slow"})]
)
async def test_a_token_server_in_trouble_is_asked_again_later(
    http: ClientSession, tokens: TokenServer, answer: tuple[int, Any]
) -> None:
    tokens.answer = answer

    with pytest.raises(Unavailable):
        await oauth(http, tokens, ManualClock()).token()


class Scripted:
    """A server that talks by a script and keeps what it was told."""

    def __init__(self, greeting: str, answers: dict[str, list[str]]) -> None:
        self._greeting = greeting
        self._answers = answers
        self.heard: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{self._greeting}\r\n".encode())
        with suppress(OSError):
            while line := (await reader.readline()).decode().rstrip("\r\n"):
                self.heard.append(line)
                tag, _, rest = line.partition(" ")
                verb = (rest or tag).split(" ")[0].upper()
                for answer in self._answers.get(verb, []):
                    writer.write(answer.replace("TAG", tag).encode() + b"\r\n")
                await writer.drain()
                if verb == "AUTHENTICATE":
                    self.heard.append((await reader.readline()).decode().strip())
                    challenge = base64.b64encode(b'{"status":"400"}')
                    writer.write(b"+ " + challenge + b"\r\n")
                    self.heard.append((await reader.readline()).decode().strip())
                    writer.write(f"{tag} NO [AUTHENTICATIONFAILED] token refused\r\n".encode())
        writer.close()


@pytest.fixture
async def imap() -> AsyncIterator[Scripted]:
    """An IMAP server that refuses every token."""
    able = "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2"
    script = Scripted("* OK hi", {"CAPABILITY": [able, "TAG OK done"], "AUTHENTICATE": ["+ "]})
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    yield script
    server.close()
    await server.wait_closed()


async def test_a_mailbox_that_refuses_the_token_is_answered_with_an_empty_line(
    http: ClientSession, tokens: TokenServer, imap: Scripted
) -> None:
    given = SECRETS | {"oauth_token_url": tokens.url, "imap_port": imap.port}
    connector = make_connector(http, **given)

    with pytest.raises(ChannelBroken, match="token refused") as raised:
        await connector.pull(None)
    await connector.close()

    offered = base64.b64decode(imap.heard[2]).decode()
    assert offered == "user=support@shop.example\x01auth=Bearer token-1\x01\x01"
    assert imap.heard[3] == ""
    assert "token-1" not in str(raised.value)


async def test_mails_are_sent_with_the_token(http: ClientSession, tokens: TokenServer) -> None:
    script = Scripted(
        "220 hi",
        {"SHOP.EXAMPLE": ["250-hi", "250 AUTH XOAUTH2"], "XOAUTH2": ["535 5.7.3 refused"]},
    )
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    given = SECRETS | {"oauth_token_url": tokens.url, "smtp_port": port, "save_sent": False}
    connector = make_connector(http, **given)

    with pytest.raises(ChannelBroken, match="refuses the sign-in"):
        await connector.send(Outgoing(make_part("x")))
    await connector.close()
    server.close()
    await server.wait_closed()

    offered = next(line for line in script.heard if line.startswith("AUTH XOAUTH2 "))
    assert b"auth=Bearer token-1" in base64.b64decode(offered.rpartition(" ")[2])


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"address": "not an address"}, "an address such as"),
        ({"password": None}, "a password or OAuth2"),
        ({"after_intake": "move"}, "which folder"),
        ({"oauth_client_id": "x"}, "OAuth2 needs"),
        ({"from_name": "a\r\nBcc: spy"}, "one line"),
        ({"oauth_token_url": "ftp://x"}, "an address such as"),
        ({"imap_port": 0}, "greater than"),
        ({"imap_host": ""}, "imap_host"),
        ({"receive_by": "pop3"}, "receive_by"),
        ({"receive_by": "smtp", "password": None}, "a password or OAuth2"),
        ({"receive_by": "smtp", "listen_tls": "tls"}, "a certificate file and a key file"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as raised:
        EmailSettings(**(_BASE | changed))

    assert "planted" not in str(raised.value)


def test_mail_that_is_handed_over_needs_no_mailbox() -> None:
    listening = {"receive_by": "lmtp", "imap_host": "", "password": None, "smtp_login": False}

    settings = EmailSettings(**(_BASE | listening))

    assert settings.listens
    assert settings.listen_host == "127.0.0.1"
