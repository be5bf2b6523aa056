"""The widget's script and the demo page, without a browser."""

import gzip
import json
import re
from pathlib import Path

import pytest

from connectors.webchat import pages
from connectors.webchat.bundle import MODULES, widget_script
from tests.connectors.webchat.mailbox import Hub

FOLDER = Path(pages.__file__).parent


def test_the_script_stays_within_its_size() -> None:
    assert len(gzip.compress(widget_script().encode(), 9)) <= 40 * 1024


def test_every_module_is_part_of_the_script() -> None:
    assert {path.stem for path in (FOLDER / "widget").glob("*.js")} == set(MODULES)


def test_no_import_or_export_is_left() -> None:
    assert re.findall(r"^\s*(?:import|export)\b.*", widget_script(), re.MULTILINE) == []


def test_the_script_writes_no_html_and_evaluates_nothing() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"

    assert re.findall(forbidden, widget_script()) == []


def test_the_demo_page_says_everything_in_both_languages() -> None:
    words = json.loads((FOLDER / "demo" / "words.json").read_text(encoding="utf-8"))

    assert words["en"].keys() == words["ru"].keys()


async def test_the_script_is_served_compressed_and_is_not_sent_twice(hub: Hub) -> None:
    first = await hub.client.get("/widget.js")
    again = await hub.client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})

    assert first.content_type == "text/javascript"
    assert first.headers["Content-Encoding"] == "gzip"
    assert again.status == 304


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_the_demo_page_holds_the_chat_under_a_strict_policy(hub: Hub, language: str) -> None:
    answer = await hub.client.get(f"/demo/site?lang={language}")

    text = await answer.text()
    assert 'data-channel="site"' in text
    assert f'<html lang="{language}"' in text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert re.findall(r"<style|style=|<script>|\son\w+=", text) == []
