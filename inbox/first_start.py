"""What a fresh hub has: an admin, and a site chat that is ready to be tried on its demo page."""

from typing import Final

from inbox.news import News
from inbox.people import People
from shared.clock import Clock
from shared.collections import CHANNELS
from shared.errors import BadRequest, Conflict
from shared.events import ChannelChanged
from shared.ids import ChannelId, ChannelType
from shared.model.channel import Channel
from shared.policies.defaults import ensure_policies
from shared.ports.store import ABSENT, Put, Store
from shared.settings import Settings

SITE: Final = ChannelId("site")


async def first_start(store: Store, clock: Clock, people: People, settings: Settings) -> str | None:
    """Make what is missing; the admin's password if one was made.

    Several processes may do so at once: one of them makes it. Raises ``Unavailable``, and
    ``BadRequest`` for an admin's address that is none.
    """
    await _ensure_site_chat(store, clock, people.news)
    await ensure_policies(store, clock.now())
    try:
        return await people.ensure_admin(settings.admin_email, settings.admin_password)
    except BadRequest:
        if await people.by_email(settings.admin_email) is None:
            raise
        return None  # another process was quicker


async def _ensure_site_chat(store: Store, clock: Clock, news: News) -> None:
    """Make it when there has never been one; one that was removed stays removed."""
    now = clock.now()
    channel = Channel(
        id=SITE,
        type=ChannelType("webchat"),
        name="Site chat",
        created_at=now,
        updated_at=now,
    )
    try:
        await store.commit([Put(CHANNELS, channel, expect=ABSENT)])
    except Conflict:
        return
    changed = ChannelChanged(channel_id=SITE)
    await news.tell(changed, channel_type=channel.type, channel_id=SITE)
