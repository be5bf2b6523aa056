"""Values of custom fields: whether they fit. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite

from shared.model.field import LONGEST_NAME, LONGEST_VALUE, FieldKind, FieldSpec


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


def fitting(specs: Sequence[FieldSpec], values: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the values that their fields can have; names that nobody defined are free."""
    known = {spec.key: spec for spec in specs}
    return {
        name: value
        for name, value in values.items()
        if value.strip()
        and name.strip()
        and len(name) <= LONGEST_NAME
        and len(value) <= LONGEST_VALUE
        and (name not in known or problem(known[name], value) is None)
    }
