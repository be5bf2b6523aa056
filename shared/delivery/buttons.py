"""Buttons within what a channel takes (pure)."""

from collections.abc import Sequence

from shared.delivery.measure import measure
from shared.errors import Rejected
from shared.model.channel import Capabilities
from shared.model.content import Button, ButtonKind, ButtonRow


def fit_buttons(rows: Sequence[ButtonRow], capabilities: Capabilities) -> tuple[ButtonRow, ...]:
    """The rows as the channel takes them; none where it has no buttons.

    Labels are shortened. Raises ``Rejected`` for more buttons or rows than it takes.
    """
    if not capabilities.buttons:
        return ()
    count = sum(len(row) for row in rows)
    if capabilities.max_buttons and count > capabilities.max_buttons:
        raise Rejected(f"this channel takes {capabilities.max_buttons} buttons, not {count}")
    if capabilities.max_button_rows and len(rows) > capabilities.max_button_rows:
        raise Rejected(
            f"this channel takes {capabilities.max_button_rows} rows of buttons, not {len(rows)}"
        )
    limit = capabilities.max_button_label
    return tuple(tuple(_shorten(button, limit) for button in row) for row in rows if row)


def as_text(rows: Sequence[ButtonRow], *, after_text: bool) -> str:
    """The buttons as lines of text, for a channel without any."""
    lines = [_line(button) for row in rows for button in row]
    return ("\n\n" if after_text else "") + "\n".join(lines)


def _line(button: Button) -> str:
    if button.kind is ButtonKind.LINK and button.url:
        return f"{button.label}: {button.url}"
    return f"• {button.label}"


def _shorten(button: Button, limit: int) -> Button:
    if measure(button.label, "utf16") <= limit:
        return button
    label = button.label
    while label and measure(label, "utf16") > limit - 1:
        label = label[:-1]
    return button.model_copy(update={"label": label.rstrip() + "…"})
