"""Filling in texts with variables: ``{{contact.first_name}}``, ``{{order|unknown}}``. Pure.

Used by the inbox for what it shows and by the router for what it sends, so that both say the same
and refuse the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.collections import CANNED_REPLIES, FIELDS, TOPICS
from shared.errors import HubError
from shared.model.canned_reply import CannedFile, CannedReplySpec, Slot, Variant
from shared.model.conversation import Conversation
from shared.policies.book import Book

_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z][\w.]*)\s*(?:\|([^{}]*))?\}\}")
_LEFT: Final = re.compile(r"\{\{[^{}]*\}\}")
NAMES: Final = frozenset(
    {
        "contact.name",
        "contact.first_name",
        "agent.name",
        "agent.first_name",
        "channel.name",
        "conversation.number",
        "conversation.topic",
        "date",
    }
)
"""What every conversation may know; ``field.<key>`` beside these."""
_FIELD: Final = "field."
MISSING, PERSONAL, EMPTY, LEFT = "missing", "personal", "slot_empty", "placeholder_left"


class NotRendered(HubError):
    """A text cannot be sent as it is: ``variable`` says what is in the way."""

    def __init__(self, code: str, variable: str, reason: str, field: str) -> None:
        super().__init__(reason)
        self.code = f"canned_{code}"
        self.variable = variable
        self.field = field


@dataclass(frozen=True, slots=True)
class Known:
    """What variables are filled with."""

    values: Mapping[str, str]
    verified: bool


def known_of(
    book: Book,
    conversation: Conversation,
    *,
    author: str | None,
    channel: str | None,
    now: datetime,
) -> Known:
    """What is known of a conversation, for whoever writes in it."""
    topic = book.get(TOPICS, conversation.topic)
    language = (conversation.language or "").partition("-")[0]
    values = {
        "contact.name": conversation.contact_name,
        "contact.first_name": _first(conversation.contact_name),
        "agent.name": author,
        "agent.first_name": _first(author),
        "channel.name": channel,
        "conversation.number": str(conversation.number) if conversation.number else None,
        "conversation.topic": (topic.names.get(language) or topic.name) if topic else None,
        "date": f"{now:%d.%m.%Y}" if language == "ru" else f"{now:%Y-%m-%d}",
        **{f"{_FIELD}{name}": value for name, value in conversation.fields.items()},
    }
    return Known({name: value for name, value in values.items() if value}, conversation.verified)


def variables_in(text: str) -> list[str]:
    """The names of the variables in a text, each once."""
    return list(dict.fromkeys(match.group(1) for match in _PLACE.finditer(text)))


def personal_in(book: Book, spec: CannedReplySpec | None) -> frozenset[str]:
    """The variables that are for a contact of whom it is certain who it is."""
    marked = spec.personal if spec is not None else ()
    fields = (f"{_FIELD}{one.key}" for one in book.all(FIELDS) if one.personal)
    return frozenset((*marked, *fields))


def filled(
    text: str,
    known: Known,
    *,
    slots: Mapping[str, Slot] | None = None,
    given: Mapping[str, str] | None = None,
    personal: Iterable[str] = (),
    field: str = "text",
) -> str:
    """The text with its places filled in. Raises ``NotRendered`` with the first that cannot."""
    slots, given, hidden = slots or {}, given or {}, frozenset(personal)

    def put(match: re.Match[str]) -> str:
        name, instead = match.group(1), match.group(2)
        if name in slots:
            return _slot(slots[name], given)
        if name in hidden and not known.verified:
            reason = f"{name} is personal, and it is not certain who this contact is"
            raise NotRendered(PERSONAL, name, reason, f"values.{name}")
        value = known.values.get(name) or given.get(name, "").strip() or (instead or "").strip()
        if not value:
            raise NotRendered(MISSING, name, f"{name} is not known here", f"values.{name}")
        return value

    result = _PLACE.sub(put, text)
    if _LEFT.search(_PLACE.sub("", text)):
        raise NotRendered(LEFT, "", "a place in braces is not a variable", field)
    return result


def _slot(slot: Slot, given: Mapping[str, str]) -> str:
    value = given.get(slot.name, "").strip()
    if not value and slot.required:
        raise NotRendered(EMPTY, slot.name, f"fill in: {slot.label}", f"values.{slot.name}")
    return value


def variant_of(spec: CannedReplySpec, conversation: Conversation) -> Variant | None:
    """The variant that fits the conversation's channel type and language best, if one does."""
    language = (conversation.language or "").lower()
    best: tuple[int, Variant] | None = None
    for one in spec.variants:
        wanted = (one.language or "").lower()
        if one.channel_type not in (None, conversation.channel_type):
            continue
        if wanted and wanted not in (language, language.partition("-")[0]):
            continue
        fit = 4 * (one.channel_type is not None) + (2 if wanted == language else 1) * bool(wanted)
        if best is None or fit > best[0]:
            best = (fit, one)
    return best[1] if best is not None else None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A canned reply ready to be sent."""

    text: str
    files: tuple[CannedFile, ...]


def rendered(
    book: Book, spec: CannedReplySpec, conversation: Conversation, known: Known,
    given: Mapping[str, str],
) -> Rendered:  # fmt: skip
    """The canned reply for this conversation. Raises ``NotRendered``."""
    variant = variant_of(spec, conversation)
    text = variant.text if variant is not None else spec.text
    files = spec.files if variant is None or variant.files is None else variant.files
    slots = {slot.name: slot for slot in spec.slots}
    for slot in spec.slots:
        _slot(slot, given)
    said = filled(text, known, slots=slots, given=given, personal=personal_in(book, spec))
    return Rendered(said.strip(), files)


def has_places(text: str) -> bool:
    """Whether something in it is still to be filled in."""
    return _LEFT.search(text) is not None


def require_kept(spec: CannedReplySpec, given: Mapping[str, str], text: str) -> None:
    """An edited text of a canned reply still keeps to its rules. Raises ``NotRendered``."""
    if has_places(text):
        place = next(iter(variables_in(text)), "")
        raise NotRendered(LEFT, place, "a place in the text is not filled in", "text")
    squeezed = " ".join(text.split())
    for slot in spec.slots:
        value = " ".join(given.get(slot.name, "").split())
        if slot.required and value not in squeezed:
            raise NotRendered(EMPTY, slot.name, f"the text has lost: {slot.label}", "text")


def canned(book: Book, id: str) -> CannedReplySpec | None:
    """A canned reply of the book."""
    return book.get(CANNED_REPLIES, id)


def _first(name: str | None) -> str | None:
    words = (name or "").split()
    return words[0] if words else None
