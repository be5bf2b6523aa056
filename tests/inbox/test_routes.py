"""Every route: declared, documented, guarded, and honest about errors."""

import json
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web

from inbox.live.kinds import KINDS, declared
from inbox.permissions import Permission
from inbox.rest.binding import bind
from inbox.rest.route import Answer, Call, Nothing, Route
from shared.errors import Unavailable
from shared.events import EVENTS, MessageAdded
from shared.model.people import Role
from tests.inbox.stage import Stage

_BODILESS = {"GET", "HEAD"}


async def _nothing(call: Call[Nothing, Nothing]) -> Answer:
    return Answer(None, 204)


def _concrete(route: Route) -> str:
    parts = [("x1" if part.startswith("{") else part) for part in route.full_path.split("/")]
    return "/".join(parts)


def test_a_route_without_permission_is_not_built() -> None:
    app = web.Application()

    with pytest.raises(TypeError, match="GET /api/v1/things declares no permission"):
        bind(app, [Route("GET", "/things", _nothing, summary="Things")], None)  # type: ignore[arg-type]  # never asked


def test_a_live_event_without_permission_is_not_built() -> None:
    kinds = {kind: permission for kind, permission in KINDS.items() if kind is not MessageAdded}

    with pytest.raises(TypeError, match=r"event\.message\.added"):
        declared(kinds, EVENTS)


async def test_every_guarded_route_refuses_a_stranger(stage: Stage) -> None:
    guarded = [
        route
        for route in stage.inbox.routes()
        if route.permission not in {Permission.PUBLIC, Permission.LOCAL_OR_ADMIN}
    ]
    async with stage.browser(None) as browser:
        answers = [
            (route.full_path, await browser.call(route.method, _concrete(route)))
            for route in guarded
        ]

    assert len(answers) > 40
    assert [path for path, answer in answers if answer.status != 401] == []
    assert {a.headers["Content-Type"] for _, a in answers} == {"application/problem+json"}


async def test_every_changing_route_needs_the_csrf_header(stage: Stage) -> None:
    changing = [
        route
        for route in stage.inbox.routes()
        if route.changes and route.permission is not Permission.PUBLIC
    ]
    async with stage.browser() as browser:
        browser.csrf = "wrong"
        answers = [
            (route.full_path, await browser.call(route.method, _concrete(route)))
            for route in changing
        ]

    assert len(answers) > 25
    assert [path for path, answer in answers if answer.status != 403] == []


@pytest.mark.parametrize("role", [Role.BOT, Role.AGENT, Role.SUPERVISOR])
async def test_every_route_refuses_a_role_without_its_permission(stage: Stage, role: Role) -> None:
    from inbox.permissions import permissions_of

    forbidden = [
        route
        for route in stage.inbox.routes()
        if route.permission not in permissions_of(role) | {Permission.PUBLIC}
        and route.permission is not Permission.LOCAL_OR_ADMIN
    ]
    async with stage.program(role) as program:
        answers = [
            (route.full_path, await program.call(route.method, _concrete(route)))
            for route in forbidden
        ]

    assert answers
    assert [path for path, answer in answers if answer.status != 403] == []


async def test_the_document_names_every_route_and_its_permission(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        answer = await browser.get("/openapi.json")

    document = answer.data
    named = {
        (method.upper(), path): operation["x-permission"]
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert document["openapi"] == "3.1.0"
    assert named == {(r.method, r.full_path): r.permission for r in stage.inbox.routes()}


async def test_every_reference_of_the_document_is_there(stage: Stage) -> None:
    document = stage.inbox.openapi()
    schemas = document["components"]["schemas"]

    references: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            references.update(v for k, v in node.items() if k == "$ref" and isinstance(v, str))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    assert {ref.removeprefix("#/components/schemas/") for ref in references} <= set(schemas)
    assert {"Conversation", "Message", "EventFrame", "Problem"} <= set(schemas)
    assert "password_hash" not in json.dumps(document)


async def test_operations_have_names_of_their_own(stage: Stage) -> None:
    paths = stage.inbox.openapi()["paths"]
    names = [operation["operationId"] for item in paths.values() for operation in item.values()]

    assert len(names) == len(set(names))


async def test_a_wrong_body_names_every_wrong_field_and_no_value(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.post("/agents", {"email": 5, "nmae": "secret-value"})

    assert answer.status == 422
    assert {error["field"] for error in answer.data["errors"]} == {"email", "name", "nmae"}
    assert "secret-value" not in json.dumps(answer.data)


async def test_an_unknown_query_field_is_refused(stage: Stage) -> None:
    async with stage.browser() as browser:
        answer = await browser.get("/conversations?assigneeid=me")

    assert answer.status == 422
    assert answer.data["errors"][0]["field"] == "assigneeid"


async def test_a_body_above_the_limit_is_refused(stage: Stage) -> None:
    async with stage.browser() as browser:
        headers = {"Content-Type": "application/json", "X-CSRF-Token": browser.csrf or ""}
        url = stage.url("/api/v1/agents")
        async with browser.http.post(url, data=BytesIO(b" " * 2_000_000), headers=headers) as got:
            status, kind = got.status, got.content_type

    assert status == 413
    assert kind == "application/problem+json"


async def test_a_body_that_is_no_json_is_refused(stage: Stage) -> None:
    headers = {"Content-Type": "text/plain"}
    async with stage.browser() as browser:
        headers |= {"X-CSRF-Token": browser.csrf or ""}
        url = stage.url("/api/v1/agents")
        async with browser.http.post(url, data=b"{}", headers=headers) as got:
            status = got.status

    assert status == 415


async def test_deeply_nested_json_is_refused(stage: Stage) -> None:
    async with stage.browser() as browser:
        headers = {"Content-Type": "application/json", "X-CSRF-Token": browser.csrf or ""}
        url = stage.url("/api/v1/agents")
        async with browser.http.post(url, data=b"[" * 100_000, headers=headers) as got:
            status = got.status

    assert status == 422


async def test_unknown_paths_and_methods_are_problems(stage: Stage) -> None:
    async with stage.browser() as browser:
        unknown = await browser.get("/nothing-here")
        method = await browser.call("PUT", "/agents")

    assert (unknown.status, method.status) == (404, 405)
    assert unknown.headers["Content-Type"] == "application/problem+json"
    assert "POST" in method.headers["Allow"]


async def test_a_bug_is_told_by_its_id_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the inner detail")

    monkeypatch.setattr("inbox.api.conversations.find", broken)
    async with stage.program(Role.ADMIN) as program:
        answer = await program.get("/conversations")

    logged = capsys.readouterr()
    assert answer.status == 500
    assert "inner detail" not in json.dumps(answer.data)
    assert answer.data["id"] == answer.headers["X-Request-Id"]
    assert answer.data["id"] in logged.out + logged.err


async def test_a_store_that_is_away_is_503_with_retry_after(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("the store is away")

    async with stage.browser() as browser:
        monkeypatch.setattr(type(stage.hub.store), "get", away)
        answer = await browser.get("/session")

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1


async def test_the_docs_page_needs_no_script_and_lists_the_routes(stage: Stage) -> None:
    async with stage.browser(None) as browser:
        answer = await browser.get("/api/docs")

    text = answer.data.decode()
    assert "<script" not in text
    assert "/api/v1/conversations/{id}/messages" in text
