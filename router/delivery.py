"""How far an outbound message has come, from its parts. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.ids import ExternalId
from shared.model.delivery import SENT_STATES, Delivery, Failure, PartDelivery, advance

_ORDER: Final = (
    Delivery.QUEUED,
    Delivery.HELD,
    Delivery.SENDING,
    Delivery.SENT,
    Delivery.DELIVERED,
    Delivery.READ,
)
_WAITING: Final = frozenset({Delivery.QUEUED, Delivery.HELD})


def delivery_of(parts: Sequence[PartDelivery]) -> Delivery:
    """The state of the whole: failed or unknown if any part is, else the least advanced.

    Once one part has begun to leave, parts that still wait make the whole ``sending``, for it can
    no longer be taken back.
    """
    states = {part.state for part in parts}
    for bad in (Delivery.FAILED, Delivery.UNKNOWN):
        if bad in states:
            return bad
    alive = states - {Delivery.CANCELLED}
    if not alive:
        return Delivery.CANCELLED if states else Delivery.QUEUED
    if alive & _WAITING and alive - _WAITING:
        return Delivery.SENDING
    return next(state for state in _ORDER if state in alive)


def failure_of(parts: Sequence[PartDelivery]) -> Failure | None:
    """The reason of the first part that has one."""
    return next((part.failure for part in parts if part.failure), None)


def external_ids_of(parts: Sequence[PartDelivery]) -> tuple[ExternalId, ...]:
    """The platform's ids of all parts, in their order."""
    return tuple(dict.fromkeys(id for part in parts for id in part.external_ids))


def with_total(
    parts: tuple[PartDelivery, ...], total: int, at: datetime
) -> tuple[PartDelivery, ...]:
    """The parts, with those added that the dispatcher has planned meanwhile."""
    known = {part.index for part in parts}
    added = [
        PartDelivery(index=index, state=Delivery.QUEUED, at=at)
        for index in range(total)
        if index not in known
    ]
    return tuple(sorted((*parts, *added), key=lambda part: part.index)) if added else parts


def with_news(
    parts: tuple[PartDelivery, ...],
    index: int,
    news: Delivery,
    *,
    at: datetime,
    external_ids: tuple[ExternalId, ...] = (),
    failure: Failure | None = None,
) -> tuple[PartDelivery, ...]:
    """The parts after news of one of them; the same object when it says nothing new."""
    parts = with_total(parts, index + 1, at)
    position = next(n for n, part in enumerate(parts) if part.index == index)
    part = parts[position]
    state = advance(part.state, news)
    ids = tuple(dict.fromkeys((*part.external_ids, *external_ids)))
    # What a state says of itself goes with it: a reason belongs to the failure it explains.
    reason = failure if state is news and failure else part.failure
    if state in SENT_STATES:
        reason = None
    if state is part.state and ids == part.external_ids and reason == part.failure:
        return parts
    changed = PartDelivery(
        index=index,
        state=state,
        external_ids=ids,
        failure=reason,
        at=at if state is not part.state else part.at,
    )
    return (*parts[:position], changed, *parts[position + 1 :])
