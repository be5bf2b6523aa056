"""Every queue of the hub, declared in one place."""

from typing import Final

from shared.ids import PARTITIONS, ChannelId, Partition
from shared.ports.bots import bot_id
from shared.ports.bus import Exchange, Queue

BOT_USER: Final = "bot."
"""What the names of the bots' users of the broker begin with."""


def partition_key(partition: Partition) -> str:
    """The routing key of a partition: ``p00``, ``p01`` and so on."""
    return f"p{partition:02d}"


def partition_queue(partition: Partition) -> Queue:
    """What the router handles one after another: inbound events, receipts and commands."""
    key = partition_key(partition)
    return Queue(
        name=f"conversations.{key}",
        durable=True,
        bindings=((Exchange.CONVERSATIONS, key), (Exchange.COMMANDS, key)),
    )


DEAD_QUEUE: Final = Queue(name="dead", durable=True, bindings=((Exchange.DEAD, "#"),))


def events_queue(reader: str, *patterns: str, capacity: int = 10_000) -> Queue:
    """A reader's own wake-up queue on the events; whoever lags reads the log instead."""
    bindings = tuple((Exchange.EVENTS, pattern) for pattern in patterns or ("#",))
    return Queue(name=f"events.{reader}", durable=False, bindings=bindings, capacity=capacity)


def bot_queue(bot: str) -> Queue:
    """What a bot that is a user of the broker may see: messages, conversations and the outcomes of
    its own commands. Durable and capped: it waits while the bot is away, the newest of it."""
    patterns = (
        "message-added.#",
        "message-changed.#",
        "conversation-changed.#",
        f"command-done.*.*.{bot_id(bot)}",
    )
    return Queue(
        name=f"events.bot.{bot}",
        durable=True,
        bindings=tuple((Exchange.EVENTS, pattern) for pattern in patterns),
        capacity=10_000,
    )


def hints_queue(reader: str, channel_id: ChannelId) -> Queue:
    """A dispatcher's own queue of hints for one channel."""
    return Queue(
        name=f"outbound.{channel_id}.{reader}",
        durable=False,
        bindings=((Exchange.OUTBOUND, channel_id),),
        capacity=10_000,
    )


DURABLE_QUEUES: Final = (*(partition_queue(Partition(n)) for n in range(PARTITIONS)), DEAD_QUEUE)
