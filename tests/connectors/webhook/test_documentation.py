"""The page says what the code does."""

import json
import re
from pathlib import Path
from typing import Any

from connectors.webhook.language import INLINE_BYTES, KINDS
from connectors.webhook.manifest import WebhookSettings
from connectors.webhook.reading import event_of
from shared.webhooks.schedule import DELAYS_S, OFF_AFTER

PAGE = (Path(__file__).parents[3] / "docs" / "channels" / "webhook.md").read_text(encoding="utf-8")


def examples() -> list[dict[str, Any]]:
    """The JSON that the page shows."""
    return [json.loads(found) for found in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def test_the_event_that_the_page_shows_is_accepted() -> None:
    assert event_of(json.dumps(examples()[0]).encode()).id == "evt-1"


def test_every_kind_and_every_setting_is_named() -> None:
    settings = set(WebhookSettings.model_fields) - {"proxy"}

    assert [kind for kind in KINDS if f"`{kind}`" not in PAGE] == []
    assert [name for name in settings if f"`{name}`" not in PAGE] == []


def test_the_numbers_are_those_of_the_code() -> None:
    assert DELAYS_S == (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400)
    assert "5 s, 30 s, 2, 5, 15 and 30 minutes, 1, 2 and 4 hours" in PAGE
    assert f"After {OFF_AFTER} failures in a row over at least an hour" in PAGE
    assert f"`data_base64` up to {INLINE_BYTES // 1024} KiB" in PAGE
