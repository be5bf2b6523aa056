"""What is kept of a mail before anybody is told of it."""

from pathlib import Path

import pytest

from connectors.email.frame import Found
from connectors.email.storing import Storing
from tests.support.stores import open_embedded

MAIL = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>"


def found() -> Found:
    return Found(folder="INBOX", uidvalidity=1, uid=7, internal_at=None, size_bytes=len(MAIL))


async def test_a_mail_and_its_html_are_kept(tmp_path: Path) -> None:
    async with open_embedded(tmp_path) as hub:
        kept = await Storing(hub.blobs).stored(found(), MAIL)

    assert kept.raw_blob_id is not None
    assert kept.html_blob_id is not None


async def test_a_mail_whose_html_meets_a_bug_is_kept_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_html: str) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr("connectors.email.storing.sanitised", fails)
    async with open_embedded(tmp_path) as hub:
        kept = await Storing(hub.blobs).stored(found(), MAIL)

    assert kept.raw_blob_id is not None
    assert kept.html_blob_id is None
