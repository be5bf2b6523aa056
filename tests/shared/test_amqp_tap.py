"""What the broker sends is read in place for the channels that ask for it, however it is cut; all
the rest reaches the library as it came."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

import pytest
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.commands import Basic, Channel
from pamqp.frame import marshal
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from shared.bus.amqp_tap import Received, Tap

READ, WRITTEN, OTHER = 3, 4, 5


class Reading:
    """Notes what a channel was told."""

    def __init__(self) -> None:
        self.messages: list[Received] = []
        self.bounds = 0

    def received(self, message: Received) -> None:
        self.messages.append(message)

    def bounded(self) -> None:
        self.bounds += 1


class Writing:
    """Notes what became of what was published."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def returned(self, message_id: str, reason: str) -> None:
        self.told.append(("returned", message_id, reason))

    def confirmed(self, tag: int, *, multiple: bool, taken: bool) -> None:
        self.told.append((tag, multiple, taken))


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time stands still until it is told otherwise."""

    now = 100.0

    def time(self) -> float:
        return self.now


class Line:
    """A tap, what reads there, and what is passed on to the library."""

    def __init__(self, loop: Clock) -> None:
        self.loop = loop
        self.reader = asyncio.StreamReader(loop=loop)
        self.tap = Tap(self.reader, loop)
        self.reading, self.writing = Reading(), Writing()
        self.tap.read_by(READ, self.reading)
        self.tap.written_by(WRITTEN, self.writing)

    def come(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.tap.data_received(piece)

    def passed(self) -> bytes:
        """What the library has got since the last time."""
        self.reader.feed_eof()
        found = self.loop.run_until_complete(self.reader.read())
        self.reader._eof = False  # type: ignore[attr-defined]  # it goes on
        return found


@contextmanager
def a_line() -> Iterator[Line]:
    loop = Clock()
    try:
        yield Line(loop)
    finally:
        loop.close()


def delivery(tag: int, body: bytes, *, again: bool = False, channel: int = READ) -> bytes:
    """A message as the broker delivers it, in bodies of at most five bytes."""
    properties = Basic.Properties(
        content_type="application/json",
        delivery_mode=2,
        message_id=f"{tag:016x}",
        message_type="inbound",
        user_id="hub",
    )
    return content(
        Basic.Deliver("ctag", tag, again, "hub.conversations", "p01"), properties, body, channel
    )


def content(method: Frame, properties: Basic.Properties, body: bytes, channel: int) -> bytes:
    header = ContentHeader(body_size=len(body), properties=properties)
    bodies = [ContentBody(body[at : at + 5]) for at in range(0, len(body), 5)]
    return frames(channel, method, header, *bodies)


def frames(channel: int, *parts: Frame | ContentHeader | ContentBody | Heartbeat) -> bytes:
    return b"".join(marshal(part, channel) for part in parts)


def test_a_delivery_is_read_whole() -> None:
    with a_line() as line:
        line.come(delivery(7, "привет".encode(), again=True))

    (message,) = line.reading.messages
    assert message.body.decode() == "привет"
    assert (message.tag, message.redelivered) == (7, True)
    assert (message.exchange, message.routing_key) == ("hub.conversations", "p01")
    assert message.properties == {
        "content_type": "application/json",
        "message_id": f"{7:016x}",
        "message_type": "inbound",
        "user_id": "hub",
    }


def test_a_delivery_without_a_body_is_one_too() -> None:
    with a_line() as line:
        line.come(delivery(1, b""), delivery(2, b"x"))

    assert [message.body for message in line.reading.messages] == [b"", b"x"]


def test_properties_of_every_kind_are_read() -> None:
    sent = datetime(2026, 1, 5, tzinfo=UTC)
    properties = Basic.Properties(
        content_type="a", headers={"x": 1}, priority=3, timestamp=sent, app_id="b", reply_to="c"
    )
    method = Basic.Deliver("t", 1, False, "", "q")
    with a_line() as line:
        line.come(content(method, properties, b"!", READ), delivery(2, b"?"))

    first, second = line.reading.messages
    assert first.properties["timestamp"] == sent
    assert first.properties["headers"] == {"x": 1}
    assert (first.properties["app_id"], first.properties["reply_to"]) == ("b", "c")
    assert second.body == b"?"


@pytest.mark.parametrize("seed", range(20))
def test_it_does_not_matter_how_the_bytes_are_cut(seed: int) -> None:
    random = Random(seed)
    bodies = [random.randbytes(random.randrange(40)) for _ in range(30)]
    others = [
        frames(0, Heartbeat()),
        frames(OTHER, Channel.OpenOk()),
        delivery(9, b"of the library", channel=OTHER),
        frames(READ, Basic.ConsumeOk("ctag")),
        frames(WRITTEN, Channel.Close(404, "gone", 0, 0)),
    ]
    stream, passed = b"", b""
    for tag, body in enumerate(bodies, start=1):
        stream += delivery(tag, body) + frames(WRITTEN, Basic.Ack(tag, tag % 2 == 0))
        other = random.choice(others)
        stream += other
        passed += other

    with a_line() as line:
        line.come(*cut(stream, random))
        found = line.passed()

    assert [message.body for message in line.reading.messages] == bodies
    told = [(tag, tag % 2 == 0, True) for tag in range(1, len(bodies) + 1)]
    assert line.writing.told == told
    assert found.replace(frames(0, Heartbeat()), b"") == passed.replace(frames(0, Heartbeat()), b"")


def cut(stream: bytes, random: Random) -> Sequence[bytes]:
    pieces: list[bytes] = []
    while stream:
        size = random.choice([1, 2, 7, 30, 400])
        pieces.append(stream[:size])
        stream = stream[size:]
    return pieces


def test_messages_of_two_channels_come_between_each_other() -> None:
    with a_line() as line:
        second = Reading()
        line.tap.read_by(OTHER, second)
        method = marshal(Basic.Deliver("t", 1, False, "", "q"), READ)
        header = marshal(ContentHeader(body_size=2, properties=Basic.Properties()), READ)
        body = marshal(ContentBody(b"ab"), READ)
        line.come(method, delivery(5, b"between", channel=OTHER), header, body)

    assert [message.body for message in line.reading.messages] == [b"ab"]
    assert [message.body for message in second.messages] == [b"between"]


def test_what_was_returned_is_told_before_its_confirmation() -> None:
    back = content(
        Basic.Return(312, "NO_ROUTE", "hub.commands", "p01"),
        Basic.Properties(message_id="000000000000000a"),
        b"nobody reads this",
        WRITTEN,
    )
    with a_line() as line:
        line.come(back + frames(WRITTEN, Basic.Ack(10), Basic.Nack(11, True)))

    assert line.writing.told == [
        ("returned", "000000000000000a", "NO_ROUTE"),
        (10, False, True),
        (11, True, False),
    ]


def test_the_answer_to_a_bound_is_the_readers_and_other_answers_are_not() -> None:
    with a_line() as line:
        line.come(frames(READ, Basic.QosOk(), Basic.CancelOk("ctag")))
        passed = line.passed()

    assert line.reading.bounds == 1
    assert passed == frames(READ, Basic.CancelOk("ctag"))


def test_a_channel_that_was_left_is_the_librarys() -> None:
    with a_line() as line:
        line.tap.leave(READ, line.reading)
        line.come(delivery(1, b"x"))
        passed = line.passed()

    assert line.reading.messages == []
    assert passed == delivery(1, b"x")


def test_a_number_that_is_anothers_by_now_is_not_taken_from_it() -> None:
    with a_line() as line:
        later = Reading()
        line.tap.read_by(READ, later)
        line.tap.leave(READ, line.reading)
        line.come(delivery(1, b"x"))

    assert [message.body for message in later.messages] == [b"x"]


def test_the_library_sees_that_the_connection_lives_though_it_reads_nothing() -> None:
    with a_line() as line:
        line.come(delivery(1, b"x"), delivery(2, b"x"))
        at_once = line.passed()
        line.loop.now += 1.5
        line.come(delivery(3, b"x"), delivery(4, b"x"))
        later = line.passed()

    assert at_once == later == frames(0, Heartbeat())


def test_what_is_no_frame_goes_to_the_library_as_it_came() -> None:
    with a_line() as line:
        line.come(b"AMQP\x00", b"\x00\x09\x01")
        passed = line.passed()

    assert passed == b"AMQP\x00\x00\x09\x01"


def test_the_beginning_of_a_frame_reaches_the_library_with_the_end_of_the_connection() -> None:
    with a_line() as line:
        line.come(frames(0, Heartbeat())[:5])
        line.tap.eof_received()
        passed = line.loop.run_until_complete(line.reader.read())

    assert passed == frames(0, Heartbeat())[:5]
