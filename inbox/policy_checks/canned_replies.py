"""Canned replies that cannot be sent, and those that something sends."""

from shared.answers.render import NAMES
from shared.collections import CANNED_REPLIES, FIELDS, MACROS, RULES
from shared.errors import BadRequest
from shared.model import action as a
from shared.model.canned_reply import CannedReplySpec
from shared.model.macro import Macro
from shared.model.rule import Rule
from shared.policies.book import Book
from shared.rules.checking import check_text


def check_canned_reply(id: str, spec: CannedReplySpec, book: Book) -> None:
    """Its shortcut is its own, and its variables exist. Raises ``BadRequest``."""
    for other in book.all(CANNED_REPLIES):
        if other.id != id and other.shortcut.casefold() == spec.shortcut.casefold():
            raise BadRequest("another canned reply has this shortcut", field="shortcut")
    if not spec.text.strip() and not spec.files:
        raise BadRequest("needs a text or a file", field="text")
    slots = frozenset(slot.name for slot in spec.slots)
    if len(slots) < len(spec.slots):
        raise BadRequest("two slots have the same name", field="slots")
    check_text(spec.text, book, "text", slots=slots)
    for place, variant in enumerate(spec.variants):
        if variant.channel_type is None and variant.language is None:
            raise BadRequest("say for which channel or language", field=f"variants.{place}")
        check_text(variant.text, book, f"variants.{place}.text", slots=slots)
    keys = {f"field.{one.key}" for one in book.all(FIELDS)}
    for place, name in enumerate(spec.personal):
        if name not in NAMES and name not in keys:
            raise BadRequest(f"there is no variable {name}", field=f"personal.{place}")


def check_canned_removal(id: str, book: Book) -> None:
    """Nothing sends it any more. Raises ``BadRequest``."""
    acting: tuple[Rule | Macro, ...] = (*book.all(RULES), *book.all(MACROS))
    for document in acting:
        for action in document.actions:
            if isinstance(action, a.SendCanned) and action.canned_reply_id == id:
                raise BadRequest(f"{document.name} sends it")
