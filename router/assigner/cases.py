"""A conversation as the assigner needs it: what it asks for, since when, and who has it. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from router.loads import held
from shared.collections import LINES, SKILLS, TEAMS
from shared.commands import Seen
from shared.ids import ConversationId
from shared.model.conversation import Conversation, Priority, waits
from shared.model.skill import needed_level
from shared.policies.book import Book
from shared.policies.queueing import queueing_of, weight_of

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_RANK: Final = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}

Key = tuple[int, datetime, datetime, str]
"""The order of what waits: priority, deadline, age; the id last, so that it is a total one."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a conversation asks of whoever answers it; many ask for the same."""

    team_id: str | None = None
    line: str | None = None
    skills: tuple[tuple[str, int], ...] = ()
    language: str | None = None
    channel_type: str = ""

    def words(self) -> str:
        """As a system line says it: ``refunds:2, ru``."""
        skills = [f"{key}:{level}" if level > 1 else key for key, level in self.skills]
        return ", ".join([*skills, *([self.language] if self.language else [])])


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation that waits or is held."""

    id: ConversationId
    seen: Seen
    key: Key
    contact_id: str
    need: Need
    weight: int
    waiting_since: datetime | None
    assigned_at: datetime | None
    held_by: str | None
    """Who holds it; None where it takes nobody's capacity."""
    waits: bool
    """It stands in the queue."""
    last_agent_id: str | None
    passed_by: tuple[str, ...]
    returned_at: datetime | None

    @property
    def version(self) -> int:
        """Of the conversation."""
        return self.seen.version

    @property
    def since(self) -> datetime:
        """Since when it waits, or would."""
        return self.key[2]

    @property
    def queue(self) -> tuple[str | None, str | None]:
        """The team and line in whose queue it stands."""
        return self.seen.team_id, self.seen.line


def case_of(conversation: Conversation, book: Book) -> Case:
    """What the assigner keeps of a conversation."""
    holding, kept = held(conversation), conversation.assignment
    weight = weight_of(queueing_of(book), conversation.channel_type)
    return Case(
        id=conversation.id,
        seen=Seen.of(conversation),
        key=key_of(conversation),
        contact_id=conversation.contact_id,
        need=need_of(Seen.of(conversation), conversation.channel_type, book),
        weight=holding[1] if holding is not None else weight,
        waiting_since=conversation.waiting_since,
        assigned_at=conversation.assigned_at,
        held_by=holding[0] if holding is not None else None,
        waits=waits(conversation),
        last_agent_id=kept.last_agent_id,
        passed_by=kept.passed_by,
        returned_at=kept.returned_at,
    )


def key_of(conversation: Conversation) -> Key:
    """Where it stands among those that wait."""
    since = (
        conversation.waiting_since
        or conversation.assignment.returned_at
        or conversation.last_inbound_at
        or conversation.created_at
    )
    return _RANK[conversation.priority], conversation.due_at or _NEVER, since, conversation.id


def need_of(seen: Seen, channel_type: str, book: Book) -> Need:
    """What it asks for, without what the book does not know: that would ask for nobody."""
    known = {skill.key for skill in book.all(SKILLS)}
    needed = (needed_level(need) for need in seen.skills)
    return Need(
        team_id=seen.team_id if book.get(TEAMS, seen.team_id) is not None else None,
        line=seen.line if book.get(LINES, seen.line) is not None else None,
        skills=tuple(sorted((key, level) for key, level in needed if key in known)),
        language=primary(seen.language) if seen.language else None,
        channel_type=channel_type,
    )


def primary(language: str) -> str:
    """The language of a tag without region and script: ``ru`` of ``ru-RU``."""
    return language.replace("_", "-").partition("-")[0].lower()
