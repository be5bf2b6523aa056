"""What is known of a case beside its messages."""

from router import timeline
from router.commands.done import Done, Refused, with_conversation
from router.work import Work
from shared.collections import FIELDS
from shared.commands import SetFields
from shared.model.conversation import Conversation
from shared.model.field import LONGEST_NAME, LONGEST_VALUE, MOST_FIELDS
from shared.model.fieldvalues import problem


async def set_fields(work: Work, conversation: Conversation, command: SetFields) -> Done:
    """Set some, take away those without a value."""
    for name, value in command.fields.items():
        if not name.strip() or len(name) > LONGEST_NAME:
            raise Refused(f"a name has 1 to {LONGEST_NAME} characters", code=422, field="fields")
        if len(value) > LONGEST_VALUE:
            raise Refused(f"{name}: over {LONGEST_VALUE} characters", code=422, field="fields")
    _require_fitting(work, command)
    merged = {**conversation.fields, **command.fields}
    fields = {name: value for name, value in merged.items() if value}
    if len(fields) > MOST_FIELDS:
        raise Refused(f"more than {MOST_FIELDS} fields", code=422, field="fields")
    if fields == conversation.fields:
        return with_conversation(conversation, changed=False)
    after = timeline.change(work, conversation, "fields", {"fields": fields}, command.actor)
    return with_conversation(after, details={"names": sorted(command.fields)})


def _require_fitting(work: Work, command: SetFields) -> None:
    """A field that admins have defined holds only what it is for; others are a bot's own."""
    specs = {one.key: one for one in work.policy.book.all(FIELDS)}
    for name, value in command.fields.items():
        wrong = problem(specs[name], value) if value and name in specs else None
        if wrong is not None:
            raise Refused(wrong, code=422, field=f"fields.{name}")
