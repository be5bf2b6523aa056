"""Uploads and downloads."""

from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from inbox.files import Files, safe_name
from inbox.service import InboxOptions
from shared.ids import BlobId
from shared.model.content import Attachment, AttachmentKind, Content, FetchState
from shared.model.people import Actor, ActorKind
from tests.inbox.stage import Browser, Stage, a_conversation, a_message, open_stage
from tests.inbox.test_messages import PNG
from tests.support.stores import Embedded

HTML = b"<!doctype html><html><script>alert(1)</script></html>"


async def _upload(browser: Browser, data: Any, name: str, **headers: str) -> Any:
    url = f"{browser.base}/api/v1/uploads?name={name}"
    sent = {"X-CSRF-Token": browser.csrf or ""} | headers
    async with browser.http.post(url, data=data, headers=sent) as got:
        return got.status, await got.json(content_type=None)


async def _attached(stage: Stage, data: bytes, **fields: Any) -> str:
    async def chunks() -> Any:
        yield data

    blob = await stage.hub.blobs.put(chunks(), max_bytes=1_000_000)
    attachment = Attachment(
        id="a1",
        kind=AttachmentKind.FILE,
        **({"state": FetchState.STORED, "blob_id": BlobId(blob.id), "name": "file"} | fields),
    )
    conversation = a_conversation()
    message = a_message(conversation, 1, content=Content(attachments=(attachment,)))
    await stage.store_conversation(conversation, message)
    return f"/attachments/{message.id}/a1"


async def test_a_form_upload_is_stored_with_its_sniffed_type(stage: Stage) -> None:
    form = FormData()
    form.add_field("other", "x")
    form.add_field("file", BytesIO(PNG), filename="C:\\dir\\cat.jpg", content_type="text/html")
    async with stage.browser() as browser:
        url = stage.url("/api/v1/uploads")
        async with browser.http.post(
            url, data=form, headers={"X-CSRF-Token": browser.csrf or ""}
        ) as got:
            status, upload = got.status, await got.json()

    assert status == 201
    assert upload["mime"] == "image/png"
    assert upload["name"].endswith("cat.jpg")
    assert "\\" not in upload["name"]
    assert upload["size_bytes"] == len(PNG)


async def test_a_declared_type_does_not_make_html_an_image(stage: Stage) -> None:
    async with stage.browser() as browser:
        status, upload = await _upload(browser, HTML, "cat.png", **{"Content-Type": "image/png"})

    assert status == 201
    assert not upload["mime"].startswith("image/")


async def test_a_file_above_the_limit_is_refused(hub: Embedded) -> None:
    options = InboxOptions(upload_limit_bytes=1000)
    async with open_stage(hub, options) as stage, stage.browser() as browser:
        raw, problem = await _upload(browser, b"x" * 1001, "big")
        form = FormData()
        form.add_field("file", BytesIO(b"x" * 1001), filename="big")
        formed, _ = await _upload(browser, form, "big")

    assert (raw, formed) == (413, 413)
    assert "1000" in problem["detail"]


async def test_an_empty_file_or_a_form_without_file_is_refused(stage: Stage) -> None:
    form = FormData({"other": "x"}, default_to_multipart=True)
    async with stage.browser() as browser:
        empty, _ = await _upload(browser, b"", "empty")
        formless, _ = await _upload(browser, form, "x")

    assert (empty, formless) == (422, 422)


async def test_an_image_is_shown_inline_in_a_sandbox(stage: Stage) -> None:
    path = await _attached(stage, PNG, name='кот ".png', mime_detected="image/png")
    async with stage.browser() as browser:
        answer = await browser.get(path)
        saved = await browser.get(f"{path}?download=true")

    disposition = answer.headers["Content-Disposition"]
    assert answer.data == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert disposition.startswith("inline;")
    assert "filename*=UTF-8''%D0%BA%D0%BE%D1%82" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert saved.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/pdf", "nonsense"])
async def test_what_could_do_harm_is_only_saved(stage: Stage, mime: str) -> None:
    path = await _attached(stage, HTML, mime=mime)
    async with stage.browser() as browser:
        answer = await browser.get(path)

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "asked, status, expected",
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=0-100", 200, b"0123456789"),
        ("bytes=1-2,4-5", 200, b"0123456789"),
    ],
)
async def test_ranges_are_served(stage: Stage, asked: str, status: int, expected: bytes) -> None:
    path = await _attached(stage, b"0123456789", mime="audio/ogg")
    async with stage.browser() as browser:
        answer = await browser.get(path, Range=asked)

    assert (answer.status, answer.data) == (status, expected)


async def test_a_range_behind_the_end_is_416(stage: Stage) -> None:
    path = await _attached(stage, b"0123456789")
    async with stage.browser() as browser:
        answer = await browser.get(path, Range="bytes=10-")

    assert answer.status == 416
    assert answer.headers["Content-Range"] == "bytes */10"


async def test_known_bytes_are_not_sent_again(stage: Stage) -> None:
    path = await _attached(stage, b"0123456789")
    async with stage.browser() as browser:
        first = await browser.get(path)
        again = await browser.get(path, **{"If-None-Match": first.headers["ETag"]})

    assert again.status == 304


async def test_a_file_that_is_not_there_says_why(stage: Stage) -> None:
    path = await _attached(
        stage, b"x", state=FetchState.TOO_BIG, blob_id=None, reason="larger than 20 MB"
    )
    async with stage.browser() as browser:
        answer = await browser.get(path)
        unknown = await browser.get("/attachments/m1/a1")

    assert (answer.status, unknown.status) == (404, 404)
    assert answer.data["detail"] == "larger than 20 MB"


@pytest.mark.parametrize(
    "given, expected",
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202egnp.exe", "a_b_gnp.exe"),
        ("", "file"),
        (None, "file"),
        ("...", "file"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_names_are_safe_to_show_and_to_save_under(given: str | None, expected: str) -> None:
    assert safe_name(given) == expected


@pytest.mark.parametrize(
    "codec, kind",
    [(b"OpusHead", AttachmentKind.VOICE), (b"\x01vorbis", AttachmentKind.AUDIO)],
)
async def test_speech_in_ogg_goes_as_a_voice_message_and_music_as_music(
    stage: Stage, codec: bytes, kind: AttachmentKind
) -> None:
    ogg = b"OggS\x00\x02" + bytes(20) + b"\x01\x13" + codec + bytes(40)
    actor = Actor(kind=ActorKind.AGENT, id="a1")
    files = Files(stage.hub.store, stage.hub.blobs, stage.clock, 1_000_000)

    async def chunks() -> Any:
        yield ogg

    upload = await files.upload(chunks(), "a.ogg", "application/octet-stream", actor)
    (attachment,) = await files.attachments((upload.id,), actor)

    assert (upload.mime, attachment.kind) == ("audio/ogg", kind)
