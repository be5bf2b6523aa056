"""Files in both directions."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import FetchesMedia
from connectors.webhook.addresses import Addresses
from shared.blobs.stored import ObstoreBlobs
from shared.errors import Rejected, Unavailable
from shared.model.content import Attachment, AttachmentKind, Content
from shared.model.delivery import Delivery
from tests.connectors.webhook.shop import Shop, open_shop
from tests.connectors.webhook.test_events import event


async def fetched(shop: Shop, attachment: dict[str, Any]) -> bytes:
    """The bytes of a file that an event named."""
    connector = (await shop.live()).connector
    assert isinstance(connector, FetchesMedia)
    found = connector.fetch(Attachment.model_validate(attachment))
    return b"".join([chunk async for chunk in found])


async def first_file(shop: Shop) -> dict[str, Any]:
    """The file of the second message."""
    found: dict[str, Any] = (await shop.arrived(2))[1]["content"]["attachments"][0]
    return found


def file(data: bytes, name: str = "photo.png", mime: str = "image/png") -> dict[str, Any]:
    """A file as the phone writes it."""
    return {"name": name, "mime": mime, "data_base64": base64.b64encode(data).decode()}


async def test_a_small_file_comes_inside_the_event(shop: Shop) -> None:
    await shop.far_end.write("Anna", "", [file(b"small")])

    found = await first_file(shop)

    assert found["kind"] == "image"
    assert await fetched(shop, found) == b"small"


async def test_a_larger_file_is_fetched_from_its_address_which_is_not_shown(shop: Shop) -> None:
    data = b"x" * 200_000
    await shop.far_end.write("Anna", "", [file(data)])

    found = await first_file(shop)

    assert "127.0.0.1" not in str(found)
    assert "/files/" not in str(found)
    assert await fetched(shop, found) == data


async def test_a_file_on_a_private_network_is_refused_and_nobody_is_asked(shop: Shop) -> None:
    files = [{"url": "http://169.254.169.254/latest/meta-data/", "name": "keys.txt"}]
    await shop.post(event(message={"id": "m1", "attachments": files}))

    found = await first_file(shop)

    with pytest.raises(Rejected, match="private network"):
        await fetched(shop, found)


async def test_a_file_that_is_gone_is_told_from_one_that_may_come_back(shop: Shop) -> None:
    base = shop.far_end.receiver.base
    files = [{"url": f"{base}/files/none"}, {"url": "http://127.0.0.1:1/x"}]
    await shop.post(event(message={"id": "m1", "attachments": files}))
    gone, away = (await shop.arrived(2))[1]["content"]["attachments"]

    with pytest.raises(Rejected, match="404"):
        await fetched(shop, gone)
    with pytest.raises(Unavailable):
        await fetched(shop, away)


async def test_a_sealed_address_that_was_changed_is_not_opened(shop: Shop) -> None:
    found = Attachment(id="1", kind=AttachmentKind.FILE, native={"address": "AAAA"})

    with pytest.raises(Rejected):
        await fetched(shop, found.model_dump())


def test_the_same_address_is_the_same_text_and_another_secret_does_not_open_it() -> None:
    sealed = Addresses("a").sealed("https://files.example/a?token=t")

    assert Addresses("a").sealed("https://files.example/a?token=t") == sealed
    assert Addresses("a").opened(sealed) == "https://files.example/a?token=t"
    assert Addresses("b").opened(sealed) is None
    assert "files.example" not in str(sealed)


async def stored(blobs: ObstoreBlobs, data: bytes) -> Attachment:
    """A file that an agent attached."""

    async def chunks() -> Any:
        yield data

    blob = await blobs.put(chunks(), max_bytes=10**8)
    return Attachment(
        id="a1",
        kind=AttachmentKind.FILE,
        blob_id=blob.id,
        name="résumé.pdf",
        mime="application/pdf",
    )


async def test_a_small_file_of_an_agent_goes_inside_the_callback(shop: Shop) -> None:
    attachment = await stored(shop.hub.blobs, b"the bill")

    await shop.sent(shop.part(content=Content(text="here", attachments=(attachment,))))

    (told,) = shop.far_end.receiver.received
    (sent,) = told["message"]["attachments"]
    assert told["message"]["text"] == "here"
    assert base64.b64decode(sent["data_base64"]) == b"the bill"
    assert (sent["name"], sent["mime"], sent["size_bytes"]) == ("résumé.pdf", "application/pdf", 8)


async def test_a_larger_file_is_handed_over_by_a_link_that_ends(tmp_path: Path) -> None:
    data = b"x" * 300_000
    async with open_shop(tmp_path, public=True) as shop:
        await shop.far_end.write("Anna", "hello")
        await shop.arrived()
        attachment = await stored(shop.hub.blobs, data)
        await shop.sent(shop.part(content=Content(attachments=(attachment,))))
        (told,) = shop.far_end.receiver.received
        (sent,) = told["message"]["attachments"]
        address = sent["url"].replace("https://hub.invalid", shop.url)

        async with shop.http.get(address) as answer:
            body, headers = await answer.read(), dict(answer.headers)
        async with shop.http.get(address[:-4] + "AAAA") as changed:
            refused = changed.status

    assert body == data
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert refused == 404


async def test_a_link_that_is_older_than_a_week_leads_nowhere(tmp_path: Path) -> None:
    async with open_shop(tmp_path, public=True) as shop:
        await shop.far_end.write("Anna", "hello")
        await shop.arrived()
        attachment = await stored(shop.hub.blobs, b"x" * 300_000)
        content = Content(attachments=(attachment,))
        old = shop.clock.now() - timedelta(days=7, seconds=1)
        await shop.sent(shop.part(content=content, created_at=old))
        (told,) = shop.far_end.receiver.received
        address = told["message"]["attachments"][0]["url"]

        async with shop.http.get(address.replace("https://hub.invalid", shop.url)) as answer:
            assert answer.status == 404


async def test_without_a_public_address_a_huge_file_fails_with_what_helps(shop: Shop) -> None:
    attachment = await stored(shop.hub.blobs, b"x" * (8 * 1024 * 1024 + 1))

    (row,) = await shop.sent(shop.part(content=Content(attachments=(attachment,))))

    assert row.state is Delivery.FAILED
    assert row.failure is not None
    assert "HUB_PUBLIC_URL" in row.failure.reason
