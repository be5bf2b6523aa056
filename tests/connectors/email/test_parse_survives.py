"""Whatever arrives is read, and nothing stops the mailbox."""

import base64
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Parsed, RawEvent
from connectors.email.frame import Found, framed
from connectors.email.mail import parse_mail
from connectors.email.mailbox import Mailbox
from shared.clock import ManualClock
from shared.errors import BadPayload
from shared.ids import ChannelId, ChannelType
from shared.model.inbound import Inbound
from tests.connectors.email.player import a_mail, signature

OWN = frozenset({"support@shop.example", "info@shop.example"})
ARRIVED = datetime(2026, 1, 5, 8, 59, tzinfo=UTC)
MAILBOX = Mailbox(ChannelId("support"), ChannelType("email"), OWN, signature())


def parsed(raw: bytes, **found: Any) -> Parsed:
    facts = Found(folder="INBOX", uidvalidity=1, uid=1, internal_at=ARRIVED, **found)
    return parse_mail(framed(facts, raw), MAILBOX, ManualClock())


def read(raw: bytes, **found: Any) -> Inbound:
    (event,) = parsed(raw, **found).inbound
    event.model_dump_json().encode()
    return event


def nested(depth: int) -> bytes:
    """A mail whose only text stands behind so many multiparts."""
    head = "From: a@b.example\r\nSubject: deep\r\n"
    lines = ["Content-Type: multipart/mixed; boundary=b0\r\n\r\n--b0\r\n"]
    lines += [
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1, depth)
    ]
    return (head + "".join(lines) + "\r\nthe text\r\n").encode()


@pytest.mark.parametrize(
    "charset, text",
    [
        ("x-unknown", "Привет".encode()),
        ("us-ascii", "Привет, как ваши дела?".encode("koi8-r")),
        ("utf-8", "Привет, как ваши дела?".encode("cp1251")),
        ("iso-8859-1", "Привет".encode()),
        ("windows-1251", "Привет".encode("cp1251")),
        ("cp-866", "Привет, как ваши дела, где заказ?".encode("cp866")),
        ("", "Привет".encode()),
        ("utf-8\x00'; drop", "Привет".encode()),
    ],
)
def test_a_text_is_read_whatever_its_charset_is_said_to_be(charset: str, text: bytes) -> None:
    headers = {"Content-Type": f"text/plain; charset={charset}"}

    assert read(a_mail(text, headers=headers)).content.text.startswith("Привет")


def test_nul_and_halves_of_characters_are_left_out() -> None:
    raw = b"From: \xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd <i@x.example>\r\nSubject: a\x00b\r\n\r\nt\x00ext"

    event = read(raw)

    assert event.content.email is not None
    assert event.content.email.subject == "ab"
    assert event.content.text == "text"
    assert event.author is not None
    assert event.author.name == "Иван"


@pytest.mark.parametrize("depth", [5, 29, 100, 1000])
def test_parts_may_be_nested_absurdly(depth: int) -> None:
    began = time.process_time()

    event = read(nested(depth))

    assert event.content.text or event.content.attachments
    assert time.process_time() - began < 5


def test_ten_thousand_parts_are_cut_short() -> None:
    body = "".join(f"--m\r\n\r\npart {n}\r\n" for n in range(10_000))
    raw = a_mail(body, headers={"Content-Type": "multipart/mixed; boundary=m"})

    assert "part 5" in read(raw).content.text


def test_the_first_of_several_senders_counts() -> None:
    raw = b"From: first@x.example\r\nFrom: second@x.example\r\n\r\nhello"

    event = read(raw)

    assert event.author is not None
    assert event.author.external_id == "first@x.example"


def test_addresses_in_other_letters_are_kept() -> None:
    raw = 'From: "Анна \\"А" <анна@почта.рф>\r\nCc: име@x.example\r\n\r\nhello'.encode()

    event = read(raw)

    assert event.thread.context["to"] == '"Анна \\"А" <анна@почта.рф>'
    assert event.thread.context["cc"] == "име@x.example"


def test_a_mail_without_a_sender_is_a_message_all_the_same() -> None:
    event = read(b"From: \r\nTo: undisclosed-recipients:;\r\nSubject: x\r\n\r\nhello")

    assert event.content.text == "hello"
    assert event.content.email is not None
    assert event.content.email.to == ()


def test_broken_base64_gives_what_can_be_read() -> None:
    data = base64.b64encode("Здравствуйте".encode()).decode()
    headers = {"Content-Transfer-Encoding": "base64"}

    event = read(a_mail(f"{data[:8]}!!\r\n{data[8:]}=====\r\n\r\n--", headers=headers))

    assert event.content.text.startswith("Здравствуйте")


@pytest.mark.parametrize("date", ["", "never", "32 Foo 99999", "Mon, 05 Jan 2099 09:00:00 +0000"])
def test_an_absurd_date_is_replaced_by_the_arrival(date: str) -> None:
    assert read(a_mail(headers={"Date": date})).occurred_at == ARRIVED


@pytest.mark.parametrize(
    "header, name",
    [
        ("attachment; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.pdf", "счёт.pdf"),
        ('attachment; filename="=?koi8-r?B?09ventQ=?="', None),
        ("attachment; filename*0*=utf-8''%D1%81%D1%87; filename*1*=%D1%91%D1%82.pdf", "счёт.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\docs\\\\счёт.pdf"', "счёт.pdf"),
        ('attachment; filename="exe.\u202egpj"', "exe.gpj"),
        ('attachment; filename="con.txt"', "_con.txt"),
        ("attachment", "application-1"),
    ],
)
def test_names_of_files_are_read_and_made_safe(header: str, name: str | None) -> None:
    headers = {"Content-Type": "application/pdf", "Content-Disposition": header}

    (file,) = read(a_mail("x", headers=headers)).content.attachments

    assert name is None or file.name == name
    assert file.name is not None
    assert not set(file.name) & set("/\\\u202e\r\n\x00")


def test_ids_are_found_however_they_are_written() -> None:
    headers = {"References": "<a@b>,<c@d> < e f @x >", "In-Reply-To": "Your mail of <y@z> today"}

    email = read(a_mail(headers=headers)).content.email

    assert email is not None
    assert email.references == ("<a@b>", "<c@d>", "<ef@x>")
    assert email.in_reply_to == ("<y@z>",)


def test_two_mails_with_one_id_are_two() -> None:
    assert read(a_mail("one")).event_key != read(a_mail("two")).event_key


def test_one_mail_by_two_ways_is_one() -> None:
    one = b"Delivered-To: support@shop.example\r\nReceived: by a\r\n" + a_mail()
    other = b"Delivered-To: info@shop.example\r\nReceived: by b\r\n" + a_mail() + b"\r\n"

    assert read(one).event_key == read(other.replace(b"\r\n", b"\n")).event_key


def test_mails_without_an_id_are_told_apart_by_their_content() -> None:
    one, other = a_mail("one", headers={"Message-ID": ""}), a_mail("2", headers={"Message-ID": ""})

    assert read(one).event_key != read(other).event_key
    assert read(one).event_key == read(one).event_key


def test_of_alternatives_text_and_html_are_both_kept() -> None:
    body = (
        "--a\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
        "--a\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n"
        "--a\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n--a--"
    )

    event = read(a_mail(body, headers={"Content-Type": "multipart/alternative; boundary=a"}))

    assert event.content.text == "plain"
    assert [file.name for file in event.content.attachments] == ["invitation.ics"]


def test_a_picture_that_no_html_shows_is_an_attachment() -> None:
    body = (
        "--r\r\nContent-Type: text/html\r\n\r\n<img src='cid:one@x'>\r\n"
        "--r\r\nContent-Type: image/png\r\nContent-ID: <one@x>\r\n\r\nx\r\n"
        "--r\r\nContent-Type: image/png\r\nContent-ID: <two@x>\r\n\r\ny\r\n--r--"
    )

    event = read(a_mail(body, headers={"Content-Type": "multipart/related; boundary=r"}))

    assert [file.content_id for file in event.content.attachments] == ["one@x", None]


def test_an_encrypted_mail_can_be_downloaded_as_it_came() -> None:
    body = "--s\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--s--"
    headers = {"Content-Type": "multipart/encrypted; boundary=s"}

    event = read(a_mail(body, headers=headers), raw_blob_id="f" * 64)

    whole = event.content.attachments[-1]
    assert (whole.name, whole.blob_id) == ("mail.eml", "f" * 64)
    assert event.content.blocks
    assert event.raw_blob_id == "f" * 64


def test_lines_that_were_broken_for_old_programs_are_joined() -> None:
    headers = {"Content-Type": "text/plain; format=flowed"}

    event = read(a_mail("one long \r\nline\r\n\r\nanother", headers=headers))

    assert event.content.text == "one long line\n\nanother"


def test_a_line_of_a_megabyte_of_html_is_read_in_its_time() -> None:
    html = "<p>" + "text <img src='http://x.example/y.png'> " * 50_000
    began = time.process_time()

    event = read(a_mail(html, headers={"Content-Type": "text/html"}))

    assert event.content.text.startswith("text text")
    assert time.process_time() - began < 5


def test_html_alone_gives_its_text_without_styles_and_scripts() -> None:
    html = "<style>p{}</style><script>x()</script><p>Good&nbsp;day</p><ul><li>one<li>two</ul>"

    event = read(a_mail(html, headers={"Content-Type": "text/html"}))

    assert event.content.text == "Good day\n\n- one\n- two"


def test_bytes_that_are_no_mail_are_refused() -> None:
    with pytest.raises(BadPayload):
        parse_mail(b"\x00\x01\x02 nothing of a mail", MAILBOX, ManualClock())


@given(st.binary(max_size=400), st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_any_bytes_behind_any_header_are_read(data: bytes, which: int) -> None:
    names = ("Subject", "From", "Content-Type", "References", "Date", "To", "Content-Disposition")
    header = names[which].encode() + b": " + data.replace(b"\n", b"").replace(b"\r", b"")

    read(b"Message-ID: <a@b>\r\n" + header + b"\r\n\r\n" + data)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5))
@settings(max_examples=60, deadline=None)
def test_a_broken_line_before_the_mail_is_refused(value: object) -> None:
    import json

    line = b"omnihub-mail/1 " + json.dumps({"uid": value, "absent": value}).encode()
    try:
        parse_mail(line + b"\n" + a_mail(), MAILBOX, ManualClock())
    except BadPayload:
        pass  # that, and nothing else


def test_forty_megabytes_are_read_within_ten_seconds() -> None:
    data = base64.encodebytes(b"x" * (29 * 1024 * 1024))
    headers = {"Content-Type": "application/zip", "Content-Transfer-Encoding": "base64"}
    began = time.process_time()

    event = read(a_mail(data, headers=headers))

    assert time.process_time() - began < 10
    assert event.content.attachments[0].size_bytes == pytest.approx(29 * 1024 * 1024, rel=0.02)


def test_ten_megabytes_take_less_than_a_hundred_and_fifty_more() -> None:
    data = base64.encodebytes(b"y" * (7 * 1024 * 1024))
    headers = {"Content-Type": "application/zip", "Content-Transfer-Encoding": "base64"}
    event = RawEvent(framed(Found(uid=1), a_mail(data, headers=headers)))
    tracemalloc.start()

    parse_mail(event.body, MAILBOX, ManualClock())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 150 * 1024 * 1024
