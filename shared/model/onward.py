"""Where a conversation goes on once the customer has left the place in which it stands.

A connector that can say so puts it into its threads' context; the router acts on it. The code that
lets the customer in again is no part of that: whoever reads conversations would have it. Pure.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.ids import ChannelId
from shared.model.base import Model

_KEY: Final = "onward_"
CODE: Final = f"{_KEY}code"
"""Among the secrets of a thread: what stands behind the link in the mail, ``#`` and all."""
NOWHERE: Final[Mapping[str, str]] = {f"{_KEY}channel": ""}
"""The context of a thread that does not go on elsewhere, even if it once did."""


class Onward(Model):
    """By which channel, to whom, and after what time."""

    channel: ChannelId
    """It carries mail."""
    to: str
    """The customer's address there."""
    after_s: float
    """So long a message may stay unread."""
    link: str = ""
    """The page that the customer came from; empty: there is none that is ours."""
    language: str = ""
    title: str = ""
    """What the customer knows this place as."""

    def context(self) -> dict[str, str]:
        """As it stands in a thread's context."""
        return {f"{_KEY}{name}": str(value) for name, value in self.model_dump().items()}


def without_code(conversation: dict[str, Any]) -> dict[str, Any]:
    """A conversation as it is stored, of version 1, in whose link the code stood."""
    link = conversation.get("context", {}).get(f"{_KEY}link", "")
    if "#" not in link:
        return conversation
    context = {**conversation["context"], f"{_KEY}link": link.partition("#")[0]}
    return {**conversation, "context": context}


def onward_of(context: Mapping[str, str]) -> Onward | None:
    """What a thread's context says; None: it does not go on elsewhere."""
    told = {name: context.get(f"{_KEY}{name}", "") for name in Onward.model_fields}
    if not (told["channel"] and told["to"] and told["after_s"]):
        return None
    try:
        return Onward.model_validate(told)
    except ValueError:
        return None
