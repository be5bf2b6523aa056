"""Teams, lines, skills, the queueing, and agents' duties: what cannot work beside the rest."""

from collections.abc import Iterable
from typing import Final

from inbox.policy_checks.deadlines import check_text
from shared.collections import LINES, QUEUEING, SKILLS, TEAMS
from shared.errors import BadRequest
from shared.model.acknowledgement import QUEUE_PLACEHOLDERS
from shared.model.line import LineSpec
from shared.model.queueing import Duties, QueueingSpec
from shared.model.skill import BEST_LEVEL, SkillSpec
from shared.model.team import TeamSpec
from shared.policies.book import Book

_HEAVIEST: Final = 1000


def check_team(id: str, spec: TeamSpec, book: Book) -> None:
    """The team that helps out is there and another one, and both halves of the rule are said."""
    if (spec.overflow_team_id is None) != (spec.overflow_wait_s is None):
        missing = "overflow_team_id" if spec.overflow_team_id is None else "overflow_wait_s"
        raise BadRequest("the wait and the team that helps out go together", field=missing)
    if spec.overflow_team_id is None:
        return
    if spec.overflow_team_id == id:
        raise BadRequest("a team cannot help itself out", field="overflow_team_id")
    if book.get(TEAMS, spec.overflow_team_id) is None:
        raise BadRequest("there is no such team", field="overflow_team_id")


def check_team_removal(id: str, book: Book) -> None:
    """Nobody counts on its help."""
    for team in book.all(TEAMS):
        if team.overflow_team_id == id:
            raise BadRequest(f"the team {team.name} counts on its help")


def check_line(id: str, spec: LineSpec, book: Book) -> None:
    """No two lines stand at the same place, for escalation goes from one to the next; and the line
    that helps out is there and another one."""
    for line in book.all(LINES):
        if line.id != id and line.position == spec.position:
            raise BadRequest(f"the line {line.name} stands there", field="position")
    if (spec.overflow_line is None) != (spec.overflow_wait_s is None):
        missing = "overflow_line" if spec.overflow_line is None else "overflow_wait_s"
        raise BadRequest("the wait and the line that helps out go together", field=missing)
    if spec.overflow_line == id:
        raise BadRequest("a line cannot help itself out", field="overflow_line")
    if spec.overflow_line is not None and book.get(LINES, spec.overflow_line) is None:
        raise BadRequest("there is no such line", field="overflow_line")


def check_skill(id: str, spec: SkillSpec, book: Book) -> None:
    """A word means one skill."""
    if any(skill.id != id and skill.key == spec.key for skill in book.all(SKILLS)):
        raise BadRequest("there is a skill with this key", field="key")


def check_queueing(id: str, spec: QueueingSpec, book: Book) -> None:
    """There is one such document, and its weights are some."""
    if any(one.id != id for one in book.all(QUEUEING)):
        raise BadRequest("there is one already: change that")
    for channel_type, weight in spec.weights.items():
        if not 1 <= weight <= _HEAVIEST:
            raise BadRequest(
                f"a conversation weighs 1 to {_HEAVIEST}", field=f"weights.{channel_type}"
            )
        if weight > spec.capacity:
            raise BadRequest("it would fit nobody", field=f"weights.{channel_type}")
    for language, text in spec.place_texts.items():
        check_text(text, f"place_texts.{language}", QUEUE_PLACEHOLDERS)


def check_queueing_removal(_id: str, _book: Book) -> None:
    """It always holds."""
    raise BadRequest("the queueing cannot be removed; change it")


def check_duties(duties: Duties, team_ids: Iterable[str], book: Book) -> None:
    """What an agent is said to do is known to the book, in levels and shares that there are."""
    keys = {skill.key for skill in book.all(SKILLS)}
    for key, level in duties.skills.items():
        if key not in keys:
            raise BadRequest("there is no such skill", field=f"duties.skills.{key}")
        if not 1 <= level <= BEST_LEVEL:
            raise BadRequest(f"a level is 1 to {BEST_LEVEL}", field=f"duties.skills.{key}")
    for line, share in duties.lines.items():
        if book.get(LINES, line) is None:
            raise BadRequest("there is no such line", field=f"duties.lines.{line}")
        _check_share(share, f"duties.lines.{line}")
    belongs = set(team_ids)
    for team, share in duties.teams.items():
        if team not in belongs:
            raise BadRequest("the agent is not in this team", field=f"duties.teams.{team}")
        _check_share(share, f"duties.teams.{team}")
    if any(not language.strip() for language in duties.languages):
        raise BadRequest("a language is a tag such as ru", field="duties.languages")


def check_teams(team_ids: Iterable[str], book: Book) -> None:
    """The teams are there."""
    for team_id in team_ids:
        if book.get(TEAMS, team_id) is None:
            raise BadRequest("there is no such team", field="team_ids")


def _check_share(share: float, field: str) -> None:
    if not 0 < share <= 1:
        raise BadRequest("a share is above 0 and at most 1", field=field)
