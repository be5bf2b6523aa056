"""Logs: what must never stand in them."""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from shared import log


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    """Nothing of what is set here may reach the tests that come after."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
        "amqp://hub:pass-word@localhost/",
        "Authorization: Bearer abcdefgh12345678",
        "vk1.a.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    ],
)
def test_what_has_the_shape_of_a_secret_is_masked(text: str) -> None:
    shown = log.scrub_text(text)

    assert "***" in shown
    for secret in ("AAHdqTcv", "pass-word", "abcdefgh12345678", "AbCdEfGhIj"):
        assert secret not in shown


def test_secret_and_personal_fields_are_masked_and_ids_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure("info", json=True)

    structlog.get_logger("test").info(
        "message.stored", message_id="m1", text="hello there", token="t0p", email="a@example.com"
    )

    shown = capsys.readouterr().err
    assert '"message_id": "m1"' in shown
    for hidden in ("hello there", "t0p", "a@example.com"):
        assert hidden not in shown


def test_a_traceback_is_scrubbed_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info", json=True)

    try:
        raise ValueError("bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    except ValueError:
        structlog.get_logger("test").exception("it.failed")

    assert "AAHdqTcv" not in capsys.readouterr().err


def test_a_log_that_cannot_be_written_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full:
        monkeypatch.setattr(sys, "stderr", full)
        log.configure("info")

        structlog.get_logger("test").info("it.went_on")
        logging.getLogger("a.library").error("it too")
        with suppress(OSError):
            full.close()
