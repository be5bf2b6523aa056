"""Who names a topic."""

from collections.abc import Sequence

from inbox.policy_checks import conditions
from shared.collections import FIELDS, MACROS, PRIORITY_SCORES, RULES
from shared.model import action as a
from shared.model import condition as c
from shared.policies.book import Book


def topic_in_use(id: str, book: Book) -> str | None:
    """Who names a topic: a rule, a macro, a field or a score."""
    for rule in book.all(RULES):
        asked = [topic for _, one, _ in conditions.walk(rule.conditions, "")
                 if isinstance(one, c.TopicIs) for topic in one.topics]  # fmt: skip
        if id in asked or _puts_topic(rule.actions, id):
            return rule.name
    for macro in book.all(MACROS):
        if _puts_topic(macro.actions, id):
            return macro.name
    for field in book.all(FIELDS):
        if id in field.required_for:
            return field.name
    for score in book.all(PRIORITY_SCORES):
        for weight in score.weights:
            for _, one, _ in conditions.walk(weight.conditions, ""):
                if isinstance(one, c.TopicIs) and id in one.topics:
                    return score.name
    return None


def _puts_topic(some: Sequence[a.Action], id: str) -> bool:
    return any(isinstance(one, a.PutTopic) and one.topic == id for one in some)
