"""Structured pieces within what a channel can be sent (pure): as they are, or as text."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery.measure import measure
from shared.delivery.reasons import Reason, rejected
from shared.model.channel import Capabilities
from shared.model.content import Block, ContactCard, Link, Location, Poll

_MAP = "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"


@dataclass(frozen=True, slots=True)
class FittedBlocks:
    """What becomes of the blocks: each sent as itself, or said in words, in their order."""

    sent: tuple[Block, ...] = ()
    said: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Of polls that become lines of the numbered list."""


def fit_blocks(blocks: Sequence[Block], capabilities: Capabilities) -> FittedBlocks:
    """The blocks as the channel takes them. Raises ``Rejected`` for what words cannot carry."""
    sent: list[Block] = []
    said: list[str] = []
    options: list[str] = []
    for block in blocks:
        if block.type in capabilities.blocks and _is_taken(block, capabilities):
            sent.append(block)
        elif isinstance(block, Poll):
            said.append(block.question)
            options += [option.text for option in block.options]
        else:
            said.append(_in_words(block))
    return FittedBlocks(tuple(sent), tuple(said), tuple(options))


def map_link(place: Location) -> str:
    """Where the place can be seen on a map, without any account."""
    lat, lon = (_degrees(value) for value in (place.latitude, place.longitude))
    return _MAP.format(lat=lat, lon=lon)


def _degrees(value: float) -> str:
    """Six digits are a tenth of a metre."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _is_taken(block: Block, capabilities: Capabilities) -> bool:
    if isinstance(block, ContactCard):
        return bool(block.phones)
    if not isinstance(block, Poll) or capabilities.polls is None:
        return True
    limit, unit = capabilities.polls, capabilities.text_unit
    return (
        measure(block.question, unit) <= limit.max_question
        and limit.min_options <= len(block.options) <= limit.max_options
        and all(measure(option.text, unit) <= limit.max_option for option in block.options)
    )


def _in_words(block: Block) -> str:
    lines: tuple[str | None, ...]
    if isinstance(block, Location):
        lines = (block.title, block.address, map_link(block))
    elif isinstance(block, ContactCard):
        lines = (block.name, *block.phones, *block.emails)
    elif isinstance(block, Link) and (block.url or block.title):
        lines = (block.title, block.description, block.url)
    else:
        raise rejected(Reason.BLOCK_KIND, kind=block.type.replace("_", " "))
    told = dict.fromkeys(line.strip() for line in lines if line and line.strip())
    return "\n".join(told)
