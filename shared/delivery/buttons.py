"""Buttons within what a channel takes (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from shared.delivery.measure import measure
from shared.delivery.split import is_boundary
from shared.model.channel import Capabilities
from shared.model.content import Button, ButtonKind, ButtonRow


@dataclass(frozen=True, slots=True)
class Fitted:
    """What becomes of buttons: some stay, some are lines of the numbered list, links are text."""

    rows: tuple[ButtonRow, ...] = ()
    listed: tuple[Button, ...] = ()
    links: tuple[Button, ...] = ()

    @property
    def stay(self) -> bool:
        """Whether any stay buttons."""
        return bool(self.rows)


def fit_buttons(
    rows: Sequence[ButtonRow], capabilities: Capabilities, *, with_text: bool = True
) -> Fitted:
    """The buttons as the channel takes them.

    All that can be pressed stay together: either all are buttons or all are in the list, for half
    of a question would be answered for the whole. ``with_text``: there is a text to stand under.
    """
    filled = [row for row in rows if row]
    if not filled:
        return Fitted()
    everything = tuple(chain.from_iterable(filled))
    kinds = capabilities.button_kinds if capabilities.buttons else ()
    written = tuple(
        one for one in everything if one.kind is ButtonKind.LINK and one.kind not in kinds
    )
    pressed = [tuple(one for one in row if one not in written) for row in filled]
    pressed = [row for row in pressed if row]
    if not pressed:
        return Fitted(links=written)
    fitting = _fitting(pressed, kinds, capabilities)
    if fitting is not None and (with_text or not capabilities.buttons_need_text):
        return Fitted(rows=fitting, links=written)
    links = tuple(one for one in everything if one.kind is ButtonKind.LINK)
    return Fitted(listed=tuple(one for one in everything if one not in links), links=links)


def links_as_text(links: Sequence[Button]) -> str:
    """Buttons that open an address, as lines."""
    return "\n".join(f"{one.label}: {one.url}" if one.url else one.label for one in links)


def _fitting(
    rows: Sequence[ButtonRow], kinds: Sequence[ButtonKind], capabilities: Capabilities
) -> tuple[ButtonRow, ...] | None:
    """The rows with their labels shortened; None where they do not go as buttons."""
    buttons = tuple(chain.from_iterable(rows))
    most = capabilities.max_buttons
    if any(one.kind not in kinds for one in buttons) or (most and len(buttons) > most):
        return None
    arranged = _arranged(rows, buttons, capabilities)
    if arranged is None:
        return None
    limit = capabilities.max_button_label
    shown = tuple(tuple(_shorten(button, limit) for button in row) for row in arranged)
    labels = [button.label for row in shown for button in row]
    # Cut down to the same words, nobody could tell them apart.
    if len(set(labels)) < len({one.label for one in buttons}):
        return None
    return shown


def _arranged(
    rows: Sequence[ButtonRow], buttons: ButtonRow, capabilities: Capabilities
) -> tuple[ButtonRow, ...] | None:
    """The rows within their number and width; broken anew where they are too many."""
    width, most = capabilities.max_buttons_in_row, capabilities.max_button_rows
    if width:
        rows = [row[at : at + width] for row in rows for at in range(0, len(row), width)]
    if not most or len(rows) <= most:
        return tuple(rows)
    full = width or -(-len(buttons) // most)
    packed = tuple(buttons[at : at + full] for at in range(0, len(buttons), full))
    return packed if len(packed) <= most else None


def _shorten(button: Button, limit: int) -> Button:
    if measure(button.label, "utf16") <= limit:
        return button
    label = button.label
    while label and (
        measure(label, "utf16") > limit - 1 or not is_boundary(button.label, len(label))
    ):
        label = label[:-1]
    return button.model_copy(update={"label": label.rstrip() + "…"})
