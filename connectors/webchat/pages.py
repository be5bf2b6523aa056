"""Pages that belong to no single channel: the widget's script and a shop's site to try it on."""

import json
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import web

from connectors.webchat.bundle import Asset, asset, widget_script
from shared.ids import ChannelId

_DEMO: Final = Path(__file__).parent / "demo"
_DEMO_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; media-src blob:; base-uri 'none'; form-action 'none'"
)
_CHANNEL: Final = r"{channel_id:[A-Za-z0-9][A-Za-z0-9_-]{0,63}}"
_LANGUAGES: Final = ("en", "ru")


def site_routes() -> Sequence[web.RouteDef]:
    """``/widget.js`` and ``/demo/<channel id>``, for the hub to mount at its root.

    Reads the sources once; what they hold is served from memory.
    """
    script = asset(widget_script().encode())
    styles = asset((_DEMO / "shop.css").read_bytes())

    async def demo(request: web.Request) -> web.StreamResponse:
        return demo_page(
            ChannelId(request.match_info["channel_id"]),
            language=_language(request),
            theme=request.query.get("theme", "auto"),
        )

    return [
        web.get("/widget.js", _serving(script, "text/javascript")),
        web.get("/demo/assets/shop.css", _serving(styles, "text/css")),
        web.get(f"/demo/{_CHANNEL}", demo),
    ]


def demo_page(channel_id: ChannelId, *, language: str = "en", theme: str = "auto") -> web.Response:
    """A small shop's page that holds the chat of this channel, under a strict policy."""
    words = json.loads((_DEMO / "words.json").read_text(encoding="utf-8"))
    chosen = language if language in _LANGUAGES else "en"
    values = {name: escape(text) for name, text in words[chosen].items()}
    values |= {
        "channel_id": escape(channel_id, quote=True),
        "language": chosen,
        "theme": theme if theme in {"light", "dark"} else "auto",
    }
    page = Template((_DEMO / "shop.html").read_text(encoding="utf-8")).substitute(values)
    return web.Response(
        text=page,
        content_type="text/html",
        headers={
            "Content-Security-Policy": _DEMO_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-cache",
        },
    )


def _language(request: web.Request) -> str:
    asked: str = request.query.get("lang") or request.headers.get("Accept-Language") or "en"
    return "ru" if asked.lower().startswith("ru") else "en"


def _serving(
    served: Asset, content_type: str
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        headers = {
            "ETag": served.etag,
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("If-None-Match") == served.etag:
            return web.Response(status=304, headers=headers)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        if packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(
            body=served.packed if packed else served.body,
            content_type=content_type,
            charset="utf-8",
            headers=headers,
        )

    return serve
