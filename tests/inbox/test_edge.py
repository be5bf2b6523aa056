"""The edge: headers, addresses, the web UI, health and metrics."""

from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, make_mocked_request

from inbox.rest.addresses import Proxies
from inbox.rest.middleware import edge
from inbox.rest.security import content_policy
from inbox.service import InboxOptions
from shared.errors import BadRequest, Unavailable
from shared.model.people import Role
from tests.inbox.stage import Stage, open_stage
from tests.support.stores import Embedded


async def _page(stage: Stage, path: str) -> tuple[int, str, dict[str, str]]:
    async with stage.browser(None) as browser, browser.http.get(stage.url(path)) as got:
        return got.status, await got.text(), {k.lower(): v for k, v in got.headers.items()}


async def test_every_answer_carries_the_strict_headers(stage: Stage) -> None:
    for path in ("/api/v1/info", "/api/docs", "/nothing.js", "/"):
        _, _, headers = await _page(stage, path)

        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "microphone=(self)" in headers["permissions-policy"]
        assert len(headers["x-request-id"]) == 32


def test_the_host_cannot_smuggle_rules_into_the_policy() -> None:
    assert "evil" not in content_policy("x; script-src evil", framed=False)
    assert "wss://[::1]:8080" in content_policy("[::1]:8080", framed=False)


def _asked(headers: dict[str, str], peer: str) -> web.Request:
    return make_mocked_request("GET", "/", headers=headers).clone(remote=peer)


@pytest.mark.parametrize(
    "peer, chain, expected",
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
    ],
)
def test_forwarded_addresses_are_believed_from_trusted_proxies_alone(
    peer: str, chain: str, expected: str
) -> None:
    proxies = Proxies(["10.0.0.0/8"])

    assert proxies.address(_asked({"X-Forwarded-For": chain}, peer)) == expected


def test_the_scheme_is_believed_from_trusted_proxies_alone() -> None:
    proxies = Proxies(["10.0.0.0/8"])
    headers = {"X-Forwarded-Proto": "https"}

    assert proxies.is_secure(_asked(headers, "10.0.0.1"))
    assert not proxies.is_secure(_asked(headers, "198.51.100.1"))


async def test_handlers_see_the_address_behind_a_trusted_proxy() -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.remote} {(await request.read()).decode()}")

    app = web.Application(middlewares=[edge(Proxies(["127.0.0.1"]))])
    app.router.add_post("/", tell)
    async with TestServer(app) as server, ClientSession() as http:
        headers = {"X-Forwarded-For": "203.0.113.9"}
        async with http.post(server.make_url("/"), data=b"body", headers=headers) as got:
            told = await got.text()

    assert told == "203.0.113.9 body"


def test_a_proxy_that_is_no_network_is_named() -> None:
    with pytest.raises(BadRequest, match="trusted_proxies"):
        Proxies(["everyone"])


async def test_the_cookie_is_secure_behind_tls(hub: Embedded) -> None:
    options = InboxOptions(trusted_proxies=("127.0.0.0/8",))
    async with open_stage(hub, options) as stage, stage.browser(None) as browser:
        body = {"email": "admin@example.com", "password": "correct horse battery"}
        answer = await browser.post("/session", body, **{"X-Forwarded-Proto": "https"})

    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built web UI."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Inbox</title>")
    (folder / "assets" / "app-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


async def test_the_ui_is_served_with_its_history_fallback(hub: Embedded, built: Path) -> None:
    async with open_stage(hub, InboxOptions(static_dir=built)) as stage:
        root = await _page(stage, "/")
        deep = await _page(stage, "/conversations/c01")
        asset = await _page(stage, "/assets/app-1a2b.js")
        missing = await _page(stage, "/assets/gone.js")
        outside = await _page(stage, "/..%2fsecret.txt")

    assert root[0] == deep[0] == 200
    assert root[1] == deep[1]
    assert root[2]["cache-control"] == "no-cache"
    assert "immutable" in asset[2]["cache-control"]
    assert asset[2]["content-type"].startswith("text/javascript")
    assert missing[0] == 404
    assert "secret" not in outside[1]


async def test_a_ui_that_is_not_built_says_so(hub: Embedded, tmp_path: Path) -> None:
    async with open_stage(hub, InboxOptions(static_dir=tmp_path / "none")) as stage:
        status, text, _ = await _page(stage, "/")

    assert status == 503
    assert "not built" in text


async def test_healthz_answers_and_readyz_names_each_broken_part(stage: Stage) -> None:
    async def away() -> None:
        raise Unavailable("the disk is full")

    alive, _, _ = await _page(stage, "/healthz")
    ready, _, _ = await _page(stage, "/readyz")
    stage.inbox.health.add("store", stage.hub.store.probe)
    stage.inbox.health.add("disk", away)
    broken, text, headers = await _page(stage, "/readyz")

    assert (alive, ready, broken) == (200, 200, 503)
    assert "the disk is full" in text
    assert headers["retry-after"] == "2"


async def test_a_head_request_gets_the_headers_alone(stage: Stage) -> None:
    async with stage.browser() as browser:
        got = await browser.http.head(stage.url("/healthz"))
        guarded = await browser.http.head(stage.url("/api/v1/agents"))
        body = await got.read()

    assert (got.status, guarded.status, body) == (200, 200, b"")
    assert got.content_type == "application/json"


async def test_healthz_and_readyz_answer_while_the_store_is_away(stage: Stage) -> None:
    stage.inbox.health.add("store", stage.hub.store.probe)
    async with stage.browser() as browser:
        await stage.hub.database.close()
        alive = await browser.http.get(stage.url("/healthz"))
        ready = await browser.http.get(stage.url("/readyz"))
        refused = await browser.get("/conversations")
        text = await ready.text()

    assert (alive.status, ready.status, refused.status) == (200, 503, 503)
    assert '"name":"store","ok":false' in text
    assert "Retry-After" in refused.headers


async def test_a_part_that_is_not_essential_keeps_the_hub_ready(stage: Stage) -> None:
    async def away() -> None:
        raise Unavailable("revoked")

    stage.inbox.health.add("channel shop", away, essential=False)
    status, text, _ = await _page(stage, "/readyz")

    assert status == 200
    assert "revoked" in text


async def test_metrics_are_for_this_machine_and_admins(stage: Stage) -> None:
    url = stage.url("/metrics")
    async with stage.browser(None) as stranger, stage.program(Role.ADMIN) as admin:
        local = await stranger.http.get(url)
        passed_on = await stranger.http.get(url, headers={"X-Forwarded-For": "203.0.113.7"})
        allowed = await admin.http.get(url, headers={"X-Forwarded-For": "203.0.113.7"})
        text = await allowed.text()

    assert (local.status, passed_on.status, allowed.status) == (200, 401, 200)
    assert "hub_http_requests_total" in text


async def test_info_tells_what_the_screens_need(hub: Embedded) -> None:
    options = InboxOptions(simulators=True, simulators_public=True, undo_s=7)
    async with open_stage(hub, options) as stage, stage.browser(None) as browser:
        answer = await browser.get("/info")

    assert answer.data["simulators"] is True
    assert answer.data["simulators_public"] is True
    assert answer.data["undo_s"] == 7
    assert answer.data["languages"] == ["en", "ru"]


async def test_the_log_names_routes_and_callers_and_no_content(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    async with stage.browser() as browser:
        await browser.get("/search?q=verysecretword")

    logged = capsys.readouterr()
    assert "/api/v1/search" in logged.out + logged.err
    assert "verysecretword" not in logged.out + logged.err
