"""Whom actions name."""

from collections.abc import Sequence

from inbox.policies import Named
from shared.collections import AGENTS
from shared.model import action as a


def names_in(actions: Sequence[a.Action]) -> list[Named]:
    """Agents that they name."""
    return [
        Named(f"actions.{place}.agent_id", AGENTS, action.agent_id)
        for place, action in enumerate(actions)
        if isinstance(action, a.GiveToAgent) and action.agent_id != a.ME
    ]
