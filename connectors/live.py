"""A channel at work: its connector and what serves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.acceptance import Acceptance
from connectors.actions import Presses
from connectors.base import Answers, Connector, FollowsMessages
from connectors.health import Health
from connectors.manifest import Manifest
from connectors.media import MediaFetcher
from connectors.pages import Pages
from shared.ids import ChannelId
from shared.model.channel import Channel


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel whose connector has loaded and connected."""

    channel: Channel
    manifest: Manifest
    connector: Connector
    answers: Answers | None
    """The connector, if it says itself how webhooks are answered: looked up once, for to look costs
    as much as to read an event."""
    acceptance: Acceptance
    health: Health
    presses: Presses
    follows: FollowsMessages | None
    """The connector, if it is told of messages: looked up once."""
    pages: Pages | None
    media: MediaFetcher | None
    sends: Callable[[], bool]
    """Whether this process holds the channel's dispatch lease."""


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """What the HTTP edge needs to know of a channel, whether it is at work or not."""

    channel: Channel
    live: LiveChannel | None = None


KnownChannels = Mapping[ChannelId, KnownChannel]
