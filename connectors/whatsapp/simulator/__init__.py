"""The far end of WhatsApp in memory: the Graph API as far as the connector uses it, and customers.

Documented behaviour as of version 23.0. It refuses what Meta refuses, with Meta's codes and words.
"""

from connectors.simulator import SimulatorContext
from connectors.whatsapp.simulator.simulator import WhatsAppSimulator


def simulate(context: SimulatorContext) -> WhatsAppSimulator:
    """A simulator for the channel; ``start`` makes it listen."""
    return WhatsAppSimulator(context)
