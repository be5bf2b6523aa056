"""Counting what an item did, in its own commit."""

from collections.abc import Iterator

from router.figures.measures import Measure, measures
from router.happening import Happening
from router.work import Work
from shared.collections import FIGURES
from shared.model.conversation import Conversation
from shared.model.figures import Dimension, Grain, day_of, figures_id


async def count(work: Work, happening: Happening) -> None:
    """Add what the item did to the figures of its day."""
    for change in happening.changes:
        if change.before is None or _may_count(change.before, change.after):
            for measure in measures(change.before, change.after, happening.events, work.now):
                _add(work, measure)


def _may_count(before: Conversation, after: Conversation) -> bool:
    """A quick look: most items count nothing."""
    return (
        before.status is not after.status
        or before.assignee_id != after.assignee_id
        or before.answers is not after.answers
        or before.deadlines is not after.deadlines
        or before.bots is not after.bots
        or before.bot_id != after.bot_id
        or before.escalation is not after.escalation
        or (before.waiting_since is not None and after.waiting_since is None)
    )


def _add(work: Work, measure: Measure) -> None:
    start, part = day_of(measure.at), str(work.partition)
    for dimension, value in _counted_for(measure):
        row = {"grain": Grain.PART, "dimension": dimension, "value": value, "start": start}
        id = figures_id(Grain.PART, dimension, value, start, part)
        work.unit.add(FIGURES, id, {**measure.add, "changes": 1}, row)


def _counted_for(measure: Measure) -> Iterator[tuple[Dimension, str]]:
    of = measure.of
    yield Dimension.ALL, ""
    yield Dimension.CHANNEL, of.channel_id
    for dimension, value in (
        (Dimension.TEAM, of.team_id),
        (Dimension.LINE, of.line),
        (Dimension.TOPIC, of.topic),
        (Dimension.AGENT, measure.agent_id),
    ):
        if value:
            yield dimension, value
