"""Priority scores that say nothing sensible."""

from collections.abc import Sequence

from inbox.policies import Named
from inbox.policy_checks import conditions
from shared.errors import BadRequest
from shared.model import condition as c
from shared.model.priority_score import PriorityScoreSpec
from shared.policies.book import Book


def check_score(id: str, spec: PriorityScoreSpec, book: Book) -> None:
    """Its levels ascend, and its weights can count. Raises ``BadRequest``."""
    del id
    if not spec.normal_from <= spec.high_from <= spec.urgent_from:
        raise BadRequest("the levels do not ascend", field="high_from")
    names = set()
    for place, weight in enumerate(spec.weights):
        if weight.name in names:
            raise BadRequest("another weight has this name", field=f"weights.{place}.name")
        names.add(weight.name)
        conditions.check_conditions(weight.conditions, book, f"weights.{place}.conditions")
        if any(isinstance(one, c.PriorityIs) for one in weight.conditions):
            reason = "the score makes the priority, and cannot be made of it"
            raise BadRequest(reason, field=f"weights.{place}.conditions")


def score_names(spec: PriorityScoreSpec) -> Sequence[Named]:
    """What it names outside of the book."""
    return [
        named
        for place, weight in enumerate(spec.weights)
        for named in conditions.names_in(weight.conditions, f"weights.{place}.conditions")
    ]
