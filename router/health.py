"""What is wrong with the router at the moment. Each trouble is logged when it begins and ends."""

from dataclasses import dataclass, field

import structlog

from shared.ids import Partition

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Troubles:
    """The present troubles by name, such as ``store``, ``bus`` or ``partition/p03``."""

    _reasons: dict[str, str] = field(default_factory=dict)

    def begin(self, name: str, reason: str) -> None:
        """Note a trouble; a known one is not logged again."""
        if name not in self._reasons:
            log.error("router.trouble", part=name, reason=reason)
        self._reasons[name] = reason

    def end(self, name: str) -> None:
        """The trouble is over, if there was one."""
        if self._reasons.pop(name, None) is not None:
            log.info("router.healed", part=name)

    def now(self) -> dict[str, str]:
        """Name and reason of each present trouble."""
        return dict(self._reasons)


@dataclass(frozen=True, slots=True)
class PartitionHealth:
    """One held partition: how much waits in it and how old the first item is."""

    partition: Partition
    waiting: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Health:
    """How the router does. ``ready``: it has claimed its share and nothing is wrong."""

    ready: bool
    partitions: tuple[PartitionHealth, ...]
    troubles: dict[str, str]
