"""What a fresh hub's book says, until an admin says otherwise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from shared.collections import LINES, PEAKS, QUEUEING, SEGMENTS, SETTINGS, TOPICS
from shared.errors import Conflict
from shared.model.line import Line
from shared.model.peak import Peak
from shared.model.queueing import Queueing
from shared.model.records import HubSetting
from shared.model.segment import Segment
from shared.model.topic import Topic
from shared.policies.answering import default_answering
from shared.policies.book import EDITION
from shared.policies.queueing import QUEUEING_ID
from shared.ports.store import ABSENT, Change, Put, Store

_TOPICS: Final = (
    ("technical", "Technical", "Техническая проблема"),
    ("advice", "Product advice", "Консультация по товару"),
    ("money", "Money", "Деньги и оплата"),
    ("suggestions", "Suggestions", "Предложения"),
)
_LINES: Final = (
    ("L1", "First line", "Первая линия", 600.0),
    ("L2", "Second line", "Вторая линия", 1200.0),
    ("L3", "Experts", "Эксперты", 2400.0),
)
_SEGMENTS: Final = (("vip", "VIP", "VIP"), ("company", "Company", "Компания"))


def default_policies(now: datetime) -> Sequence[Change]:
    """The first edition as changes of one commit."""
    changes: list[Change] = [_edition()]
    changes += [
        _put(
            TOPICS,
            Topic(
                id=id, name=name, names={"ru": russian}, position=n, created_at=now, updated_at=now
            ),
        )
        for n, (id, name, russian) in enumerate(_TOPICS)
    ]
    changes += [
        _put(
            LINES,
            Line(
                id=id, name=name, names={"ru": russian}, position=n, handle_s=handle_s,
                created_at=now, updated_at=now,
            ),
        )
        for n, (id, name, russian, handle_s) in enumerate(_LINES, start=1)
    ]  # fmt: skip
    queueing = Queueing(id=QUEUEING_ID, name="Queueing", created_at=now, updated_at=now)
    changes.append(_put(QUEUEING, queueing))
    changes += [
        _put(
            SEGMENTS,
            Segment(
                id=id, name=name, names={"ru": russian}, position=n, created_at=now, updated_at=now
            ),
        )
        for n, (id, name, russian) in enumerate(_SEGMENTS)
    ]
    changes.append(_put(PEAKS, Peak(id="peak", name="Peak", created_at=now, updated_at=now)))
    return [*changes, *default_answering(now)]


async def ensure_policies(store: Store, now: datetime) -> None:
    """Write the first edition where there never was one. Raises ``Unavailable``."""
    if await store.get(SETTINGS, EDITION) is not None:
        return
    try:
        await store.commit(default_policies(now))
    except Conflict:
        return  # another process was first


def _edition() -> Put[HubSetting]:
    return Put(SETTINGS, HubSetting(id=EDITION, value=None), expect=ABSENT)


def _put(collection: Any, document: Any) -> Put[Any]:
    return Put(collection, document, expect=ABSENT)
