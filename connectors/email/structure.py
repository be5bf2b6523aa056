"""BODYSTRUCTURE of IMAP: how a mail is built, told without its bytes. Pure."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from shared.errors import BadPayload

_TOKEN: Final = re.compile(
    rb'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:[^"\\]|\\.)*)"'
    rb"|\{(?P<literal>\d+)\}\r\n|(?P<atom>[^\s()\"{]+))",
    re.DOTALL,
)
_DEEPEST: Final = 100
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Built:
    """A part of a mail as the server tells of it; ``section`` is how to ask for it."""

    section: str
    mime: str
    size_bytes: int = 0
    boundary: str | None = None
    disposition: str = ""
    children: list["Built"] = field(default_factory=list)


def read_structure(data: bytes) -> Built:
    """The tree of a mail from what stands behind BODYSTRUCTURE. Raises ``BadPayload``."""
    try:
        value = _tree(data)
        counted = [0]
        return _built(value, "", counted, 0)
    except (ValueError, IndexError, TypeError, AttributeError):
        raise BadPayload("the server's BODYSTRUCTURE is unreadable") from None


def _tree(data: bytes) -> list[Any]:
    stack: list[list[Any]] = [[]]
    position = 0
    while position < len(data):
        match = _TOKEN.match(data, position)
        if match is None:
            break
        position = match.end()
        if match["open"]:
            if len(stack) > _DEEPEST * 4:
                raise ValueError("too deep")
            stack.append([])
        elif match["close"]:
            closed = stack.pop()
            if not stack:
                break
            stack[-1].append(closed)
            if len(stack) == 1:
                break
        elif match["literal"]:
            size = int(match["literal"])
            stack[-1].append(data[position : position + size])
            position += size
        elif match["quoted"] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", match["quoted"]))
        else:
            atom = match["atom"]
            stack[-1].append(None if atom.upper() == b"NIL" else atom)
    found: list[Any] = stack[0][0]
    return found


def _built(value: list[Any], section: str, counted: list[int], depth: int) -> Built:
    counted[0] += 1
    if counted[0] > _MOST or depth > _DEEPEST:
        raise ValueError("too many parts")
    if isinstance(value[0], list):
        count = next((n for n, one in enumerate(value) if not isinstance(one, list)), len(value))
        children = [
            _built(one, f"{section}.{n}" if section else str(n), counted, depth + 1)
            for n, one in enumerate(value[:count], 1)
        ]
        subtype = _text(value[count]) if count < len(value) else "mixed"
        parameters = value[count + 1] if count + 1 < len(value) else None
        return Built(
            section,
            f"multipart/{subtype}",
            boundary=_parameters(parameters).get("boundary"),
            children=children,
        )
    mime = f"{_text(value[0])}/{_text(value[1])}"
    size = int(value[6]) if len(value) > 6 and value[6] is not None else 0  # noqa: PLR2004 - body-fld-octets
    disposition = ""
    for one in value[7:]:
        if isinstance(one, list) and one and _text(one[0]) in {"attachment", "inline"}:
            disposition = _text(one[0])
    return Built(section or "1", mime, size, disposition=disposition)


def _parameters(value: Any) -> dict[str, str]:
    if not isinstance(value, list):
        return {}
    pairs = zip(value[::2], value[1::2], strict=False)
    return {_text(name): (one or b"").decode("utf-8", "replace") for name, one in pairs}


def _text(value: Any) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""
