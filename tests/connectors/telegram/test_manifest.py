"""What is known of Telegram before its connector is loaded."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.telegram.manifest import MANIFEST, TelegramSettings
from tests.connectors.telegram.player import TOKEN


def test_the_manifest_does_not_load_the_platforms_library() -> None:
    code = (
        "import sys, connectors.telegram.manifest, connectors.telegram.simulator;"
        "sys.exit('aiogram' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=20)

    assert done.returncode == 0


def test_the_token_and_the_secret_are_secrets() -> None:
    assert set(MANIFEST.secret_fields()) == {"token", "webhook_secret", "proxy"}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"token": ""},
        {"token": "no colon"},
        {"token": "abc:def"},
        {"token": "12:"},
        {"token": "12:a b"},
        {"token": "１２:abc"},
        {"token": TOKEN, "mode": "telepathy"},
        {"token": TOKEN, "api_base": "ftp://x"},
        {"token": TOKEN, "api_base": "https://user:pass@x"},
        {"token": TOKEN, "api_base": "https://x?y=1"},
        {"token": TOKEN, "webhook_secret": "with space"},
        {"token": TOKEN, "webhook_secret": "x" * 257},
        {"token": TOKEN, "poll_timeout_s": 51},
        {"token": TOKEN, "tokn": "x"},
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TelegramSettings(**settings)


def test_a_refused_token_is_not_in_the_error() -> None:
    with pytest.raises(ValidationError) as caught:
        TelegramSettings.model_validate({"token": "123:planted secret"})

    assert "planted" not in str(caught.value)


def test_every_setting_says_where_its_value_is_found() -> None:
    fields = {name: info for name, info in TelegramSettings.model_fields.items() if name != "proxy"}

    assert all(info.title and info.description for info in fields.values())
