"""Templates: read page by page, kept for a while, checked, and put into a message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from connectors.base import ListsTemplates
from connectors.payload import Payload
from connectors.whatsapp.connector import WhatsAppConnector
from connectors.whatsapp.manifest import MANIFEST
from connectors.whatsapp.templates import template
from shared.clock import ManualClock
from shared.delivery.plan import plan
from shared.delivery.templates import problem, rendered
from shared.errors import Rejected, Unavailable
from shared.model.channel import Capabilities
from shared.model.content import AttachmentKind, Content
from shared.model.template import TemplateButtonValue, TemplateRef, TemplateValue
from tests.connectors.whatsapp.player import (
    Hub,
    change,
    escaped,
    make_connector,
    make_file,
    request,
)


def _values(*texts: str, **named: str) -> tuple[TemplateValue, ...]:
    plain = [TemplateValue(text=text) for text in texts]
    return (*plain, *(TemplateValue(text=text, name=name) for name, text in named.items()))


_READY = TemplateRef(
    name="order_ready",
    language="en",
    header=_values("42"),
    body=_values("Anna", "42"),
    buttons=(TemplateButtonValue(index=1, value="42"),),
)


async def _sent(hub: Hub, given: TemplateRef, **fields: Any) -> None:
    anna = await hub.meet("Anna")
    await hub.send(anna, content=Content(text="as read here", template=given), **fields)


async def test_the_list_is_read_over_all_its_pages(hub: Hub) -> None:
    found = await hub.connector.templates()

    assert hub.platform.management.page_size < len(found)
    assert [(one.name, one.language) for one in found][:2] == [
        ("appointment", "en"),
        ("brochure", "en"),
    ]


async def test_a_template_tells_what_it_needs(hub: Hub) -> None:
    found = {(one.name, one.language): one for one in await hub.connector.templates()}

    ready, named = found["order_ready", "en"], found["appointment", "en"]
    assert ready.header is not None
    assert (ready.header.variables, ready.variables) == (("1",), ("1", "2"))
    assert [(b.type, b.variable, b.required) for b in ready.buttons] == [
        ("quick_reply", True, False),
        ("url", True, True),
    ]
    assert (named.named, named.variables) == (True, ("name", "day"))


async def test_the_list_is_kept_until_meta_tells_of_a_change(hub: Hub) -> None:
    before = await hub.connector.templates()
    hub.platform.templates.items.pop()
    kept = await hub.connector.templates()
    news = change({"event": "DISABLED"}, field="message_template_status_update")

    hub.connector.answer(request(escaped(news)))

    assert len(kept) == len(before)
    assert len(await hub.connector.templates()) == len(before) - 1


async def test_the_list_is_read_anew_on_demand_and_after_a_while(
    http: ClientSession, hub: Hub
) -> None:
    clock = ManualClock()
    connector = make_connector(http, clock=clock, **hub.platform.settings())
    before = await connector.templates()
    hub.platform.templates.items.pop()
    at_once = await connector.templates(refresh=True)
    await clock.advance(6)
    on_demand = await connector.templates(refresh=True)
    hub.platform.templates.items.pop()
    await clock.advance(11 * 60)

    assert len(at_once) == len(before)
    assert len(on_demand) == len(before) - 1
    assert len(await connector.templates()) == len(before) - 2


async def test_a_template_goes_with_all_its_values(hub: Hub) -> None:
    await _sent(hub, _READY)

    assert hub.phone("Anna")[0]["text"] == "Hello Anna, your order 42 is ready."
    components = {one["type"]: one for one in hub.asked["template"]["components"]}
    assert components["button"]["sub_type"] == "url"
    assert components["button"]["index"] == "1"


async def test_places_with_names_are_filled_by_name(hub: Hub) -> None:
    values = _values(day="Monday", name="Anna")

    await _sent(hub, TemplateRef(name="appointment", language="en", body=values))

    assert hub.phone("Anna")[0]["text"] == "Anna, we expect you on Monday."


async def test_a_header_that_is_a_picture_takes_the_messages_file(hub: Hub) -> None:
    file = make_file(AttachmentKind.IMAGE, mime="image/jpeg")

    await _sent(hub, TemplateRef(name="brochure", language="en"), files=[file])

    (header,) = hub.asked["template"]["components"]
    assert header["parameters"][0]["type"] == "image"


async def test_a_template_goes_outside_of_the_window(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    await hub.platform.act("Anna", {"type": "silence", "hours": 48})

    await hub.send(anna, content=Content(text="x", template=_READY))

    assert hub.phone("Anna")[0]["template"] == "order_ready"


@pytest.mark.parametrize(
    "given, words",
    [
        (_READY.model_copy(update={"body": _values("Anna")}), "takes 2 values, not 1"),
        (_READY.model_copy(update={"header": ()}), "header of the template takes 1"),
        (_READY.model_copy(update={"buttons": ()}), "Track of the template needs a value"),
        (_READY.model_copy(update={"name": "nowhere"}), "no template nowhere"),
        (_READY.model_copy(update={"language": "de"}), "in the language de"),
        (TemplateRef(name="sale", language="en"), "is paused"),
        (TemplateRef(name="brochure", language="en"), "needs one file"),
        (
            TemplateRef(name="appointment", language="en", body=_values("a", "b")),
            "a value for name, day",
        ),
        (
            TemplateRef(
                name="hello_world",
                language="en_US",
                buttons=(TemplateButtonValue(index=0, value="x"),),
            ),
            "has 0 buttons",
        ),
    ],
)
async def test_a_template_is_refused_with_the_reason_before_it_is_sent(
    hub: Hub, given: TemplateRef, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await _sent(hub, given)

    assert hub.platform.sending.received == []


def test_a_file_with_a_template_that_takes_none_is_refused(hub: Hub) -> None:
    item = {"name": "plain", "language": "en", "status": "APPROVED", "components": []}
    found = template(Payload(item))

    assert found is not None
    assert "no file" in str(problem(found, TemplateRef(name="plain", language="en"), files=1))


async def test_where_the_list_cannot_be_read_meta_decides(hub: Hub) -> None:
    anna = await hub.meet("Anna")
    hub.platform.fault("401", 1)

    await hub.send(anna, content=Content(text="x", template=TemplateRef(
        name="hello_world", language="en_US"
    )))  # fmt: skip

    assert hub.phone("Anna")[0]["template"] == "hello_world"


def test_what_a_template_says_is_known_before_it_is_sent() -> None:
    item = {
        "name": "n", "language": "en", "status": "APPROVED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
            {"type": "BODY", "text": "Dear {{1}}, {{2}} and {{1}}"},
            {"type": "FOOTER", "text": "Shop"},
        ],
    }  # fmt: skip
    found = template(Payload(item))
    given = TemplateRef(name="n", language="en", header=_values("7"), body=_values("A", "{{1}}"))

    assert found is not None
    assert rendered(found, given) == "Order 7\n\nDear A, {{1}} and A\n\nShop"


def test_a_channel_without_templates_refuses_one() -> None:
    with pytest.raises(Rejected, match="no templates"):
        plan(Content(text="x", template=_READY), Capabilities(max_text=100))


def test_a_long_text_of_a_template_is_not_split() -> None:
    content = Content(text="x" * 9000, template=_READY)

    assert plan(content, MANIFEST.capabilities) == (content,)


def test_the_connector_has_the_ability(connector: WhatsAppConnector) -> None:
    assert isinstance(connector, ListsTemplates)


@asynccontextmanager
async def _serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_no_token_stands_in_the_address_of_a_page(http: ClientSession) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(str(request.url))
        following = request.url.with_query(after="1", access_token="repeated by the platform")
        paging = {"next": str(following)} if len(asked) == 1 else {}
        return web.json_response({"data": [], "paging": paging})

    async with _serving(answer) as base:
        await make_connector(http, api_base=base).templates()

    assert len(asked) == 2
    assert "access_token" not in asked[1]


async def test_a_page_on_another_server_is_not_asked_for(http: ClientSession) -> None:
    strangers: list[str] = []

    async def stranger(request: web.Request) -> web.Response:
        strangers.append(request.headers["Authorization"])
        return web.json_response({"data": []})

    async with _serving(stranger) as elsewhere:

        async def answer(_request: web.Request) -> web.Response:
            return web.json_response({"data": [], "paging": {"next": f"{elsewhere}/page"}})

        async with _serving(answer) as base:
            with pytest.raises(Unavailable, match="another server"):
                await make_connector(http, api_base=base).templates()

    assert strangers == []
