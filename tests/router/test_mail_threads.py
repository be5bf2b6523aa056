"""Mails find their conversation by what they answer, and strangers do not find it."""

from typing import Any

from shared.collections import IDENTITIES, SEEN_EVENTS, THREADS, identity_id, thread_id
from shared.commands import Reply, Resolve
from shared.ids import ExternalId, MessageId
from shared.model.content import Content, EmailFields
from shared.model.conversation import Conversation, Status
from shared.model.inbound import Clue, Inbound, ThreadRef
from shared.model.message import Message
from shared.model.people import Participant
from shared.ports.store import Delete
from tests.router.world import AGENT, BOT, CHANNEL, TYPE, World, inbound, sent

ANNA = "anna@customer.example"


def mail(
    number: int,
    *answers: str,
    sender: str = ANNA,
    clues: tuple[Clue, ...] = (),
    people: str | None = None,
    message_id: str | None = None,
    automatic: bool = False,
    text: str | None = None,
) -> Inbound:
    """A mail as the connector tells of it."""
    name = message_id or f"<{number}@customer.example>"
    named = tuple(Clue(name=ExternalId(one)) for one in answers)
    return inbound(
        key=f"mail/{number}",
        thread=ThreadRef(
            external_id=ExternalId(f"mail:{number}"),
            partition_key="mailbox",
            kind="email",
            context={"people": people or sender},
            clues=(*clues, *named),
            names=(ExternalId(name), ExternalId(f"#TAG{number}")),
        ),
        author=Participant(external_id=ExternalId(sender)),
        external_id=ExternalId(name),
        content=Content(text=text or f"mail {number}", email=EmailFields(automatic=automatic)),
    )


async def answered(world: World, number: int = 1) -> tuple[Conversation, Message]:
    """An agent's answer in the conversation of a mail."""
    conversation = await world.conversation(f"mail:{number}")
    outcome = await world.ask(Reply(conversation_id=conversation.id, actor=AGENT, text="answer"))
    return conversation, await world.message(outcome.result["message"]["id"])


async def texts(world: World, number: int = 1) -> list[str]:
    """What was written; lines that tell of other things left out."""
    said = await world.texts(f"mail:{number}")
    return [text for text in said if not text.startswith("[")]


async def test_a_mail_joins_the_thread_of_the_mail_that_it_answers(world: World) -> None:
    await world.tell(mail(1))

    await world.tell(mail(2, "<1@customer.example>"))

    assert await texts(world) == ["mail 1", "mail 2"]
    assert await texts(world, 2) == ["mail 1", "mail 2"]


async def test_a_mail_that_answers_nothing_known_begins_a_conversation(world: World) -> None:
    await world.tell(mail(1))

    await world.tell(mail(2, "<unheard-of@elsewhere.example>"))

    assert await texts(world) == ["mail 1"]
    assert await texts(world, 2) == ["mail 2"]


async def test_of_several_references_the_first_that_is_known_decides(world: World) -> None:
    await world.tell(mail(1))
    await world.tell(mail(2))

    await world.tell(mail(3, "<unheard-of@x>", "<2@customer.example>", "<1@customer.example>"))

    assert await texts(world, 2) == ["mail 2", "mail 3"]


async def test_an_answer_to_our_mail_joins_by_the_id_that_was_recorded(world: World) -> None:
    await world.tell(mail(1))
    conversation, message = await answered(world)
    await world.report(sent(message, "<ours@shop.example>", thread=conversation.thread))

    await world.tell(mail(2, "<ours@shop.example>"))

    assert await texts(world) == ["mail 1", "answer", "mail 2"]


async def test_our_signature_leads_to_the_thread_before_any_receipt(world: World) -> None:
    await world.tell(mail(1))
    _, message = await answered(world)

    await world.tell(mail(2, clues=(Clue(message_id=message.id),)))

    assert await texts(world) == ["mail 1", "answer", "mail 2"]


async def test_a_stranger_who_copied_an_id_begins_a_conversation_of_their_own(
    world: World,
) -> None:
    await world.tell(mail(1))

    await world.tell(mail(2, "<1@customer.example>", sender="mallory@evil.example"))

    assert await texts(world) == ["mail 1"]
    assert await texts(world, 2) == ["mail 2"]


async def test_a_code_in_our_address_is_believed_whoever_writes_to_it(world: World) -> None:
    await world.tell(mail(1))
    _, message = await answered(world)
    clue = Clue(message_id=message.id, trust="anyone")

    await world.tell(mail(2, sender="anna@elsewhere.example", clues=(clue,)))

    assert await texts(world) == ["mail 1", "answer", "mail 2"]


async def test_somebody_in_copy_may_answer(world: World) -> None:
    await world.tell(mail(1, people=f"{ANNA} boss@gmail.com"))

    await world.tell(mail(2, "<1@customer.example>", sender="boss@gmail.com"))

    assert await texts(world) == ["mail 1", "mail 2"]


async def test_a_colleague_of_the_customer_may_answer(world: World) -> None:
    await world.tell(mail(1))

    await world.tell(mail(2, "<1@customer.example>", sender="boris@customer.example"))

    assert await texts(world) == ["mail 1", "mail 2"]


async def test_two_people_at_one_free_provider_are_no_colleagues(world: World) -> None:
    await world.tell(mail(1, sender="anna@gmail.com"))

    await world.tell(mail(2, "<1@customer.example>", sender="mallory@gmail.com"))

    assert await texts(world) == ["mail 1"]


async def test_a_tag_in_the_subject_counts_from_the_customer_alone(world: World) -> None:
    await world.tell(mail(1))
    clue = Clue(name=ExternalId("#TAG1"), trust="customer")

    await world.tell(mail(2, sender="boris@customer.example", clues=(clue,)))
    await world.tell(mail(3, clues=(clue,)))

    assert await texts(world) == ["mail 1", "mail 3"]
    assert await texts(world, 2) == ["mail 2"]


async def test_a_forged_id_does_not_take_over_the_name(world: World) -> None:
    await world.tell(mail(1))

    await world.tell(mail(2, sender="mallory@evil.example", message_id="<1@customer.example>"))
    await world.tell(mail(3, "<1@customer.example>"))

    assert await texts(world) == ["mail 1", "mail 3"]
    assert await texts(world, 2) == ["mail 2"]


async def test_an_id_of_another_channel_leads_nowhere(world: World) -> None:
    await world.tell(mail(1))
    clue = Clue(message_id=MessageId("m" + "0" * 34), trust="anyone")

    await world.tell(mail(2, clues=(clue,)))

    assert await texts(world, 2) == ["mail 2"]


async def test_a_mail_read_again_after_its_key_was_forgotten_is_one_message(world: World) -> None:
    await world.tell(mail(1), mail(2, "<1@customer.example>"))
    await world.store.commit([Delete(SEEN_EVENTS, f"{CHANNEL}\nmail/{n}") for n in (1, 2)])

    await world.tell(mail(1), mail(2, "<1@customer.example>"))

    assert await texts(world) == ["mail 1", "mail 2"]


async def test_an_out_of_office_note_neither_waits_nor_reopens(world: World) -> None:
    await world.tell(mail(1))
    conversation = await world.conversation("mail:1")
    await world.ask(Resolve(conversation_id=conversation.id, actor=AGENT))

    await world.tell(mail(2, "<1@customer.example>", automatic=True))

    after = await world.conversation("mail:1")
    assert (await texts(world))[-1] == "mail 2"
    assert after.id == conversation.id
    assert after.status is Status.RESOLVED


async def test_a_first_automatic_mail_waits_for_nobody(world: World) -> None:
    await world.tell(mail(1, automatic=True))

    conversation = await world.conversation("mail:1")
    assert conversation.waiting_since is None
    assert conversation.unread == 1


async def test_what_a_program_answers_is_marked_as_automatic(world: World) -> None:
    await world.tell(mail(1))
    conversation = await world.conversation("mail:1")

    by_bot = await world.ask(Reply(conversation_id=conversation.id, actor=BOT, text="beep"))
    _, by_agent = await answered(world)

    (first,) = await world.parts(await world.message(by_bot.result["message"]["id"]))
    (second,) = await world.parts(by_agent)
    assert first.automatic
    assert not second.automatic


async def test_the_names_of_a_thread_point_to_it(world: World) -> None:
    await world.tell(mail(1), mail(2, "<1@customer.example>"))

    rows: list[Any] = []
    for name in ("<1@customer.example>", "#TAG1", "mail:2", "<2@customer.example>"):
        rows.append(await world.store.get(THREADS, thread_id(CHANNEL, name)))

    assert {row.alias_of for row in rows} == {thread_id(CHANNEL, "mail:1")}
    assert await world.store.get(IDENTITIES, identity_id(TYPE, ExternalId(ANNA))) is not None


async def test_the_preview_leaves_the_quoted_mail_out(world: World) -> None:
    said = mail(1, text="Спасибо 😀\n\nчт писал:\n> старое")
    email = EmailFields(quoted_from=11)
    content = said.content.model_copy(update={"email": email})

    await world.tell(said.model_copy(update={"content": content}))

    conversation = await world.conversation("mail:1")
    assert conversation.preview is not None
    assert conversation.preview.text == "Спасибо 😀"
