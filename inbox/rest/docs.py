"""The page at ``/api/docs``: every route, readable without a script from anywhere."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Final

from inbox.rest.route import Nothing, Route

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Omnihub API</title><link rel="stylesheet" href="/api/docs.css"></head><body>
<h1>Omnihub API</h1>
<p>The machine-readable document is <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).
Sign in with <code>POST /api/v1/session</code>, or send <code>Authorization: Bearer</code>. Errors
are problem documents (RFC 9457). Lists answer <code>items</code> and <code>next</code>, the cursor
of the following page.</p>
"""
STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2rem; text-transform: capitalize; }
table { border-collapse: collapse; width: 100%; }
td { padding: .3rem .6rem; border-top: 1px solid #8884; vertical-align: top; }
td:first-child { font-weight: 600; width: 4rem; }
code { font-family: ui-monospace, monospace; }
small { opacity: .7; }
"""


def page(routes: Sequence[Route]) -> str:
    """The page as HTML."""
    parts = [_HEAD]
    for tag, group in groupby(sorted(routes, key=_tag), _tag):
        parts.append(f"<h2>{escape(tag)}</h2><table>")
        parts.extend(_row(route) for route in group)
        parts.append("</table>")
    return "".join([*parts, "</body></html>"])


def _tag(route: Route) -> str:
    return route.tag or "hub"


def _row(route: Route) -> str:
    fields = ", ".join(route.query.model_fields) if route.query is not Nothing else ""
    body = ", ".join(route.body.model_fields) if route.body is not Nothing else ""
    notes = [f"permission {route.permission}"]
    if fields:
        notes.append(f"query: {fields}")
    if body:
        notes.append(f"body: {body}")
    return (
        f"<tr><td>{route.method}</td><td><code>{escape(route.full_path)}</code><br>"
        f"{escape(route.summary)}<br><small>{escape('; '.join(notes))}</small></td></tr>"
    )
