"""Readable text from the HTML of a mail that brings no text of its own. Pure."""

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"})
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object"})
_LIMIT_CHARS: Final = 2_000_000
_BREAKS: Final = re.compile(r"\n{3,}")
_SPACES: Final = re.compile(r"[ \t\r\f\v\xa0\u200b\u200c\u00ad]+|\n")


def text_from_html(html: str) -> str:
    """The text that a reader sees, with quoted mails behind ``>`` as text mails have them."""
    reader = _Reader()
    try:
        reader.feed(html[:_LIMIT_CHARS])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        pass  # a declaration that the library gives up on: what was read counts
    return reader.result()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        """Pieces of the line that is being read: joined once, for some lines are a megabyte."""
        self._written = False
        """Something that can be seen stands in it."""
        self._depth = 0
        """Of the line: it may have begun within a quotation that has ended."""
        self._silent = 0
        self._quote = 0
        self._pre = 0
        self._link: str | None = None
        self._link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._break()
        elif tag in _BLOCKS:
            self._block(tag in _PARAGRAPHS)
        values = dict(attrs)
        if tag == "blockquote":
            self._quote += 1
            self._depth = self._quote
        elif tag == "pre":
            self._pre += 1
        elif tag == "li":
            self._add("- ")
        elif tag in {"td", "th"} and self._written:
            self._add("  ")
        elif tag == "a":
            self._link = values.get("href")
            self._link_from = len(self._line)
        elif tag == "img" and values.get("alt"):
            self._add(f"[{values['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if tag == "a":
            self._end_link()
        if tag in _BLOCKS:
            self._block(tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quote = max(0, self._quote - 1)
            self._depth = self._quote
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._pre:
            first, *others = data.split("\n")
            self._add(first)
            for line in others:
                self._break()
                self._add(line)
            return
        text = _SPACES.sub(" ", data)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        self._add(text)

    def result(self) -> str:
        """What was read."""
        self._break()
        return _BREAKS.sub("\n\n", "\n".join(self._lines)).strip()

    def _add(self, text: str) -> None:
        if text and not self._silent:
            self._line.append(text)
            self._written = self._written or not text.isspace()

    def _break(self) -> None:
        prefix = "> " * min(self._depth, 10)
        self._lines.append(f"{prefix}{''.join(self._line)}".rstrip())
        self._line, self._written, self._depth = [], False, self._quote
        self._link_from = 0

    def _block(self, paragraph: bool) -> None:
        if self._written:
            self._break()
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._break()
        self._depth = self._quote

    def _end_link(self) -> None:
        link, self._link = self._link, None
        if not link or not link.lower().startswith(("http://", "https://")):
            return
        shown = "".join(self._line[self._link_from :])
        bare = link.partition("://")[2].rstrip("/")
        if shown.strip() and bare not in shown:
            self._add(f" ({link[:500]})")
