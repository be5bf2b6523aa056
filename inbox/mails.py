"""The HTML of a mail as a page of its own, for a frame in which nothing runs. Pure.

What is stored was made harmless when the mail came in. The policy of the page holds even if it were
not: no script, no form, no style sheet and no picture from elsewhere unless somebody asked for it.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import unquote

SANDBOX: Final = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
"""Its own pictures need our cookie, links open outside; there is no ``allow-scripts``."""
_CID: Final = re.compile(r'\ssrc="cid:([^"]*)"', re.IGNORECASE)
_REMOTE: Final = re.compile(r'\sdata-remote-src="([^"]*)"')
_STYLE: Final = (
    "html{color-scheme:light}body{margin:12px;background:#fff;color:#1b1f24;"
    "font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}"
    "table{max-width:100%}blockquote{margin:0 0 0 4px;padding-left:10px;border-left:3px solid #ccc}"
    "pre{white-space:pre-wrap}"
)


def policy(*, remote_pictures: bool) -> str:
    """The content security policy of the page."""
    pictures = "'self' data: https: http:" if remote_pictures else "'self' data:"
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'self'; sandbox {SANDBOX}"
    )


def page(html: str, pictures: Mapping[str, str], *, remote_pictures: bool) -> str:
    """The page. ``pictures``: where the mail's own ones are, by their Content-ID without brackets.

    One that is not there keeps its place and its words.
    """

    def own(found: re.Match[str]) -> str:
        name = unquote(unescape(found[1])).strip("<> ")
        address = pictures.get(name)
        return f' src="{escape(address)}"' if address is not None else ""

    shown = _CID.sub(own, html)
    if remote_pictures:
        shown = _REMOTE.sub(r' src="\1"', shown)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><base target="_blank">'
        f"<style>{_STYLE}</style></head><body>{shown}</body></html>"
    )
