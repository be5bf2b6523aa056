"""Values of custom fields: whether they fit, and which are missing. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite

from shared.model.field import FieldKind, FieldSpec


def problem(spec: FieldSpec, value: str) -> str | None:
    """Why the field cannot have this value; None: it can."""
    if spec.kind is FieldKind.CHOICE and value not in spec.options:
        return f"is none of: {', '.join(spec.options)}"
    if spec.kind is FieldKind.YES_NO and value not in ("yes", "no"):
        return "is yes or no"
    if spec.kind is FieldKind.URL and not value.startswith(("http://", "https://")):
        return "is not a web address"
    try:
        if spec.kind is FieldKind.NUMBER:
            if not isfinite(float(value)):
                raise ValueError(value)
        elif spec.kind is FieldKind.DATE:
            date.fromisoformat(value)
    except ValueError:
        return (
            "is not a number" if spec.kind is FieldKind.NUMBER else "is not a date like 2026-01-31"
        )
    return None if value.strip() else "is empty"


def missing(
    specs: Sequence[FieldSpec], fields: Mapping[str, str], topics: frozenset[str]
) -> Sequence[str]:
    """The keys of fields that a conversation about one of these topics (its own and those above it)
    must have before it is escalated, and has not."""
    return [
        spec.key
        for spec in specs
        if not topics.isdisjoint(spec.required_for) and not fields.get(spec.key)
    ]
