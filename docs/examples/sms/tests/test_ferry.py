# ruff: noqa: S101 - tests assert
"""What is special about Ferry: it sends a reference once, and knows who has opted out."""

from pathlib import Path

import pytest

from connectors.api import ContactGone, Uncertain
from connectors.contract.folder import case_in
from connectors.contract.sending import line

CASE = case_in(Path(__file__).parents[1])


async def test_a_repeat_after_a_lost_answer_is_sent_once() -> None:
    async with line(CASE) as ferry:
        part = ferry.outgoing("the answer")
        ferry.simulator.fault("cut_after_write", 1)
        with pytest.raises(Uncertain):
            await ferry.connector.send(part)

        sent = await ferry.connector.send(part)

        shown = [m["id"] for m in ferry.simulator.phone("Anna") if m["from"] == "hub"]
        assert shown == list(sent.external_ids)


async def test_somebody_who_has_opted_out_is_gone() -> None:
    async with line(CASE) as ferry:
        ferry.simulator.fault("blocked", 1)

        with pytest.raises(ContactGone, match="opted_out"):
            await ferry.connector.send(ferry.outgoing("hello"))
