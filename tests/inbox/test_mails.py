"""The HTML of a mail as a page in which nothing runs."""

from typing import Any

import pytest

from inbox.mails import page
from shared.ids import BlobId
from shared.model.content import Attachment, AttachmentKind, Content, EmailFields, FetchState
from tests.inbox.stage import Stage, a_conversation, a_message


async def a_mail(stage: Stage, html: str) -> str:
    """Store a mail with one picture of its own; returns where its page is."""

    async def chunks() -> Any:
        yield html.encode()

    blob = await stage.hub.blobs.put(chunks(), max_bytes=1_000_000)
    picture = Attachment(
        id="a1", kind=AttachmentKind.IMAGE, state=FetchState.PENDING, content_id="<logo@shop>"
    )
    content = Content(
        text="hi", attachments=(picture,), email=EmailFields(html_blob_id=BlobId(blob.id))
    )
    conversation = a_conversation()
    message = a_message(conversation, 1, content=content)
    await stage.store_conversation(conversation, message)
    return f"/api/v1/messages/{message.id}/html"


async def test_a_mail_is_shown_under_a_policy_that_runs_nothing(stage: Stage) -> None:
    where = await a_mail(stage, '<p>Hello <img src="cid:logo@shop" alt="logo"></p>')
    async with stage.browser() as browser, browser.http.get(stage.url(where)) as got:
        text, headers = await got.text(), got.headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert '<img src="/api/v1/attachments/' in text


async def test_pictures_from_elsewhere_load_only_when_asked_for(stage: Stage) -> None:
    where = await a_mail(stage, '<img data-remote-src="https://spy.example/p.gif" alt="">')
    async with stage.browser() as browser:
        async with browser.http.get(stage.url(where)) as got:
            closed = await got.text()
        async with browser.http.get(stage.url(f"{where}?pictures=true")) as got:
            opened, policy = await got.text(), got.headers["Content-Security-Policy"]

    assert ' src="https://spy.example' not in closed
    assert ' src="https://spy.example/p.gif"' in opened
    assert "img-src 'self' data: https: http:" in policy


async def test_a_message_without_html_has_no_page(stage: Stage) -> None:
    conversation = a_conversation()
    message = a_message(conversation, 1)
    await stage.store_conversation(conversation, message)
    url = stage.url(f"/api/v1/messages/{message.id}/html")
    async with stage.browser() as browser, browser.http.get(url) as got:
        assert got.status == 404


async def test_a_page_is_only_for_who_may_read_conversations(stage: Stage) -> None:
    where = await a_mail(stage, "<p>secret</p>")
    async with stage.browser(None) as browser, browser.http.get(stage.url(where)) as got:
        assert got.status == 401


@pytest.mark.parametrize(
    "source, address",
    [
        ("cid:logo@shop", "/files/1"),
        ("cid:%3Clogo@shop%3E", "/files/1"),
        ("cid:a&amp;b", "/files/2"),
        ("cid:unknown", None),
    ],
)
def test_own_pictures_are_found_by_their_id(source: str, address: str | None) -> None:
    pictures = {"logo@shop": "/files/1", "a&b": "/files/2"}

    made = page(f'<img src="{source}" alt="x">', pictures, remote_pictures=False)

    assert (f'<img src="{address}" alt="x">' if address else '<img alt="x">') in made
