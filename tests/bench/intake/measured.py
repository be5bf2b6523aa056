"""What was measured of the intake, and whether it is enough. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final, Self

from tests.bench.targets import BASELINE, VOID_BELOW_PER_S, Judgement, Target

Round = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By set-up, and by kind of webhook: ``requests_per_s``, ``messages_per_s``, ``cpu_ms``, and
``bare_per_s``: what the baseline took by turns with it."""

_KINDS: Final = {
    "whatsapp": "WhatsApp webhooks, signed / bare",
    "whatsapp_100": "  with 100 messages each, messages / bare",
    "telegram": "Telegram webhooks / bare",
    "vk": "VK callbacks / bare",
}
_MESSENGERS: Final = {"telegram": "Telegram", "vk": "VK", "whatsapp": "WhatsApp"}
JUDGED: Final = "services"
"""The intake as a process of its own, as the baseline's is."""

TARGETS: Final = (
    *(Target(JUDGED, kind, says, 0.8, more_is_better=True) for kind, says in _KINDS.items()),
    *(
        Target("parse", name, f"median to read an event of {title}, us", 200, relative=False)
        for name, title in _MESSENGERS.items()
    ),
    Target("mail", "extra_mb", "extra memory for a mail of 10 MB, MB", 150, relative=False),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """All rounds of all set-ups, and what reading costs."""

    rounds: Sequence[Round] = ()
    parse_us: Mapping[str, float] = field(default_factory=dict)
    """Median microseconds of one event, by type of channel."""
    mail: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    """When, of which commit, on which machine, under which load."""
    full: bool = True
    """As often and as long as the targets ask."""

    @property
    def set_ups(self) -> list[str]:
        """Those that were measured."""
        return list(self.rounds[0]) if self.rounds else []

    def rate(self, set_up: str, kind: str) -> float:
        """Messages per second, the median of the rounds."""
        return median(one[set_up][kind]["messages_per_s"] for one in self.rounds)

    def cpu_ms(self, set_up: str, kind: str) -> float:
        """Processor time of the process that takes them, for one message."""
        return median(one[set_up][kind]["cpu_ms"] for one in self.rounds)

    @property
    def ratios(self) -> dict[str, dict[str, float]]:
        """Messages per second beside the baseline's webhooks, by set-up and kind; the medians."""
        return self._beside("messages_per_s")

    @property
    def request_ratios(self) -> dict[str, dict[str, float]]:
        """The same of requests."""
        return self._beside("requests_per_s")

    def _beside(self, figure: str) -> dict[str, dict[str, float]]:
        return {
            set_up: {
                kind: median(
                    one[set_up][kind][figure] / one[set_up][kind]["bare_per_s"]
                    for one in self.rounds
                )
                for kind in self.rounds[0][set_up]
            }
            for set_up in self.set_ups
        }

    @property
    def judgements(self) -> list[Judgement]:
        """Every target whose figure was measured."""
        figures = {**self.ratios, "parse": self.parse_us, "mail": self.mail}
        values = [(target, figures.get(target.set_up, {}).get(target.figure)) for target in TARGETS]
        return [
            Judgement(target, value, target.outcome(value))
            for target, value in values
            if value is not None
        ]

    @property
    def void_because(self) -> list[str]:
        """Why nothing can be concluded; empty when something can."""
        every = [
            of["bare_per_s"] for one in self.rounds for by in one.values() for of in by.values()
        ]
        if not every or median(every) >= VOID_BELOW_PER_S:
            return []
        return [f"intake: {BASELINE} took {median(every):.0f} webhooks per second"]

    def rows(self) -> list[list[str]]:
        """The figures to read."""
        if not self.rounds:
            return []
        ratios = self.ratios
        head = [title for name in self.set_ups for title in (name, "/ bare", "ms of processor")]
        rows = [["taken by the intake, messages per second", *head]]
        for kind, says in _KINDS.items():
            row = [says.partition(" / ")[0]]
            for name in self.set_ups:
                row += [
                    f"{self.rate(name, kind):.0f}",
                    f"{ratios[name][kind]:.2f}",
                    f"{self.cpu_ms(name, kind):.2f}",
                ]
            rows.append(row)
        return rows

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """From JSON as ``dataclasses.asdict`` makes it; what is missing was not measured."""
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in document.items() if name in names})
