"""The bot: says what the customer said.

``python -m tests.bench.bare.bot BROKER``
"""

import json
import sys

from tests.bench.bare.queues import OUTBOUND, TO_BOT, Broker
from tests.bench.bare.starting import run, say_ready


def reply(body: bytes) -> bytes:
    """The call that answers a message."""
    event = json.loads(body)
    answer = {"chat_id": event["chat"], "text": event["text"]}
    return json.dumps(answer, ensure_ascii=False).encode()


async def _main() -> None:
    async with Broker.open(sys.argv[1]) as broker:
        say_ready()
        async for batch in broker.batches(TO_BOT):
            await broker.publish(OUTBOUND, [reply(body) for body in batch])


if __name__ == "__main__":
    run(_main())
