"""The tree of a mail's parts, by where they stand in its bytes. Nothing is copied or decoded.

Broken mails are read as far as they go: a missing end of a multipart, a boundary that never comes,
parts nested absurdly deep, which stay one file. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from connectors.email.headers import Headers, read_headers

DEPTH: Final = 30
"""Parts nested deeper stay as they are, a file."""
_MOST_PARTS: Final = 1000
_HEADER_BYTES: Final = 1024 * 1024
_BLANK: Final = re.compile(rb"\r?\n[ \t]*\r?\n")
_NO_HEADERS: Final = re.compile(rb"\r?\n")
_BOUNDARY_MAX: Final = 200


@dataclass(slots=True)
class Entity:
    """A mail or a part of one. ``section`` is its number as IMAP counts: empty for the whole."""

    headers: Headers
    section: str
    start: int
    """Where its body begins."""
    end: int
    children: list["Entity"] = field(default_factory=list)
    mime: str = "text/plain"

    @property
    def is_multipart(self) -> bool:
        """Whether it was taken apart."""
        return bool(self.children)

    def leaves(self) -> Iterator["Entity"]:
        """The parts that were not taken apart, in their order."""
        waiting = [self]
        while waiting:
            entity = waiting.pop()
            if entity.children:
                waiting.extend(reversed(entity.children))
            else:
                yield entity

    def walk(self) -> Iterator["Entity"]:
        """It and all parts below it."""
        waiting = [self]
        while waiting:
            entity = waiting.pop()
            yield entity
            waiting.extend(reversed(entity.children))


class _Budget:
    def __init__(self) -> None:
        self.parts = _MOST_PARTS


def read_mail(raw: bytes) -> Entity:
    """The tree of a mail. Never raises."""
    budget = _Budget()
    root = _entity(raw, 0, len(raw), "", "text/plain")
    waiting = [(root, 0)]
    while waiting:
        entity, depth = waiting.pop()
        if depth < DEPTH and entity.mime.startswith("multipart/"):
            entity.children = _children(raw, entity, budget)
            waiting.extend((child, depth + 1) for child in entity.children)
    if not root.children:
        root.section = "1"
    return root


def _entity(raw: bytes, start: int, end: int, section: str, default: str) -> Entity:
    bare = _NO_HEADERS.match(raw, start, end)
    blank = bare or _BLANK.search(raw, start, min(end, start + _HEADER_BYTES))
    if blank is None:
        head, body = raw[start : min(end, start + _HEADER_BYTES)], end
    else:
        head, body = raw[start : blank.start()], blank.end()
    headers = read_headers(head)
    declared = headers.parameters("content-type").value
    mime = declared if re.fullmatch(r"[\w.+-]{1,100}/[\w.+-]{1,100}", declared) else default
    return Entity(headers, section, body, end, mime=mime)


def _children(raw: bytes, entity: Entity, budget: _Budget) -> list[Entity]:
    boundary = entity.headers.parameters("content-type").get("boundary")
    if not boundary or len(boundary) > _BOUNDARY_MAX:
        return []
    # It begins with plain bytes, so that ten megabytes are searched in no time.
    mark = re.compile(rb"\n--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|$)")
    default = "message/rfc822" if entity.mime == "multipart/digest" else "text/plain"
    found: list[Entity] = []
    begins: int | None = None
    # One step back: the line break before the first boundary belongs to the header's end.
    at = max(0, entity.start - 1)
    for match in mark.finditer(raw, at, entity.end):
        if begins is not None:
            carried = raw[match.start() - 1 : match.start()] == b"\r"
            ends = match.start() - 1 if carried else match.start()
            found.append(_part(raw, begins, ends, entity, len(found) + 1, default))
            budget.parts -= 1
        begins = match.end()
        if match[1] or budget.parts <= 0:
            begins = None
            break
    if begins is not None:  # the end is missing: what is there counts
        found.append(_part(raw, begins, entity.end, entity, len(found) + 1, default))
    return found


def _part(raw: bytes, begins: int, ends: int, parent: Entity, number: int, default: str) -> Entity:
    section = f"{parent.section}.{number}" if parent.section else str(number)
    # Behind the boundary's line.
    if raw.startswith(b"\r\n", begins):
        begins += 2
    elif raw.startswith(b"\n", begins):
        begins += 1
    return _entity(raw, begins, max(begins, ends), section, default)
