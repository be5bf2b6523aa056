"""The built web UI: hashed files for ever, the rest asked again, unknown paths to the app."""

import mimetypes
from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web

from inbox.rest import problems

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_NOT_PAGES: Final = (
    "/api/",
    "/hooks/",
    "/webchat/",
    "/simulators/",
    "/widget",
    "/demo/",
    "/assets/",
)
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Omnihub</title>
<h1>The web UI is not built</h1>
<p>The hub itself runs: <a href="/api/docs">API</a>, <a href="/readyz">state</a>.</p>
<p>Build the UI with <code>make run</code>, or install the wheel, which brings it.</p>
<p>Looked in <code>{directory}</code>.</p></html>
"""


class WebUi:
    """Serves a folder with ``index.html`` as the page of every path that is no file."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = None if directory is None else directory.resolve()

    def mount(self, app: web.Application) -> None:
        """Take every GET that no route before has taken: call this last."""
        app.router.add_get("/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        found = self._file(path)
        if found is not None:
            kind = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0]
            hashed = path.startswith("assets/")
            return web.FileResponse(
                found,
                headers={
                    "Content-Type": kind or "application/octet-stream",
                    "Cache-Control": _FOR_EVER if hashed else _ASK_AGAIN,
                },
            )
        if request.path.startswith(_NOT_PAGES) or Path(path).suffix:
            return problems.plain(404, "there is nothing here")
        return self._page()

    def _page(self) -> web.StreamResponse:
        index = self._file("index.html")
        if index is None:
            text = _NOT_BUILT.format(directory=escape(str(self._directory)))
            return web.Response(status=503, text=text, content_type="text/html")
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": _ASK_AGAIN}
        return web.FileResponse(index, headers=headers)

    def _file(self, path: str) -> Path | None:
        if self._directory is None or not path or "\0" in path:
            return None
        found = (self._directory / path).resolve()
        if not found.is_relative_to(self._directory) or not found.is_file():
            return None
        return found
