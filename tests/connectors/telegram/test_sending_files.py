"""Files that are sent: their form, their names, albums."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.errors import NotSent, Rejected
from shared.model.content import AttachmentKind, Button, Content, Span, SpanKind
from tests.connectors.telegram.player import Hub, make_file

_KIND = AttachmentKind


@pytest.mark.parametrize(
    "kind, mime, shown",
    [
        (_KIND.IMAGE, "image/png", "photo"),
        (_KIND.IMAGE, "image/gif", "animation"),
        (_KIND.IMAGE, "image/svg+xml", "document"),
        (_KIND.VIDEO, "video/mp4", "video"),
        (_KIND.VIDEO, "video/x-matroska", "document"),
        (_KIND.AUDIO, "audio/mpeg", "audio"),
        (_KIND.VOICE, "audio/ogg; codecs=opus", "voice"),
        (_KIND.VOICE, "audio/webm", "document"),
        (_KIND.VIDEO_NOTE, "video/mp4", "video_note"),
        (_KIND.ANIMATION, "video/mp4", "animation"),
        (_KIND.STICKER, "image/webp", "sticker"),
        (_KIND.FILE, "application/pdf", "document"),
        (_KIND.FILE, None, "document"),
    ],
)
async def test_a_file_arrives_in_the_form_that_fits_it(
    hub: Hub, kind: AttachmentKind, mime: str | None, shown: str
) -> None:
    thread = await hub.meet("Ann")

    await hub.send(thread, files=[make_file(kind, b"x" * 200_000, mime=mime)])

    attachment = hub.phone("Ann")[0]["attachments"][0]
    assert (attachment["kind"], attachment["size_bytes"]) == (shown, 200_000)


@pytest.mark.parametrize(
    "fields", [{"width": 9000, "height": 2000}, {"width": 2100, "height": 100}]
)
async def test_a_picture_that_telegram_would_refuse_goes_as_a_file(
    hub: Hub, fields: dict[str, Any]
) -> None:
    thread = await hub.meet("Ann")

    await hub.send(thread, files=[make_file(_KIND.IMAGE, mime="image/jpeg", **fields)])

    assert hub.phone("Ann")[0]["attachments"][0]["kind"] == "document"


async def test_a_picture_beyond_ten_megabytes_goes_as_a_file(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    big = make_file(_KIND.IMAGE, b"x" * (10 * 1024 * 1024 + 1), mime="image/jpeg")

    await hub.send(thread, files=[big])

    assert hub.phone("Ann")[0]["attachments"][0]["kind"] == "document"


@pytest.mark.parametrize(
    "name, arrives",
    [
        ("счёт.pdf", "счёт.pdf"),
        ('a\r\nX-Evil: "1".pdf', "aX-Evil_ _1_.pdf"),
        ("../../etc/passwd", "passwd"),
    ],
)
async def test_file_names_arrive_safe(hub: Hub, name: str, arrives: str) -> None:
    thread = await hub.meet("Ann")

    await hub.send(thread, files=[make_file(_KIND.FILE, mime="application/pdf", name=name)])

    assert hub.phone("Ann")[0]["attachments"][0]["name"] == arrives


async def test_a_caption_stands_under_its_file(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    bold = Span(kind=SpanKind.BOLD, start=0, length=4)

    await hub.send(
        thread,
        content=Content(text="Look here", spans=(bold,)),
        files=[make_file(_KIND.IMAGE, mime="image/jpeg")],
    )

    line = hub.phone("Ann")[0]
    assert (line["text"], line["spans"][0]["type"]) == ("Look here", "bold")


async def test_an_album_is_one_group_and_all_of_its_ids_are_kept(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    files = [
        make_file(_KIND.IMAGE, mime="image/jpeg"),
        make_file(_KIND.VIDEO, mime="video/mp4"),
        make_file(_KIND.IMAGE, mime="image/png", spoiler=True),
    ]

    sent = await hub.send(thread, "Three", files=files)

    lines = hub.phone("Ann")
    assert sent.external_ids == tuple(line["id"] for line in lines)
    assert len({line["group"] for line in lines}) == 1
    assert [line["text"] for line in lines] == ["Three", "", ""]


async def test_files_that_make_no_album_together_go_as_documents_in_one(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    files = [
        make_file(_KIND.IMAGE, mime="image/jpeg"),
        make_file(_KIND.FILE, mime="application/pdf"),
    ]

    await hub.send(thread, files=files)

    assert {line["attachments"][0]["kind"] for line in hub.phone("Ann")} == {"document"}


async def test_an_album_with_buttons_is_refused_with_words(hub: Hub) -> None:
    thread = await hub.meet("Ann")
    content = Content(buttons=((Button(label="Yes", value="y"),),))
    files = [make_file(_KIND.IMAGE, mime="image/jpeg")] * 2

    with pytest.raises(Rejected, match="album"):
        await hub.send(thread, content=content, files=files)


async def test_a_file_that_cannot_be_read_is_certainly_not_sent(hub: Hub) -> None:
    thread = await hub.meet("Ann")

    async def broken() -> AsyncIterator[bytes]:
        yield b"first half"
        raise OSError("the disk is gone")

    file = make_file(_KIND.FILE, read=broken, mime="application/pdf")
    with pytest.raises(NotSent):
        await hub.send(thread, files=[file])

    assert hub.phone("Ann") == []
