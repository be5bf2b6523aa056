"""Filling in templates (pure): what they say then, and whether the values fit."""

import re
from collections.abc import Sequence
from typing import Final

from shared.model.template import Template, TemplateRef, TemplateValue

_PLACE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}")


def places(text: str) -> tuple[str, ...]:
    """The names (or numbers) of the places to fill in, each once, in their order."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def problem(template: Template, given: TemplateRef, *, files: int = 0) -> str | None:
    """Why it cannot be sent with these values, for whoever sends it; None: it can.

    ``files`` is how many files the message has: one for a header that is a file.
    """
    if not template.approved:
        return f"the template {template.name} is {template.status}, not approved"
    header = template.header
    wanted = header.variables if header is not None else ()
    found = (
        _count("header", wanted, given.header, named=template.named)
        or _count("text", template.variables, given.body, named=template.named)
        or _buttons(template, given)
    )
    if found is not None:
        return found
    needs_file = header is not None and header.format in {"image", "video", "document"}
    if needs_file and files != 1:
        return f"the template {template.name} needs one file for its header"
    if not needs_file and files:
        return f"the template {template.name} takes no file"
    return None


def rendered(template: Template, given: TemplateRef) -> str:
    """What the template says with these values."""
    header = template.header
    lines = (
        _filled(header.text, given.header) if header is not None else "",
        _filled(template.body, given.body),
        template.footer or "",
    )
    return "\n\n".join(line for line in lines if line)


def _count(
    where: str, wanted: Sequence[str], given: Sequence[TemplateValue], *, named: bool
) -> str | None:
    if len(given) != len(wanted):
        return f"the {where} of the template takes {len(wanted)} values, not {len(given)}"
    if named:
        names = {value.name for value in given}
        missing = [name for name in wanted if name not in names]
        if missing:
            return f"the {where} of the template needs a value for {', '.join(missing)}"
    return None


def _buttons(template: Template, given: TemplateRef) -> str | None:
    told = {button.index for button in given.buttons}
    if len(told) != len(given.buttons):
        return "a button of the template has two values"
    for index, button in enumerate(template.buttons):
        if button.required and index not in told:
            return f"the button {button.text} of the template needs a value"
        if not button.variable and index in told:
            return f"the button {button.text} of the template takes no value"
    if any(index >= len(template.buttons) for index in told):
        return f"the template has {len(template.buttons)} buttons"
    return None


def _filled(text: str, given: Sequence[TemplateValue]) -> str:
    order = places(text)
    values = {
        value.name or (order[number] if number < len(order) else ""): value.text
        for number, value in enumerate(given)
    }
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
