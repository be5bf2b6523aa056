"""Counters and gauges of one process, by name and labels, on one registry that is passed in."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

_HELP: Final = {
    "hub_inbound_total": "Events that connectors published, by channel.",
    "hub_quarantined_total": "Payloads that could not be parsed, by channel.",
    "hub_webhooks_total": "Webhook requests, by channel and answer.",
    "hub_sends_total": "Attempts to send, by channel and outcome.",
    "hub_bugs_total": "Exceptions that nobody expected, by place and class.",
    "hub_media_total": "Files fetched from platforms, by channel and outcome.",
    "hub_handled_total": "Items that the router has handled, by kind.",
    "hub_put_aside_total": "Items that the router put aside, by queue.",
    "hub_open_parts": "Parts that wait to be sent, by channel.",
}


class Metrics:
    """Made once per process and passed to the services. Label names of a metric never change."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._counted: dict[tuple[object, ...], Counter] = {}
        """What counts, by name and labels: to look it up in the library is dear."""

    def count(self, name: str, by: float = 1, **labels: str) -> None:
        """Add to a counter."""
        key = (name, *labels.items())
        counted = self._counted.get(key)
        if counted is None:
            counted = self._counted[key] = self._counter(name, labels)
        counted.inc(by)

    def _counter(self, name: str, labels: Mapping[str, str]) -> Counter:
        counter = self._counters.get(name)
        if counter is None:
            counter = self._counters[name] = Counter(
                name, _HELP.get(name, name), tuple(labels), registry=self.registry
            )
        return counter.labels(**labels) if labels else counter

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges.get(name)
        if gauge is None:
            gauge = self._gauges[name] = Gauge(
                name, _HELP.get(name, name), tuple(labels), registry=self.registry
            )
        (gauge.labels(**labels) if labels else gauge).set(value)

    def value(self, name: str, **labels: str) -> float:
        """The present value of a counter or gauge; 0 when nothing was counted."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
