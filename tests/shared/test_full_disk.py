"""A full disk: everything that writes says that it is away, and heals by itself."""

import json
from pathlib import Path

from tests.support.document_stores import COLLECTIONS, THINGS
from tests.support.processes import run_module
from tests.support.stores import open_embedded


async def test_a_full_disk_is_reported_and_forgotten_once_there_is_room(tmp_path: Path) -> None:
    status, lines = await run_module("tests.support.full_disk_child", str(tmp_path))
    report = json.loads(lines[-1])
    confirmed = report.pop("confirmed")

    async with open_embedded(tmp_path, collections=COLLECTIONS) as hub:
        found = await hub.store.get_many(THINGS, confirmed)

    assert status == 0
    assert report.pop("refused") > 0
    assert report == {
        "store_when_full": False,
        "bus_when_full": False,
        "blobs_when_full": False,
        "probe_when_full": False,
        "read_when_full": True,
        "bus_after": True,
        "blobs_after": True,
        "probe_after": True,
        "healed": 20,
    }
    assert set(found) == set(confirmed)
