"""Every kind of policy document that admins may keep, with what makes one of it impossible."""

from typing import Any, Final

from inbox.policies import PolicyKind
from inbox.policy_checks import (
    answer_sizes,
    calendars,
    canned_replies,
    deadlines,
    fields,
    queue,
    rules,
    scores,
    topics,
)
from inbox.policy_checks.bots import check_duty
from shared.collections import (
    ACKNOWLEDGEMENTS,
    ANSWER_SIZES,
    BOT_DUTIES,
    CALENDARS,
    CANNED_REPLIES,
    FIELDS,
    LINES,
    MACROS,
    PEAKS,
    PRIORITY_SCORES,
    QUEUEING,
    RULES,
    SEGMENTS,
    SKILLS,
    SLA_POLICIES,
    TEAMS,
    TOPICS,
)
from shared.errors import BadRequest
from shared.model.acknowledgement import Acknowledgement, AcknowledgementSpec
from shared.model.answer_size import AnswerSize, AnswerSizeSpec
from shared.model.bots import BotDuty, BotDutySpec
from shared.model.calendar import Calendar, CalendarSpec
from shared.model.canned_reply import CannedReply, CannedReplySpec
from shared.model.field import FieldDefinition, FieldSpec
from shared.model.line import Line, LineSpec
from shared.model.macro import Macro, MacroSpec
from shared.model.peak import Peak, PeakSpec
from shared.model.priority_score import PriorityScore, PriorityScoreSpec
from shared.model.queueing import Queueing, QueueingSpec
from shared.model.rule import Rule, RuleSpec
from shared.model.segment import Segment, SegmentSpec
from shared.model.skill import Skill, SkillSpec
from shared.model.sla import SlaPolicy, SlaPolicySpec
from shared.model.team import Team, TeamSpec
from shared.model.topic import Topic, TopicSpec
from shared.policies.book import Book


def check_topic(id: str, spec: TopicSpec, book: Book) -> None:
    """The parent is there, and no topic is its own ancestor."""
    seen = {id}
    parent_id = spec.parent_id
    while parent_id is not None:
        if parent_id in seen:
            raise BadRequest("a topic cannot stand below itself", field="parent_id")
        seen.add(parent_id)
        parent = book.get(TOPICS, parent_id)
        if parent is None:
            raise BadRequest("there is no such topic", field="parent_id")
        parent_id = parent.parent_id


def check_topic_removal(id: str, book: Book) -> None:
    """Topics below it go first."""
    if any(topic.parent_id == id for topic in book.all(TOPICS)):
        raise BadRequest("other topics stand below it")
    user = topics.topic_in_use(id, book)
    if user is not None:
        raise BadRequest(f"{user} names it")


def check_segment(_id: str, spec: SegmentSpec, _book: Book) -> None:
    """A rule asks for something."""
    if spec.rule is not None and spec.rule.is_empty():
        raise BadRequest("a rule that asks for nothing would take in everybody", field="rule")


TOPIC: Final[PolicyKind[Topic, TopicSpec]] = PolicyKind(
    TOPICS, TopicSpec, "topics", "topic", "tp", check_topic, check_topic_removal
)
SEGMENT: Final[PolicyKind[Segment, SegmentSpec]] = PolicyKind(
    SEGMENTS, SegmentSpec, "segments", "segment", "sg", check_segment
)


TEAM: Final[PolicyKind[Team, TeamSpec]] = PolicyKind(
    TEAMS, TeamSpec, "teams", "team", "tm", queue.check_team, queue.check_team_removal
)
LINE: Final[PolicyKind[Line, LineSpec]] = PolicyKind(
    LINES, LineSpec, "lines", "line", "ln", queue.check_line
)
SKILL: Final[PolicyKind[Skill, SkillSpec]] = PolicyKind(
    SKILLS, SkillSpec, "skills", "skill", "sk", queue.check_skill
)
QUEUEING_KIND: Final[PolicyKind[Queueing, QueueingSpec]] = PolicyKind(
    QUEUEING,
    QueueingSpec,
    "queueing",
    "queueing",
    "qg",
    queue.check_queueing,
    queue.check_queueing_removal,
)

BOT_DUTY: Final[PolicyKind[BotDuty, BotDutySpec]] = PolicyKind(
    BOT_DUTIES, BotDutySpec, "bot-duties", "bot duty", "bd", check_duty
)
CALENDAR: Final[PolicyKind[Calendar, CalendarSpec]] = PolicyKind(
    CALENDARS,
    CalendarSpec,
    "calendars",
    "calendar",
    "cl",
    calendars.check_calendar,
    calendars.check_calendar_removal,
)
SLA: Final[PolicyKind[SlaPolicy, SlaPolicySpec]] = PolicyKind(
    SLA_POLICIES,
    SlaPolicySpec,
    "sla-policies",
    "SLA policy",
    "sl",
    deadlines.check_sla,
    names=deadlines.named_by_sla,
)
ACKNOWLEDGEMENT: Final[PolicyKind[Acknowledgement, AcknowledgementSpec]] = PolicyKind(
    ACKNOWLEDGEMENTS,
    AcknowledgementSpec,
    "acknowledgements",
    "acknowledgement",
    "ak",
    deadlines.check_acknowledgement,
    names=deadlines.named_by_acknowledgement,
)

RULE: Final[PolicyKind[Rule, RuleSpec]] = PolicyKind(
    RULES, RuleSpec, "rules", "rule", "ru", rules.check_rule, names=rules.rule_names
)
MACRO: Final[PolicyKind[Macro, MacroSpec]] = PolicyKind(
    MACROS, MacroSpec, "macros", "macro", "mc", rules.check_macro, names=rules.macro_names
)
CANNED_REPLY: Final[PolicyKind[CannedReply, CannedReplySpec]] = PolicyKind(
    CANNED_REPLIES, CannedReplySpec, "canned-replies", "canned reply", "cr",
    canned_replies.check_canned_reply, canned_replies.check_canned_removal,
)  # fmt: skip
FIELD: Final[PolicyKind[FieldDefinition, FieldSpec]] = PolicyKind(
    FIELDS, FieldSpec, "fields", "field", "fd", fields.check_field, fields.check_field_removal
)
PRIORITY_SCORE: Final[PolicyKind[PriorityScore, PriorityScoreSpec]] = PolicyKind(
    PRIORITY_SCORES, PriorityScoreSpec, "priority-scores", "priority score", "ps",
    scores.check_score, names=scores.score_names,
)  # fmt: skip
PEAK: Final[PolicyKind[Peak, PeakSpec]] = PolicyKind(PEAKS, PeakSpec, "peaks", "peak", "pk")
ANSWER_SIZE: Final[PolicyKind[AnswerSize, AnswerSizeSpec]] = PolicyKind(
    ANSWER_SIZES, AnswerSizeSpec, "answer-sizes", "answer size", "az",
    names=answer_sizes.named_by_size,
)  # fmt: skip

POLICY_KINDS: Final[tuple[PolicyKind[Any, Any], ...]] = (
    TOPIC,
    SEGMENT,
    TEAM,
    LINE,
    SKILL,
    QUEUEING_KIND,
    BOT_DUTY,
    CALENDAR,
    SLA,
    ACKNOWLEDGEMENT,
    RULE,
    MACRO,
    CANNED_REPLY,
    FIELD,
    PRIORITY_SCORE,
    PEAK,
    ANSWER_SIZE,
)
