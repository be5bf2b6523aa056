"""What a reply can hold beside its text: formatting, and the head of a mail."""

import pytest

from shared.commands import Edit, Reply
from shared.ids import partition_of
from shared.model.content import Address, Span, SpanKind
from tests.inbox.stage import Stage, a_conversation, a_message
from tests.inbox.tiny_router import routed

BOLD = {"kind": "bold", "start": 0, "length": 2}


async def test_formatting_and_the_head_of_a_mail_reach_the_router(stage: Stage) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    to, bcc = [{"email": "a@c.example"}], [{"email": "b@c.example"}]
    head = {"subject": "Refund", "to": to, "bcc": bcc}
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        await me.post(
            f"/conversations/{conversation.id}/messages",
            {"text": "hi there", "spans": [BOLD], "email": head},
        )

    _, command = router.seen[0]
    assert isinstance(command, Reply)
    assert command.spans == (Span(kind=SpanKind.BOLD, start=0, length=2),)
    assert command.email is not None
    assert (command.email.subject, command.email.to) == ("Refund", (Address(email="a@c.example"),))
    assert command.email.bcc == (Address(email="b@c.example"),)


async def test_an_edit_brings_its_formatting(stage: Stage) -> None:
    conversation = a_conversation()
    message = a_message(conversation, 1)
    await stage.store_conversation(conversation, message)
    async with routed(stage.hub, partition_of(conversation.id)) as router, stage.browser() as me:
        await me.patch(f"/messages/{message.id}", {"text": "hi", "spans": [BOLD]})

    _, command = router.seen[0]
    assert isinstance(command, Edit)
    assert command.spans == (Span(kind=SpanKind.BOLD, start=0, length=2),)


@pytest.mark.parametrize(
    "body, field",
    [
        ({"text": "hi", "spans": [{"kind": "bold", "start": 1, "length": 2}]}, "spans"),
        ({"text": "hi", "spans": [{"kind": "link", "start": 0, "length": 2}]}, "spans"),
        ({"text": "hi", "email": {"cc": [{"email": "nobody"}]}}, "email.cc.0.email"),
        ({"text": "hi", "email": {"subject": "a\r\nBcc: b@c.example"}}, "email.subject"),
        ({"text": "hi", "kind": "note", "email": {"subject": "a"}}, "email"),
    ],
)
async def test_what_does_not_fit_is_named(
    stage: Stage, body: dict[str, object], field: str
) -> None:
    conversation = a_conversation()
    await stage.store_conversation(conversation)
    async with stage.browser() as me:
        answer = await me.post(f"/conversations/{conversation.id}/messages", body)

    named = [answer.data.get("field"), *(e["field"] for e in answer.data.get("errors") or [])]
    assert answer.status in (400, 422)
    assert field in named, answer.data
