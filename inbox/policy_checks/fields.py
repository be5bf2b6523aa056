"""Custom fields that cannot be, and those that something asks for."""

from inbox.policy_checks import conditions
from shared.collections import FIELDS, MACROS, RULES, TOPICS
from shared.errors import BadRequest
from shared.model import action as a
from shared.model import condition as c
from shared.model.field import FieldKind, FieldSpec
from shared.model.fieldvalues import problem
from shared.model.macro import Macro
from shared.model.rule import Rule
from shared.policies.book import Book


def check_field(id: str, spec: FieldSpec, book: Book) -> None:
    """Its key is its own. Raises ``BadRequest``."""
    for other in book.all(FIELDS):
        if other.id != id and other.key == spec.key:
            raise BadRequest("another field has this key", field="key")
    if (spec.kind is FieldKind.CHOICE) is not bool(spec.options):
        raise BadRequest("a choice has options, and nothing else has", field="options")
    for place, topic in enumerate(spec.required_for):
        if book.get(TOPICS, topic) is None:
            raise BadRequest("there is no such topic", field=f"required_for.{place}")
    acting: tuple[Rule | Macro, ...] = (*book.all(RULES), *book.all(MACROS))
    for document in acting:
        for action in document.actions:
            if isinstance(action, a.PutField) and action.name == spec.key and action.value:
                wrong = problem(spec, action.value)
                if wrong is not None:
                    raise BadRequest(f"{document.name} sets it, and that {wrong}", field="kind")


def check_field_removal(id: str, book: Book) -> None:
    """No rule asks for it or sets it. Raises ``BadRequest``."""
    gone = book.get(FIELDS, id)
    for rule in book.all(RULES):
        asked = [one.name for _, one, _ in conditions.walk(rule.conditions, "")
                 if isinstance(one, c.FieldIs)]  # fmt: skip
        put = [one.name for one in rule.actions if isinstance(one, a.PutField)]
        if gone is not None and gone.key in (*asked, *put):
            raise BadRequest(f"the rule {rule.name} needs it")
