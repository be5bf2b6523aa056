"""The HTML of a mail, made harmless for a screen that shows it in a sandbox. Pure.

Pictures of the mail itself stay by their ``cid:``. Pictures from elsewhere, which tell the sender
when and where a mail is read, keep their address in ``data-remote-src`` until somebody clicks.
"""

import re
from typing import Final

import nh3

_LIMIT_CHARS: Final = 4_000_000
_TAGS: Final = nh3.ALLOWED_TAGS | {"font", "u", "s", "center", "big", "tt", "figure", "figcaption"}
_COMMON: Final = {"align", "valign", "width", "height", "bgcolor", "border", "dir", "lang", "title"}
_ATTRIBUTES: Final = {
    "*": _COMMON | {"style"},
    "a": {"href"},
    "img": {"src", "alt", "data-remote-src"},
    "font": {"color", "face", "size"},
    "table": {"cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "blockquote": {"cite"},
}
_STYLES: Final = frozenset(
    [
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-left",
        "border-radius",
        "border-right",
        "border-top",
        "color",
        "direction",
        "display",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "line-height",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-width",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "vertical-align",
        "white-space",
        "width",
        "word-break",
    ]
)
_DATA_IMAGE: Final = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,", re.IGNORECASE)


def sanitised(html: str) -> str:
    """HTML without scripts, forms, frames, foreign styles and remote pictures; never raises."""
    cleaner = nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math"},
        attributes={name: set(values) for name, values in _ATTRIBUTES.items()},
        attribute_filter=_filter,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=set(_STYLES),
        strip_comments=True,
    )
    marked = _remember_remote(html[:_LIMIT_CHARS])
    return cleaner.clean(marked)


_IMAGE: Final = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SOURCE: Final = re.compile(
    r"""(?<![\w-])src\s*=\s*(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<b>[^\s>"']+))""", re.IGNORECASE
)


def _remember_remote(html: str) -> str:
    """Pictures from elsewhere: the address moves into an attribute that loads nothing."""

    def image(match: re.Match[str]) -> str:
        return _SOURCE.sub(source, match[0].replace("data-remote-src", "data-x"))

    def source(match: re.Match[str]) -> str:
        value = match["d"] or match["s"] or match["b"] or ""
        if value.strip().lower().startswith(("http://", "https://", "//")):
            return 'data-remote-src="' + value.strip().replace('"', "%22") + '"'
        return match[0]

    return _IMAGE.sub(image, html)


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        # Whatever the marking missed is dropped here: nothing remote loads by itself.
        lowered = value.strip().lower()
        return value if lowered.startswith("cid:") or _DATA_IMAGE.match(value) else None
    if attribute == "data-remote-src":
        lowered = value.lower()
        return value if lowered.startswith(("http://", "https://", "//")) else None
    if attribute == "href" and value.strip().lower().startswith("data:"):
        return None
    return value
