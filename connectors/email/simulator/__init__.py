"""The far end of an e-mail channel: a mailbox over IMAP, a server that takes mail by SMTP, and the
customers' own mailboxes behind it, in memory."""

from connectors.email.simulator.simulator import EmailSimulator
from connectors.simulator import SimulatorContext


def simulate(context: SimulatorContext) -> EmailSimulator:
    """A mail system for one channel."""
    return EmailSimulator(context)
