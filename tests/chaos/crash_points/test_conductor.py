"""The lines to the children."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.chaos.crash_points.conductor import Conductor, Line, conducting

_LIMIT_S = 10.0


class Child:
    """A child that does what it is told when the test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, said: dict[str, Any]) -> None:
        self._writer.write(json.dumps(said).encode() + b"\n")

    async def told(self) -> dict[str, Any]:
        async with asyncio.timeout(_LIMIT_S):
            order: dict[str, Any] = json.loads(await self._reader.readline())
        return order

    def answer(self, order: dict[str, Any]) -> None:
        self.say({"number": order["number"], "done": {"to": order["order"]["do"]}})

    def leave(self) -> None:
        self._writer.close()


@asynccontextmanager
async def a_child(conductor: Conductor) -> AsyncIterator[tuple[Child, Line]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", conductor.port)
    child = Child(reader, writer)
    child.say({"name": "router", "pid": 7})
    try:
        yield child, await conductor.line("router", 7)
    finally:
        child.leave()


async def test_an_order_that_was_given_up_leaves_its_answer_to_nobody() -> None:
    async with conducting() as conductor, a_child(conductor) as (child, line):
        given_up = asyncio.create_task(line.order(do="first"))
        first = await child.told()
        given_up.cancel()
        asking = asyncio.create_task(line.order(do="second"))
        second = await child.told()
        child.answer(first)
        child.answer(second)
        async with asyncio.timeout(_LIMIT_S):
            answer = await asking

    assert answer == {"to": "second"}


async def test_a_child_that_ends_answers_nobody() -> None:
    async with conducting() as conductor, a_child(conductor) as (child, line):
        asking = asyncio.create_task(line.order(do="first"))
        await child.told()
        child.leave()

        with pytest.raises(ConnectionResetError):
            await asking
        with pytest.raises(ConnectionResetError):
            await line.order(do="second")
