"""Where somebody is written to who may never have written here."""

from shared.model.base import Model
from shared.model.inbound import ThreadRef
from shared.model.people import Participant


class Reached(Model):
    """What a connector makes of an address. What its owner writes later leads to the same
    thread."""

    thread: ThreadRef
    person: Participant
    """With nothing verified: an agent has typed the address."""
