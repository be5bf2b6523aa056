"""What machines write: told apart from people, and understood where it is about mails of ours."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.model.delivery import Delivery, FailureKind
from shared.model.inbound import Inbound, Receipt
from tests.connectors.email.player import a_mail, make_part, signature
from tests.connectors.email.test_parse_survives import parsed, read

PART = make_part("x").id
TOKEN = signature().token(PART)
OURS = f"<{TOKEN}@shop.example>"
BOUNCES = sorted((Path(__file__).parent / "bounces").glob("*.eml"))
"""As the servers of the world write them; ``@OURS@`` stands for the Message-ID of our mail."""


def receipt(raw: bytes) -> Receipt:
    found = parsed(raw)
    assert list(found.inbound) == []
    (told,) = found.receipts
    return told


def automatic(**headers: str) -> bool:
    email = read(a_mail(headers={k.replace("_", "-"): v for k, v in headers.items()})).content.email
    assert email is not None
    return email.automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Return_Path": "<>"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<news.x.example>"},
        {"List_Unsubscribe": "<mailto:x@y.example>"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "1"},
        {"X_Failed_Recipients": "a@b.example"},
        {"From": "MAILER-DAEMON@x.example"},
        {"From": "postmaster@x.example"},
        {"From": "no-reply@x.example"},
        {"From": "do_not_reply@x.example"},
        {"From": "noreply-orders@x.example"},
        {"From": "bounce+abc@x.example"},
        {"From": "info@shop.example"},
        {"From": "support+tag@shop.example"},
    ],
)
def test_a_machine_is_known_by_what_it_leaves(headers: dict[str, str]) -> None:
    assert automatic(**headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "None"},
        {"Return_Path": "<anna@customer.example>"},
        {"Precedence": "normal"},
        {"From": "norbert.reply@customer.example"},
        {"From": "autumn@customer.example"},
    ],
)
def test_a_person_is_not_taken_for_a_machine(headers: dict[str, str]) -> None:
    assert not automatic(**headers)


def test_a_machines_mail_does_not_change_whom_people_answer() -> None:
    event = read(a_mail(headers={"Auto-Submitted": "auto-replied"}))

    assert event.thread.context["automatic"] == "yes"
    assert "to" not in event.thread.context


def report(action: str = "failed", status: str = "5.1.1", third: str = "") -> bytes:
    quoted = third or f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {OURS}\r\n\r\nhello"
    body = (
        "--r\r\n\r\nSorry.\r\n"
        "--r\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; anna@customer.example\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 the mailbox is full\r\n\r\n"
        f"--r\r\n{quoted}\r\n--r--"
    )
    return a_mail(
        body,
        sender="MAILER-DAEMON@mx.example",
        headers={"Content-Type": "multipart/report; report-type=delivery-status; boundary=r"},
    )


def test_a_bounce_fails_the_part_that_it_quotes() -> None:
    told = receipt(report(status="5.2.2"))

    assert (told.part_id, told.state) == (PART, Delivery.FAILED)
    assert told.failure is not None
    assert told.failure.kind is FailureKind.REJECTED
    assert "the mailbox is full" in told.failure.reason


@pytest.mark.parametrize("path", BOUNCES, ids=[path.stem for path in BOUNCES])
def test_a_bounce_in_the_form_of_each_server_fails_the_part(path: Path) -> None:
    told = receipt(path.read_bytes().replace(b"@OURS@", OURS.encode()))

    assert (told.part_id, told.state) == (PART, Delivery.FAILED)
    assert told.failure is not None
    assert re.search(r"(?i)unknown|full|exceeded|not found|not exist", told.failure.reason)


@pytest.mark.parametrize("path", BOUNCES, ids=[path.stem for path in BOUNCES])
def test_a_bounce_of_a_strangers_mail_fails_nothing(path: Path) -> None:
    found = parsed(path.read_bytes().replace(b"@OURS@", b"<strangers@elsewhere.example>"))

    assert list(found.receipts) == []
    assert [one.content.email.automatic for one in found.inbound if one.content.email] == [True]


def test_a_bounce_of_an_address_that_is_not_there_says_so() -> None:
    told = receipt(report(status="5.1.1"))

    assert told.failure is not None
    assert told.failure.kind is FailureKind.CONTACT_GONE


def test_a_delay_is_no_failure_and_is_shown_in_the_thread() -> None:
    found = parsed(report(action="delayed", status="4.4.1"))

    (event,) = found.inbound
    assert list(found.receipts) == []
    assert event.content.email is not None
    assert event.content.email.automatic
    assert event.thread.clues[0].trust == "anyone"


def test_a_report_of_delivery_is_told() -> None:
    assert receipt(report(action="delivered", status="2.0.0")).state is Delivery.DELIVERED


def test_a_bounce_with_the_headers_alone_is_understood() -> None:
    third = f"Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: {OURS}"

    assert receipt(report(third=third)).part_id == PART


def test_a_bounce_whose_quoted_mail_is_encoded_is_understood() -> None:
    import base64

    inner = base64.b64encode(f"Message-ID: {OURS}\r\n\r\nx".encode()).decode()
    third = f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{inner}"

    assert receipt(report(third=third)).part_id == PART


@pytest.mark.parametrize(
    "sender, subject, text",
    [
        ("MAILER-DAEMON@old.example", "failure notice", "Hi. This is the qmail-send program."),
        ("postmaster@x.example", "Undeliverable: Order", "550 5.1.1 no such user"),
        ("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status", "failed"),
        ("postmaster@x.example", "Недоставленное сообщение", "Не удалось доставить письмо"),
        ("MAILER-DAEMON@x.example", "Unzustellbar: Auftrag", "unbekannt"),
    ],
)
def test_a_bounce_that_is_no_report_is_known_by_the_address_it_came_back_to(
    sender: str, subject: str, text: str
) -> None:
    headers = {"Return-Path": "<>", "To": f"support+b-{TOKEN}@shop.example"}

    told = receipt(a_mail(text, sender=sender, subject=subject, headers=headers))

    assert (told.part_id, told.state) == (PART, Delivery.FAILED)


def test_a_daemon_that_quotes_our_mail_in_its_text_is_understood() -> None:
    text = f"550 user unknown\r\n\r\n> Message-ID: {OURS}\r\n> Subject: Order\r\n"

    assert receipt(a_mail(text, sender="mailer-daemon@x.example")).part_id == PART


def test_a_daemon_that_warns_of_a_delay_fails_nothing() -> None:
    headers = {"Return-Path": "<>", "To": f"support+b-{TOKEN}@shop.example"}
    text = "Your mail could not be delivered yet. It will be retried for 4 days: 451 busy"

    found = parsed(a_mail(text, sender="postmaster@x.example", subject="Delayed", headers=headers))

    assert list(found.receipts) == []


def test_a_bounce_of_a_mail_that_is_not_ours_is_shown() -> None:
    third = "Content-Type: message/rfc822\r\n\r\nMessage-ID: <spam@elsewhere.example>\r\n\r\nx"

    found = parsed(report(third=third))

    assert list(found.receipts) == []
    assert len(found.inbound) == 1


def test_a_code_that_somebody_made_up_names_nothing() -> None:
    changed = ("a" if TOKEN[0] != "a" else "b") + TOKEN[1:]
    third = f"Content-Type: message/rfc822\r\n\r\nMessage-ID: <{changed}@shop.example>\r\n\r\nx"

    assert list(parsed(report(third=third)).receipts) == []
    assert signature("another-channel").part_of(TOKEN) is None


def test_a_read_receipt_marks_the_part_as_read() -> None:
    body = (
        "--r\r\n\r\nread\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Original-Message-ID: {OURS}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n--r--"
    )
    kind = "multipart/report; report-type=disposition-notification; boundary=r"

    assert receipt(a_mail(body, headers={"Content-Type": kind})).state is Delivery.READ


def test_deleted_unread_is_not_read() -> None:
    body = (
        "--r\r\n\r\nx\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Original-Message-ID: {OURS}\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n--r--"
    )
    kind = "multipart/report; report-type=disposition-notification; boundary=r"

    states = [one.state for one in parsed(a_mail(body, headers={"Content-Type": kind})).receipts]

    assert Delivery.READ not in states


def test_a_complaint_is_shown_to_people() -> None:
    body = (
        "--r\r\n\r\nabuse\r\n--r\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: abuse\r\n--r\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {OURS}\r\n\r\nx\r\n--r--"
    )
    kind = "multipart/report; report-type=feedback-report; boundary=r"

    found = parsed(a_mail(body, headers={"Content-Type": kind}))

    assert list(found.receipts) == []
    assert found.inbound[0].thread.clues[0].message_id is not None


def test_whoever_answers_a_mail_has_it() -> None:
    found = parsed(a_mail(headers={"In-Reply-To": OURS}))

    assert [one.state for one in found.receipts] == [Delivery.DELIVERED]
    assert len(found.inbound) == 1


def test_clues_are_tried_from_the_surest_to_the_least() -> None:
    headers = {
        "Delivered-To": f"support+{TOKEN}@shop.example",
        "In-Reply-To": "<5@x.example>",
        "References": "<1@x.example> <2@x.example>\r\n <5@x.example>",
        "Subject": "Re: Order [#ABCDEFGHIJ]",
    }

    clues = read(a_mail(headers=headers)).thread.clues

    assert [one.name or "code" for one in clues] == [
        "code",
        "<5@x.example>",
        "<2@x.example>",
        "<1@x.example>",
        "#ABCDEFGHIJ",
    ]
    assert [one.trust for one in clues] == ["anyone", *["participant"] * 3, "customer"]


def own(**headers: str) -> Inbound:
    given: dict[str, Any] = {"From": "support@shop.example", **headers}
    return read(a_mail(headers=given))


def test_our_own_mail_coming_back_is_an_echo() -> None:
    event = own(**{"Message-ID": OURS})

    assert event.origin == "echo"
    assert event.part_id == PART


def test_somebody_who_writes_in_our_name_is_no_echo() -> None:
    event = own(**{"Message-ID": "<forged@elsewhere.example>"})

    assert event.origin == "user"
    assert event.part_id is None
