"""How a mail of ours is written."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from connectors.email.compose import Composed, Loaded, compose
from connectors.email.headers import words
from connectors.email.manifest import EmailSettings
from connectors.email.previous import Quotation, quotation_of
from connectors.email.spans_html import html_of
from shared.errors import Rejected
from shared.ids import ChannelId, ConversationId, MessageId
from shared.model.content import (
    Address,
    Attachment,
    AttachmentKind,
    Content,
    EmailFields,
    Span,
    SpanKind,
)
from shared.model.delivery import Part
from shared.model.message import Direction, Message
from shared.model.people import Actor, ActorKind
from tests.connectors.email.player import _BASE, make_part, signature
from tests.connectors.email.test_parse_survives import read

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LONG = "<" + "a" * 150 + "@mail.outlook.example>"


def composed(
    part: Part,
    files: tuple[Loaded, ...] = (),
    previous: Quotation | None = None,
    **settings: Any,
) -> Composed:
    given = EmailSettings(**(_BASE | {"from_name": "Магазин"} | settings))
    return compose(part, given, signature(), files=files, previous=previous, now=NOW)


def opened(mail: Composed) -> EmailMessage:
    message = message_from_bytes(mail.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def header(mail: Composed, name: str) -> str:
    """A header as it is on the wire, unfolded."""
    head = mail.data.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    found = re.search(rf"(?im)^{name}: (.*(?:\n[ \t].*)*)", head)
    return re.sub(r"\n\s+", " ", found[1]) if found else ""


def answering(**context: str) -> Part:
    given = {
        "to": "Anna <anna@customer.example>",
        "subject": "Order",
        "message_id": "<1@c.example>",
    }
    return make_part("the answer", context=given | context)


def loaded(data: bytes, **fields: Any) -> Loaded:
    given: dict[str, Any] = {"id": "1", "kind": AttachmentKind.FILE, "name": "a.txt"}
    return Loaded(Attachment(**(given | fields)), data)


def test_the_message_id_is_the_same_at_every_attempt_and_names_the_part() -> None:
    part = answering()

    one, other = composed(part), composed(part)

    assert one.message_id == other.message_id
    assert one.message_id.endswith("@shop.example>")
    assert signature().part_in_id(one.message_id) == part.id
    assert header(one, "Message-ID") == one.message_id


def test_an_answer_names_what_it_answers() -> None:
    mail = composed(answering(references="<0@c.example>"))

    assert header(mail, "In-Reply-To") == "<1@c.example>"
    assert header(mail, "References") == "<0@c.example> <1@c.example>"
    assert header(mail, "Subject") == "Re: Order"


def test_an_answer_to_an_older_mail_names_that_one() -> None:
    part = answering(references="<0@c.example>").model_copy(
        update={"reply_external_id": "<0@c.example>"}
    )

    assert header(composed(part), "In-Reply-To") == "<0@c.example>"
    assert header(composed(part), "References") == "<1@c.example> <0@c.example>"


def test_ids_as_long_as_outlooks_stay_as_they_are() -> None:
    mail = composed(answering(message_id=LONG, references=" ".join([LONG.replace("a", "b")] * 2)))

    assert header(mail, "In-Reply-To") == LONG
    assert header(mail, "References") == f"{LONG.replace('a', 'b')} {LONG}"
    assert b"=?utf-8?q?=3C" not in mail.data
    assert read(mail.data).content.email is not None
    assert read(mail.data).content.email.references[-1] == LONG  # type: ignore[union-attr]


def test_of_many_references_the_first_and_the_latest_stay() -> None:
    many = " ".join(f"<{n}@c.example>" for n in range(30))

    found = header(composed(answering(references=many)), "References").split()

    assert len(found) == 10
    assert found[0] == "<0@c.example>"
    assert found[-1] == "<1@c.example>"


def test_no_line_is_longer_than_mail_allows_and_no_word_longer_than_75() -> None:
    part = answering(
        subject="Заказ " * 60,
        to=", ".join(f"Очень Длинное Имя Клиента {n} <a{n}@c.example>" for n in range(20)),
    )

    mail = composed(part)

    assert max(map(len, mail.data.split(b"\r\n"))) <= 998
    assert max(map(len, re.findall(rb"=\?[^?]+\?[^?]+\?[^?]*\?=", mail.data))) <= 75
    assert words(header(mail, "Subject")) == f"Re: {('Заказ ' * 60).strip()}"


def test_an_answer_is_not_answered_twice_in_its_subject() -> None:
    assert header(composed(answering(subject="Re: Order")), "Subject") == "Re: Order"
    assert header(composed(answering(subject="AW: Order")), "Subject") == "AW: Order"


def test_nobody_can_write_a_header_into_ours() -> None:
    part = answering(subject="x\r\nBcc: spy@evil.example", to='"a\r\nBcc: b" <anna@c.example>')

    mail = composed(part)

    assert "Bcc" not in opened(mail)
    assert b"\r\nBcc:" not in mail.data


def test_people_in_copy_get_the_answer_too() -> None:
    mail = composed(answering(cc="Boss <boss@c.example>, anna@customer.example"))

    assert mail.to == ("anna@customer.example",)
    assert mail.cc == ("boss@c.example",)
    assert header(mail, "Cc") == '"Boss" <boss@c.example>'


def test_a_reply_goes_to_reply_to_and_to_all_others_but_us() -> None:
    raw = (
        b"From: Anna <anna@c.example>\r\nReply-To: Sales <sales@c.example>\r\n"
        b"To: support@shop.example, boris@c.example\r\nCc: info@shop.example, boss@c.example\r\n"
        b"Subject: Order\r\nMessage-ID: <1@c.example>\r\n\r\nhello"
    )

    mail = composed(make_part("x", context=read(raw).thread.context))

    assert mail.to == ("sales@c.example",)
    assert mail.cc == ("boris@c.example", "boss@c.example")


def test_a_first_mail_has_a_subject_of_its_own() -> None:
    email = EmailFields(subject="Ваш заказ", to=(Address(email="anna@c.example"),))
    part = make_part(Content(text="hello", email=email), context={})

    mail = composed(part)

    assert words(header(mail, "Subject")) == "Ваш заказ"
    assert header(mail, "In-Reply-To") == ""
    assert mail.to == ("anna@c.example",)


def test_a_thread_that_is_an_address_can_be_written_first() -> None:
    part = make_part("hello", context={}, thread="mailto:anna@c.example")

    assert composed(part).to == ("anna@c.example",)


def test_without_any_address_nothing_is_sent() -> None:
    with pytest.raises(Rejected, match="no address"):
        composed(make_part("hello", context={}))


def test_text_and_html_say_the_same() -> None:
    spans = (Span(kind=SpanKind.BOLD, start=3, length=4),)
    part = make_part(Content(text="😀 bold <x>\nline", spans=spans))

    message = opened(composed(part))

    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == "😀 bold <x>\nline\n"
    assert "😀 <b>bold</b> &lt;x&gt;<br>" in html.get_content().replace("\r\n", "\n")


def test_formats_that_overlap_are_closed_and_opened_again() -> None:
    bold = Span(kind=SpanKind.BOLD, start=0, length=4)
    italic = Span(kind=SpanKind.ITALIC, start=2, length=4)

    assert html_of("abcdef", (bold, italic)) == "<b>ab</b><b><i>cd</i></b><i>ef</i>"


def test_a_link_to_a_script_is_no_link() -> None:
    bad = Span(kind=SpanKind.LINK, start=0, length=1, url="javascript:alert(1)")
    good = Span(kind=SpanKind.LINK, start=0, length=1, url='https://x.example/"a')

    assert html_of("a", (bad,)) == "a"
    assert html_of("a", (good,)) == '<a href="https://x.example/&quot;a">a</a>'


def test_files_and_inline_pictures_go_along() -> None:
    files = (
        loaded(b"%PDF", name="счёт.pdf", mime="application/pdf"),
        loaded(b"PNG", name="p.png", mime="image/png", content_id="pic@x"),
    )

    event = read(composed(answering(), files).data)

    found = {file.name: file for file in event.content.attachments}
    assert found["счёт.pdf"].mime == "application/pdf"
    assert any(file.content_id == "pic@x" for file in event.content.attachments)


def test_the_answered_mail_is_quoted_below_and_marked_as_such() -> None:
    quotation = Quotation(
        "On 2026-01-05 at 09:00 UTC, Anna <a@c.example> wrote:\n> hello", "<b>x</b>"
    )

    event = read(composed(answering(), previous=quotation).data)

    assert event.content.text.startswith("the answer\n\nOn 2026")
    assert event.content.email is not None
    assert event.content.email.quoted_from == len("the answer\n\n")


def test_the_quotation_speaks_the_language_of_the_answer() -> None:
    message = Message(
        id=MessageId("m"),
        conversation_id=ConversationId("c"),
        channel_id=ChannelId("support"),
        seq=1,
        sort="1",
        direction=Direction.INBOUND,
        author=Actor(kind=ActorKind.CONTACT, name="Анна"),
        content=Content(text="где?\n> раньше"),
        at=NOW,
        accepted_at=NOW,
    )

    assert (
        quotation_of(message, "вот").text == "05.01.2026, 09:00 UTC, Анна пишет:\n> где?\n>> раньше"
    )
    assert quotation_of(message, "here").text.startswith("On 2026-01-05 at 09:00 UTC, Анна wrote:")


def test_with_plus_addresses_answers_and_bounces_find_the_part() -> None:
    part = answering()

    mail = composed(part, plus_addresses=True)

    assert signature().part_in_address(mail.sender) == part.id
    assert mail.sender.startswith("support+b-")
    assert f"support+{signature().token(part.id)}@shop.example" in header(mail, "Reply-To")
    assert len(mail.sender.partition("@")[0]) <= 64


def test_a_long_address_goes_without_a_code() -> None:
    mail = composed(answering(), plus_addresses=True, address="a" * 40 + "@shop.example")

    assert mail.sender == "a" * 40 + "@shop.example"
    assert header(mail, "Reply-To") == ""


def test_what_a_program_wrote_is_marked_and_comes_back_to_nobody() -> None:
    mail = composed(answering().model_copy(update={"automatic": True}))

    assert header(mail, "Auto-Submitted") == "auto-replied"
    assert header(mail, "X-Auto-Response-Suppress") == "All"
    assert mail.sender == ""
    assert "Auto-Submitted" not in opened(composed(answering()))


def test_a_tag_in_the_subject_leads_back_to_the_thread() -> None:
    mail = composed(answering(), subject_tag=True)
    again = answering(subject=header(mail, "Subject"))

    tag = f"[#{signature().tag('mail:thread')}]"
    assert header(mail, "Subject") == f"Re: Order {tag}"
    assert header(composed(again, subject_tag=True), "Subject") == f"Re: Order {tag}"


def test_domains_in_other_letters_are_written_as_servers_want_them() -> None:
    mail = composed(answering(to="anna@почта.рф"))

    assert mail.to == ("anna@xn--80a1acny.xn--p1ai",)
    assert not mail.utf8


def test_names_in_other_letters_before_the_at_need_a_server_that_knows_them() -> None:
    mail = composed(answering(to="анна@почта.рф"))

    assert mail.utf8
    assert mail.to == ("анна@xn--80a1acny.xn--p1ai",)


def test_a_subject_that_an_agent_has_chosen_stays_as_it_is_and_keeps_the_thread() -> None:
    email = EmailFields(subject="Your refund")
    context = {"to": "anna@c.example", "subject": "Order", "message_id": "<1@c.example>"}

    mail = composed(make_part(Content(text="hello", email=email), context=context))

    assert header(mail, "Subject") == "Your refund"
    assert header(mail, "In-Reply-To") == "<1@c.example>"
    assert mail.to == ("anna@c.example",)


def test_a_hidden_copy_is_in_the_envelope_and_nowhere_in_the_mail() -> None:
    anna, boss = Address(email="anna@c.example"), Address(email="boss@shop.example")
    email = EmailFields(to=(anna,), bcc=(boss, anna))

    mail = composed(make_part(Content(text="hello", email=email), context={"cc": "x@c.example"}))

    assert mail.bcc == ("boss@shop.example",)
    assert (mail.to, mail.cc) == (("anna@c.example",), ())
    assert b"boss@" not in mail.data
