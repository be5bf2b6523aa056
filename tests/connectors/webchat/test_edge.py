"""Who may call from where, and what anybody may know."""

import json

from tests.connectors.webchat.mailbox import Hub, OpenHub


async def test_only_allowed_sites_may_use_the_chat(open_chat: OpenHub) -> None:
    hub = await open_chat(allowed_origins=("https://shop.example",))

    good = await hub.client.get(hub.url("/config"), headers={"Origin": "https://shop.example"})
    bad = await hub.client.get(hub.url("/config"), headers={"Origin": "https://other.example"})

    assert good.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert bad.status == 403
    assert "Access-Control-Allow-Origin" not in bad.headers


async def test_a_page_of_another_site_may_ask_with_a_token(hub: Hub) -> None:
    answer = await hub.client.options(
        hub.url("/messages"), headers={"Origin": "https://shop.example"}
    )

    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_the_configuration_holds_no_secret(open_chat: OpenHub) -> None:
    hub = await open_chat(identity_secret="of-the-site", title="Shop", offline=True)

    answer = await hub.client.get(hub.url("/config"))

    text = await answer.text()
    assert "of-the-site" not in text
    assert json.loads(text)["title"] == "Shop"
    assert json.loads(text)["online"] is False
