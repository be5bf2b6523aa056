"""A made-up system at the far end of a webhook channel: it takes callbacks and tells events."""

from connectors.simulator import SimulatorContext
from connectors.webhook.simulator.simulator import WebhookSimulator


def simulate(context: SimulatorContext) -> WebhookSimulator:
    """The far end of a channel."""
    return WebhookSimulator(context)
