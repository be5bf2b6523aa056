"""Signing in and out."""

import asyncio
import hashlib

from shared.clock import ManualClock
from shared.collections import SESSIONS, TOKENS
from shared.model.people import Role
from shared.ports.store import Update
from tests.inbox.stage import ADMIN, PASSWORD, Stage, open_stage
from tests.support.stores import Embedded


async def test_signing_in_gives_a_cookie_that_scripts_cannot_read(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        answer = await browser.sign_in(ADMIN.upper(), PASSWORD)

        cookie = answer.headers["Set-Cookie"]
        assert answer.status == 201
        assert answer.data["agent"]["email"] == ADMIN
        assert "password_hash" not in answer.data["agent"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie


async def test_only_the_digest_of_the_cookie_is_stored(stage: Stage) -> None:
    async with stage.browser() as browser:
        value = next(c.value for c in browser.http.cookie_jar if c.key == "hub_session")

        digest = hashlib.sha256(value.encode()).hexdigest()
        assert await stage.hub.store.get(SESSIONS, digest) is not None
        assert await stage.hub.store.get(SESSIONS, value) is None


async def test_the_session_tells_its_csrf_token_again(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/session")

        assert answer.status == 200
        assert answer.data["csrf_token"] == browser.csrf
        assert answer.data["csrf_header"] == "X-CSRF-Token"


async def test_a_wrong_password_and_an_unknown_address_look_alike(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        wrong = await browser.sign_in(ADMIN, "not the password")
        unknown = await browser.sign_in("nobody@example.com", "not the password")

        assert wrong.status == unknown.status == 401
        assert wrong.data == unknown.data
        assert wrong.headers["Content-Type"].startswith("application/problem+json")


async def test_too_many_failures_are_refused_for_a_while(hub: Embedded) -> None:
    clock = ManualClock()
    async with open_stage(hub, clock=clock) as stage, stage.browser(None) as browser:
        for _ in range(5):
            await browser.sign_in(ADMIN, "not the password")

        refused = await browser.sign_in(ADMIN, PASSWORD)
        await clock.advance(301)
        later = await browser.sign_in(ADMIN, PASSWORD)

        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) > 200
        assert later.status == 201


async def test_many_tries_at_once_do_not_slip_through_the_limit(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        answers = await asyncio.gather(*(browser.sign_in(ADMIN, "wrong one") for _ in range(20)))

    statuses = [answer.status for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (5, 15)


async def test_a_good_sign_in_forgets_the_failures_before_it(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        statuses = []
        for password in ("wrong", "wrong", "wrong", PASSWORD) * 3:
            statuses.append((await browser.sign_in(ADMIN, password)).status)

    assert 429 not in statuses


async def test_changing_something_needs_the_csrf_header(stage: Stage) -> None:
    async with stage.browser() as browser:
        browser.csrf = None

        answer = await browser.patch("/agents/me", {"theme": "dark"})

        assert answer.status == 403
        assert "X-CSRF-Token" in answer.data["detail"]


async def test_a_page_of_another_site_changes_nothing(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.post("/session", None, Origin="https://evil.example")
        refused = await browser.call(
            "PATCH", "/agents/me", {"theme": "dark"}, headers={"Origin": "https://evil.example"}
        )

        assert answer.status == 422
        assert refused.status == 403


async def test_signing_out_ends_the_session(stage: Stage) -> None:
    async with stage.browser() as browser:
        value = next(c.value for c in browser.http.cookie_jar if c.key == "hub_session")

        ended = await browser.delete("/session")
        again = await browser.get("/session", Cookie=f"hub_session={value}")

        assert ended.status == 204
        assert again.status == 401


async def test_a_session_ends_thirty_days_after_its_last_use(hub: Embedded) -> None:
    clock = ManualClock()
    async with open_stage(hub, clock=clock) as stage, stage.browser() as browser:
        await clock.advance(20 * 86400)
        used = await browser.get("/session")
        await clock.advance(20 * 86400)
        still = await browser.get("/session")
        await clock.advance(31 * 86400)
        over = await browser.get("/session")

        assert [used.status, still.status, over.status] == [200, 200, 401]


async def test_a_new_password_ends_the_other_sessions(stage: Stage) -> None:
    async with stage.browser() as here, stage.browser() as there:
        changed = await here.patch(
            "/agents/me", {"password": "another long password", "current_password": PASSWORD}
        )

        assert changed.status == 200
        assert (await here.get("/session")).status == 200
        assert (await there.get("/session")).status == 401


async def test_a_new_password_needs_the_present_one(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.patch(
            "/agents/me", {"password": "another long password", "current_password": "wrong"}
        )

        assert answer.status == 422
        assert answer.data["field"] == "current_password"


async def test_a_blocked_agent_is_signed_out_at_once(stage: Stage) -> None:
    id = await stage.agent("second@example.com")
    async with stage.browser() as admin, stage.browser("second@example.com") as agent:
        await admin.patch(f"/agents/{id}", {"active": False})

        assert (await agent.get("/session")).status == 401
        assert (await agent.sign_in("second@example.com", PASSWORD)).status == 401


async def test_the_last_admin_stays_one(stage: Stage) -> None:
    async with stage.browser() as admin:
        me = (await admin.get("/session")).data["agent"]["id"]

        answer = await admin.patch(f"/agents/{me}", {"role": "agent"})

        assert answer.status == 422
        assert "no admin" in answer.data["detail"]


async def test_a_token_needs_no_csrf_header_and_can_be_revoked(stage: Stage) -> None:
    async with stage.program(Role.ADMIN) as program:
        before = await program.post("/agents", {"email": "third@example.com", "name": "Third"})
        tokens = await stage.hub.store.find(TOKENS, equal={})
        await stage.hub.store.commit([Update(TOKENS, tokens.items[0].id, {"revoked": True})])
        after = await program.get("/agents")

        assert before.status == 201
        assert len(before.data["password"]) > 20
        assert after.status == 401


async def test_a_token_is_shown_once_and_refused_after_it_was_revoked(stage: Stage) -> None:
    async with stage.browser() as admin, stage.browser(None) as program:
        made = await admin.post("/tokens", {"name": "exporter", "role": "agent"})
        header = {"Authorization": f"Bearer {made.data['token']}"}
        used = await program.get("/conversations", **header)
        listed = await admin.get("/tokens")
        await admin.delete(f"/tokens/{made.data['record']['id']}")
        refused = await program.get("/conversations", **header)

    assert (used.status, refused.status) == (200, 401)
    assert made.data["token"] not in str(listed.data)


async def test_a_token_of_an_agent_may_no_more_than_the_agent(stage: Stage) -> None:
    id = await stage.agent("second@example.com")
    async with stage.browser() as admin, stage.browser(None) as program:
        made = await admin.post("/tokens", {"name": "own", "role": "admin", "agent_id": id})
        header = {"Authorization": f"Bearer {made.data['token']}"}
        mine = await program.get("/conversations?view=mine", **header)
        refused = await program.get("/audit", **header)

    assert (mine.status, refused.status) == (200, 403)


async def test_a_wrong_token_is_refused_even_beside_a_good_cookie(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/session", Authorization="Bearer nonsense")

        assert answer.status == 401


async def test_the_first_admin_is_made_once(stage: Stage) -> None:
    people = stage.inbox.people

    again = await people.ensure_admin("other@example.com", None)

    assert again is None
    assert await people.by_email("other@example.com") is None


async def test_an_address_is_used_once_and_a_password_is_long_enough(stage: Stage) -> None:
    async with stage.browser() as admin:
        twice = await admin.post("/agents", {"email": ADMIN, "name": "Twin"})
        short = await admin.post(
            "/agents", {"email": "new@example.com", "name": "New", "password": "short"}
        )
        wrong = await admin.post("/agents", {"email": "nonsense", "name": "New"})

    assert [a.status for a in (twice, short, wrong)] == [422, 422, 422]
    assert [a.data["field"] for a in (twice, short, wrong)] == ["email", "password", "email"]


async def test_an_admin_sets_a_password_and_the_agent_is_signed_out(stage: Stage) -> None:
    id = await stage.agent("second@example.com")
    async with stage.browser() as admin, stage.browser("second@example.com") as agent:
        made = await admin.post(f"/agents/{id}/password", {})
        before = await agent.get("/session")
        after = await agent.sign_in("second@example.com", made.data["password"])

    assert (before.status, after.status) == (401, 201)
