"""In which segments a contact is. Pure."""

from collections.abc import Iterable

from shared.model.people import Contact
from shared.model.segment import Segment, SegmentRule

_ANYTHING = "*"


def segments_of(contact: Contact, segments: Iterable[Segment]) -> tuple[str, ...]:
    """Their ids, in the order of the segments: by hand or by rule. What is no segment any more is
    left out."""
    return tuple(
        one.id
        for one in segments
        if one.id in contact.segments or (one.rule is not None and fits(contact, one.rule))
    )


def fits(contact: Contact, rule: SegmentRule) -> bool:
    """Whether everything that the rule asks is so of the contact."""
    if rule.is_empty():
        return False
    if rule.language is not None and not _speaks(contact, rule.language):
        return False
    if not set(rule.labels) <= set(contact.labels):
        return False
    return all(_says(contact, name, value) for name, value in rule.attributes.items())


def _speaks(contact: Contact, language: str) -> bool:
    return (contact.language or "").partition("-")[0].lower() == language.partition("-")[0].lower()


def _says(contact: Contact, name: str, value: str) -> bool:
    said = contact.attributes.get(name, "").strip()
    return bool(said) if value == _ANYTHING else said.casefold() == value.strip().casefold()
