"""The widget as one script: its modules put together without any tool but this.

The sources are ES modules in ``widget/``, each importing named things of those before it. Every
module becomes a function of its own, so that their names do not meet.
"""

import gzip
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

MODULES: Final = (
    "texts",
    "colours",
    "dom",
    "memory",
    "api",
    "live",
    "outbox",
    "rich",
    "thread",
    "bubble",
    "log",
    "voice",
    "composer",
    "form",
    "panel",
    "chat",
    "main",
)
"""In the order of their imports."""
_SOURCES: Final = Path(__file__).parent / "widget"
_IMPORT: Final = re.compile(r'^import \{ ([\w, ]+) \} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *//.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is served as it stands, also compressed."""

    body: bytes
    packed: bytes
    etag: str


def asset(body: bytes) -> Asset:
    """The body with what is computed of it once."""
    digest = sha256(body).hexdigest()[:24]
    return Asset(body=body, packed=gzip.compress(body, 9, mtime=0), etag=f'"{digest}"')


def widget_script() -> str:
    """The whole widget. Reads the sources; blocking, at start only."""
    styles = json.dumps(_squeezed((_SOURCES / "widget.css").read_text(encoding="utf-8")))
    modules = [_wrapped(name) for name in MODULES]
    head = f'"use strict";\nconst from_styles = {{ STYLES: {styles} }};\n'
    return f"(() => {{\n{head}{''.join(modules)}}})();\n"


def _wrapped(name: str) -> str:
    source = (_SOURCES / f"{name}.js").read_text(encoding="utf-8")
    exported = ", ".join(found.group(2) for found in _EXPORT.finditer(source))
    body = _IMPORT.sub(r"const { \1 } = from_\2;", source)
    body = _COMMENT.sub("", _EXPORT.sub(r"\1", body))
    return f"const from_{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _squeezed(styles: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", styles).strip()
