"""The far end of Telegram in memory: the Bot API as far as the connector uses it, and customers.

Documented behaviour as of Bot API 10.3. It refuses what Telegram refuses, in Telegram's words.
"""

from connectors.simulator import SimulatorContext
from connectors.telegram.simulator.simulator import TelegramSimulator


def simulate(context: SimulatorContext) -> TelegramSimulator:
    """A simulator for the channel; ``start`` makes it listen."""
    return TelegramSimulator(context)
