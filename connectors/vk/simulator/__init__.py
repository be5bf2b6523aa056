"""The far end of VK in memory: methods, Bots Long Poll, callbacks, uploads, and customers.

Documented behaviour as of API 5.199. It refuses what VK refuses, with VK's codes.
"""

from connectors.simulator import SimulatorContext
from connectors.vk.simulator.simulator import VkSimulator


def simulate(context: SimulatorContext) -> VkSimulator:
    """A simulator for the channel; ``start`` makes it listen."""
    return VkSimulator(context)
