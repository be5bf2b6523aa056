"""What each channel type can do, as a page of the documentation (pure)."""

from collections.abc import Callable, Iterable
from typing import Final

from connectors.manifest import Manifest
from shared.model.channel import Capabilities, RateLimit

_HEAD: Final = """# What each channel can do

Generated from the manifests in the code by `hub connector table`; do not edit it by hand. What a
channel cannot carry is put into words that it can (a button becomes a numbered line, formatting
becomes plain text), or refused before sending with the reason. These are the limits that the hub
keeps to, which may be stricter than the platform's own.

"""
_UNITS: Final = {"utf16": "UTF-16 units", "characters": "characters", "bytes": "bytes"}
_MIB: Final = 1024 * 1024
_DAY_S: Final = 86_400
_HOUR_S: Final = 3600


def capability_table(manifests: Iterable[Manifest]) -> str:
    """The whole page."""
    types = sorted(manifests, key=lambda manifest: manifest.title.lower())
    rows = [["", *(manifest.title for manifest in types)]]
    rows.append(["---"] * (len(types) + 1))
    rows.append(["type", *(f"`{manifest.channel_type}`" for manifest in types)])
    rows.append(["arrives by", *(_arrives(manifest) for manifest in types)])
    for name, say in _ROWS:
        rows.append([name, *(say(manifest.capabilities) for manifest in types)])
    rows.append(["simulator", *(_yes(manifest.simulator is not None) for manifest in types)])
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _arrives(manifest: Manifest) -> str:
    ways = [name for name, has in (("webhook", manifest.webhooks), ("pull", manifest.pulls)) if has]
    return " or ".join(ways) or "its own page"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _flag(name: str) -> Callable[[Capabilities], str]:
    return lambda able: _yes(bool(getattr(able, name)))


def _text(able: Capabilities) -> str:
    return f"{able.max_text} {_UNITS[able.text_unit]}"


def _formats(able: Capabilities) -> str:
    return ", ".join(format.value for format in able.formats) or "none"


def _files(able: Capabilities) -> str:
    sizes: dict[int, list[str]] = {}
    for limit in able.media:
        sizes.setdefault(limit.max_bytes, []).append(limit.kind.replace("_", " "))
    return "; ".join(f"{', '.join(kinds)}: {_size(size)}" for size, kinds in sizes.items()) or "no"


def _size(size: int) -> str:
    return f"{size / _MIB:g} MiB" if size >= _MIB else f"{size / 1024:g} KiB"


def _within(able_for_s: int | None, has: bool) -> str:
    if not has or able_for_s is None:
        return _yes(has)
    return f"within {_span(able_for_s)}"


def _span(seconds: float) -> str:
    if seconds >= 2 * _DAY_S and seconds % _DAY_S == 0:
        return f"{seconds / _DAY_S:g} days"
    return f"{seconds / _HOUR_S:g} h" if seconds >= _HOUR_S else f"{seconds:g} s"


def _buttons(able: Capabilities) -> str:
    return f"up to {able.max_buttons}" if able.buttons else "as text"


def _receipts(able: Capabilities) -> str:
    return ", ".join(able.receipts) or "sent only"


def _first(able: Capabilities) -> str:
    if not able.write_first:
        return "to whom wrote before"
    by = {"email": "to an address", "phone": "to a number"}.get(able.first_address or "", "yes")
    return f"{by}, with a template" if able.first_template else by


def _rate(limit: RateLimit | None) -> str:
    return f"{limit.count:g} in {limit.per_s:g} s" if limit else "no limit"


_ROWS: Final[tuple[tuple[str, Callable[[Capabilities], str]], ...]] = (
    ("longest text", _text),
    ("longest caption of a file", lambda able: str(able.max_caption or "none")),
    ("formatting", _formats),
    ("files", _files),
    ("files as one album", lambda able: str(able.album_max) if able.album_max > 1 else "no"),
    ("buttons", _buttons),
    ("replies quote", _flag("reply")),
    ("we edit", lambda able: _within(able.edit_for_s, able.edit)),
    ("we delete", lambda able: _within(able.delete_for_s, able.delete)),
    ("we react", _flag("reactions")),
    ("customer sees us typing", _flag("typing_out")),
    ("we see the customer typing", _flag("typing_in")),
    ("we see the customer come and go", _flag("presence")),
    ("customer's edits are seen", _flag("customer_edits")),
    ("customer's deletions are seen", _flag("customer_deletes")),
    ("receipts", _receipts),
    ("we mark as read", _flag("read_out")),
    ("we may write first", _first),
    (
        "answers allowed for",
        lambda able: _span(able.reply_window_s) if able.reply_window_s else "ever",
    ),
    ("a repeat is sent once", _flag("idempotent")),
    ("pace in one thread", lambda able: _rate(able.rate_thread)),
    ("pace of the channel", lambda able: _rate(able.rate_channel)),
)
