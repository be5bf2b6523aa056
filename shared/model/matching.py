"""For which conversations a policy is: what must hold of them."""

from pydantic import Field

from shared.ids import ChannelId, ChannelType, TeamId
from shared.model.base import Strict
from shared.model.conversation import Conversation, Priority


class Match(Strict):
    """Every list that is not empty must have what the conversation has; none: any conversation."""

    channel_types: tuple[ChannelType, ...] = Field(default=(), max_length=100)
    channel_ids: tuple[ChannelId, ...] = Field(default=(), max_length=100)
    team_ids: tuple[TeamId, ...] = Field(default=(), max_length=100)
    lines: tuple[str, ...] = Field(default=(), max_length=100)
    topics: tuple[str, ...] = Field(default=(), max_length=100)
    segments: tuple[str, ...] = Field(default=(), max_length=100)
    """One of them is enough."""
    priorities: tuple[Priority, ...] = ()
    online: bool | None = None
    """Only while the customer is there to read the answer (true), or only while not (false)."""

    def fits(self, conversation: Conversation, *, online: bool) -> bool:
        """Whether the conversation is one of those."""
        return (
            (not self.channel_types or conversation.channel_type in self.channel_types)
            and (not self.channel_ids or conversation.channel_id in self.channel_ids)
            and (not self.team_ids or conversation.team_id in self.team_ids)
            and (not self.lines or conversation.line in self.lines)
            and (not self.topics or conversation.topic in self.topics)
            and (not self.segments or not set(self.segments).isdisjoint(conversation.segments))
            and (not self.priorities or conversation.priority in self.priorities)
            and (self.online is None or self.online is online)
        )
