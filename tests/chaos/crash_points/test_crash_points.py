"""A hub that kills itself before or after a call loses, doubles and disorders nothing.

Each call of intake, router commit, outbox, dispatch and media is tried before and after, in one of
the stories that make it; ``SEED`` chooses which. ``python -m tests.chaos.crash_points`` tries them
in every story, and kills once more on the way back; with ``--set-up services-sqlite`` it kills the
processes of router and connectors on RabbitMQ.
"""

import os
from pathlib import Path

import pytest

from tests.chaos.crash_points.campaign import record, start_of, try_out
from tests.chaos.crash_points.choice import one_of_each
from tests.chaos.crash_points.trial import trial
from tests.support.fork_server import ForkServer

SEED = int(os.environ.get("SEED", "1"))


@pytest.mark.timeout(300)
async def test_nothing_is_lost_doubled_or_disordered_by_a_kill_at_any_call(
    tmp_path: Path, fork_server: ForkServer
) -> None:
    async with trial(start_of(fork_server, tmp_path)) as made:
        spots = one_of_each(await record(made), SEED)

        result = await try_out(made, spots)

    assert result.wrong == []
    assert min(result.kills().values()) >= 4
    assert len(result.not_reached) <= len(spots) // 10
