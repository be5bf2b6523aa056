"""The page of a one-time link, without scripts: what it says and how it looks. Pure.

A mail scanner or a preview looks at it and nothing happens: only the button does something.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from inbox.verifications import LinkState

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "Is it you?",
        "open": "Press the button to confirm that it is you who writes to us. "
        "If you have not written to us, close this page.",
        "button": "Yes, it is me",
        "done": "Thank you. You can close this page and go on in the conversation.",
        "over": "This link is good no more. Ask for a new one in the conversation.",
    },
    "ru": {
        "title": "Это вы?",
        "open": "Нажмите кнопку, чтобы подтвердить, что нам пишете именно вы. "
        "Если вы нам не писали, закройте эту страницу.",
        "button": "Да, это я",
        "done": "Спасибо. Закройте эту страницу и продолжайте разговор.",
        "over": "Эта ссылка больше не действует. Попросите новую в разговоре.",
    },
}
STYLE: Final = """
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
body { min-height: 100vh; margin: 0; display: grid; place-items: center; padding: 1.5rem;
  box-sizing: border-box; }
main { max-width: 26rem; text-align: center; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; }
button { font: inherit; font-weight: 600; padding: .75rem 1.5rem; border: 0; border-radius: .6rem;
  background: #1d4ed8; color: #fff; cursor: pointer; }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
"""
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def language_of(accepted: str) -> str:
    """The first language of the browser that the page has."""
    for one in accepted.split(","):
        plain = one.strip().partition(";")[0].partition("-")[0].lower()
        if plain in _WORDS:
            return plain
    return "en"


def page(state: LinkState, language: str) -> str:
    """The page as HTML."""
    words = _WORDS[language]
    form = ""
    if state is LinkState.OPEN:
        form = f'<form method="post"><button>{escape(words["button"])}</button></form>'
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(words['title'])}</title>"
        '<link rel="stylesheet" href="/verify.css"></head><body><main>'
        f"<h1>{escape(words['title'])}</h1><p>{escape(words[state])}</p>{form}"
        "</main></body></html>"
    )
