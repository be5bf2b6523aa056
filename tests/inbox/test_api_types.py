"""The web UI is written against the API as it stands."""

import asyncio
from pathlib import Path

from tests.inbox.api_types import WRITTEN, types_of
from tests.inbox.stage import Stage


async def test_the_types_of_the_web_ui_are_made_from_the_api(stage: Stage, tmp_path: Path) -> None:
    made = await asyncio.to_thread(types_of, stage.inbox.openapi(), tmp_path)

    assert WRITTEN.read_text(encoding="utf-8") == made, "run python -m tests.inbox.api_types"
