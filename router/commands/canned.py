"""Replies that are canned: filled in by the book, and refused where the book says so."""

from router.commands.done import Refused
from router.work import Work
from shared.answers.render import (
    Known,
    NotRendered,
    canned,
    filled,
    known_of,
    personal_in,
    rendered,
    require_kept,
)
from shared.collections import CANNED_USAGE, CHANNELS
from shared.commands import Reply
from shared.errors import Rejected
from shared.model.conversation import Conversation
from shared.model.people import Actor, ActorKind


async def filled_in(work: Work, conversation: Conversation, command: Reply) -> Reply:
    """The reply with the canned reply's text and files, where it names one and has no text.

    Raises ``Refused`` with the field and a reason as a stable word.
    """
    book = work.policy.book
    if command.canned is None:
        return await _with_variables(work, conversation, command) if command.fill else command
    spec = canned(book, command.canned.id)
    if spec is None:
        raise Refused("there is no such canned reply", code=422, field="canned.id")
    known = await known_in(work, conversation, command.actor)
    given = command.canned.values
    try:
        made = rendered(book, spec, conversation, known, given)
        if command.text.strip():
            require_kept(spec, given, command.text)
    except NotRendered as error:
        raise refused(error, "canned.") from None
    own = made.files if command.canned.files else ()
    files = (*command.attachments, *(file.attachment() for file in own))
    text = command.text if command.text.strip() else made.text
    return command.model_copy(update={"text": text, "attachments": files})


async def _with_variables(work: Work, conversation: Conversation, command: Reply) -> Reply:
    known = await known_in(work, conversation, command.actor)
    personal = personal_in(work.policy.book, None)
    try:
        text = filled(command.text, known, personal=personal)
    except NotRendered as error:
        raise refused(error) from None
    return command.model_copy(update={"text": text})


def count(work: Work, command: Reply) -> None:
    """Count the use of its canned reply, if it is one."""
    if command.canned is not None:
        id = command.canned.id
        work.unit.add(CANNED_USAGE, f"{id}/{work.partition}", {"uses": 1}, {"canned_reply_id": id})


async def known_in(work: Work, conversation: Conversation, author: Actor) -> Known:
    """What variables are filled with here, for this author."""
    channel = await work.unit.get(CHANNELS, conversation.channel_id)
    person = author.name if author.kind is ActorKind.AGENT else conversation.assignee_name
    return known_of(
        work.policy.book,
        conversation,
        author=person,
        channel=channel.name if channel is not None else None,
        now=work.now,
    )


def refused(error: NotRendered, prefix: str = "") -> Refused:
    """The refusal that a text which cannot be rendered is."""
    field = error.field if error.field == "text" else prefix + error.field
    why = Rejected(str(error), code=error.code, values={"variable": error.variable})
    return Refused(str(error), code=422, field=field, why=why)
