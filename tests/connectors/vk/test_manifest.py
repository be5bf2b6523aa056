"""The settings and what the type says of itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.vk.manifest import MANIFEST, VkSettings
from tests.connectors.vk.player import GROUP, TOKEN


def _settings(**changed: Any) -> VkSettings:
    return VkSettings.model_validate({"token": TOKEN, "group_id": GROUP} | changed)


@pytest.mark.parametrize(
    "given", [5, "5", "club5", "public5", "-5", " CLUB5 ", "https://vk.com/club5", "vk.ru/public5"]
)
def test_a_community_is_named_by_its_number_however_it_is_written(given: Any) -> None:
    assert _settings(group_id=given).group_id == 5


@pytest.mark.parametrize(
    "field, value",
    [
        ("group_id", 0),
        ("group_id", "shop"),
        ("group_id", None),
        ("token", ""),
        ("token", "two words"),
        ("token", "ключ"),
        ("callback_secret", "x" * 51),
        ("callback_secret", "with-a-dash"),
        ("api_base", "api.vk.ru"),
        ("api_base", "https://user@api.vk.ru"),
        ("poll_wait_s", 91),
        ("call_timeout_s", 0),
        ("mode", "webhook"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_their_name(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        _settings(**{field: value})

    assert field in str(refused.value)


def test_a_refused_setting_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        _settings(token="my secret key")

    assert "my secret key" not in str(refused.value)


def test_both_secrets_are_secrets() -> None:
    assert set(MANIFEST.secret_fields()) == {"token", "callback_secret", "proxy"}


def test_no_second_holds_more_calls_than_vk_takes() -> None:
    rate = MANIFEST.capabilities.rate_channel

    assert rate is not None
    assert rate.count / rate.per_s + rate.burst <= 20
