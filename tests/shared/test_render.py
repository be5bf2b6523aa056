"""Filling in canned replies: variables, slots, variants, and what is refused."""

from typing import Any

import pytest

from shared.answers.render import NotRendered, filled, known_of, rendered, require_kept
from shared.model.canned_reply import CannedReplySpec
from shared.model.conversation import Conversation
from shared.model.field import FieldDefinition
from shared.policies.book import Book
from tests.shared.ruling import AT, KEPT, book, conversation, topic

ORDER = FieldDefinition(id="f1", name="Order", key="order", **KEPT)
SECRET = FieldDefinition(id="f2", name="Balance", key="balance", personal=True, **KEPT)
BOOK = book(fields=[ORDER, SECRET], topics=[topic("money")])


def spec(text: str, **fields: Any) -> CannedReplySpec:
    return CannedReplySpec.model_validate(
        {"name": "Reply", "shortcut": "reply", "text": text, **fields}
    )


def render(reply: CannedReplySpec, about: Conversation, in_book: Book = BOOK, **given: str) -> str:
    known = known_of(in_book, about, author="Anna Petrova", channel="Shop", now=AT)
    return rendered(in_book, reply, about, known, given).text


@pytest.mark.parametrize(
    "text, known, said",
    [
        ("Hello, {{contact.first_name}}!", {}, "Hello, Boris!"),
        ("{{ contact.name }} / {{agent.first_name}}", {}, "Boris Orlov / Anna"),
        ("{{channel.name}}, {{conversation.topic}}", {"topic": "money"}, "Shop, Money"),
        ("Order {{field.order}}", {"fields": {"order": "7"}}, "Order 7"),
        ("Hi {{contact.first_name|there}}", {"contact_name": None}, "Hi there"),
        ("{{date}}", {"language": "ru"}, "05.01.2026"),
        ("no places, { braces } stay", {}, "no places, { braces } stay"),
    ],
)
def test_variables_are_filled_in(text: str, known: dict[str, Any], said: str) -> None:
    assert render(spec(text), conversation(**known)) == said


@pytest.mark.parametrize(
    "text, known, code, field",
    [
        ("Order {{field.order}}", {}, "canned_missing", "values.field.order"),
        ("{{contact.name}}", {"contact_name": None}, "canned_missing", "values.contact.name"),
        (
            "You have {{field.balance}}",
            {"fields": {"balance": "5"}},
            "canned_personal",
            "values.field.balance",
        ),
        ("a {{what is this}}", {}, "canned_placeholder_left", "text"),
    ],
)
def test_what_is_not_known_is_refused_by_name(
    text: str, known: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(NotRendered) as refused:
        render(spec(text), conversation(**known))

    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_is_personal_is_shown_to_a_contact_who_is_certain() -> None:
    about = conversation(fields={"balance": "5"}, verified=True)

    assert render(spec("You have {{field.balance}}"), about) == "You have 5"


def test_a_reply_may_mark_any_variable_as_personal() -> None:
    reply = spec("Order {{field.order}}", personal=["field.order"])

    with pytest.raises(NotRendered) as refused:
        render(reply, conversation(fields={"order": "7"}))

    assert refused.value.code == "canned_personal"


def test_a_required_slot_cannot_be_empty() -> None:
    reply = spec(
        "{{understood}} We are on it.",
        slots=[{"name": "understood", "label": "What you read"}],
    )

    with pytest.raises(NotRendered) as refused:
        render(reply, conversation(), understood="   ")

    assert (refused.value.code, refused.value.field) == ("canned_slot_empty", "values.understood")
    assert render(reply, conversation(), understood="A torn box!") == "A torn box! We are on it."


def test_an_edited_text_keeps_what_was_required() -> None:
    reply = spec(
        "{{understood}} We are on it.",
        slots=[{"name": "understood", "label": "What you read"}],
    )
    given = {"understood": "A torn box!"}

    require_kept(reply, given, "Dear Boris. A torn\nbox! We are at it.")
    for text, code in (
        ("We are on it.", "canned_slot_empty"),
        ("A torn box! {{agent.name}}", "canned_placeholder_left"),
    ):
        with pytest.raises(NotRendered) as refused:
            require_kept(reply, given, text)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "channel_type, language, said",
    [
        ("telegram", "ru", "both"),
        ("telegram", "en", "telegram"),
        ("email", "ru-RU", "russian"),
        ("email", "de", "plain"),
    ],
)
def test_the_variant_that_fits_best_is_taken(channel_type: str, language: str, said: str) -> None:
    reply = spec(
        "plain",
        variants=[
            {"language": "ru", "text": "russian"},
            {"channel_type": "telegram", "text": "telegram"},
            {"channel_type": "telegram", "language": "ru", "text": "both"},
        ],
    )
    about = conversation(channel_type=channel_type, language=language)

    assert render(reply, about) == said


def test_a_variant_may_have_files_of_its_own() -> None:
    file = {"blob_id": "b1", "name": "price.pdf", "mime": "application/pdf", "size_bytes": 5}
    reply = spec("x", files=[file], variants=[{"language": "ru", "text": "y", "files": []}])
    known = known_of(BOOK, conversation(), author=None, channel=None, now=AT)

    plain = rendered(BOOK, reply, conversation(), known, {})
    russian = rendered(BOOK, reply, conversation(language="ru"), known, {})

    assert [one.name for one in plain.files] == ["price.pdf"]
    assert russian.files == ()


def test_text_of_a_customer_is_never_filled_in_twice() -> None:
    about = conversation(contact_name="{{agent.name}}")
    known = known_of(BOOK, about, author="Anna", channel=None, now=AT)

    assert filled("Hi {{contact.name}}", known) == "Hi {{agent.name}}"
