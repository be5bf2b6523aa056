"""Which texts answer a numbered list, and which are only texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.delivery.choices import LONGEST_ANSWER, answered, as_lines, numbered
from shared.model.content import (
    Action,
    Attachment,
    AttachmentKind,
    Button,
    Content,
    EmailFields,
    Forward,
    Location,
)

whenever = settings(deadline=None)
"""What is claimed has nothing to do with time, and a busy machine stalls."""
LIST = numbered([Button(label="Да, верно", value="yes"), Button(label="Ещё нет", value="no")])


def test_the_list_is_numbered_from_one_on_a_line_each() -> None:
    choices = numbered([Button(label="Yes", value="y"), Button(label="Two\nlines")], ["Option"])

    assert as_lines(choices) == "1. Yes\n2. Two lines\n3. Option"
    assert [(one.label, one.value) for one in choices] == [
        ("Yes", "y"),
        ("Two\nlines", None),
        ("Option", None),
    ]


@pytest.mark.parametrize(
    "text, value",
    [
        ("2", "no"),
        (" 2. ", "no"),
        ("2)", "no"),
        ("(2)", "no"),
        ("№2", "no"),
        ("№ 2", "no"),
        ("#1", "yes"),
        ("No. 2", "no"),
        ("2!", "no"),
        ("2️⃣", "no"),
        ("２", "no"),
        ("да, верно", "yes"),
        ("ДА, ВЕРНО!", "yes"),
        ("«Да, верно»", "yes"),
        ("Еще нет", "no"),
        ("еще  нет.", "no"),
        ("2. Ещё нет", "no"),
        ("2 - ещё нет", "no"),
        ("2) еще нет", "no"),
        ("\u200e2", "no"),
    ],
)
def test_a_number_a_label_or_both_is_the_choice(text: str, value: str) -> None:
    choice = answered(Content(text=text), LIST)

    assert choice is not None
    assert choice.value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "3",
        "0",
        "-1",
        "1000",
        "12",
        "1, 2",
        "1 или 2?",
        "да",
        "2 штуки",
        "1. Ещё нет",
        "завтра в 2",
        "1" * 50,
        "²³",
        "x" * (LONGEST_ANSWER + 1),
    ],
)
def test_anything_else_is_a_plain_text(text: str) -> None:
    assert answered(Content(text=text), LIST) is None


@pytest.mark.parametrize(
    "more",
    [
        {"attachments": (Attachment(id="a", kind=AttachmentKind.IMAGE),)},
        {"blocks": (Location(latitude=1, longitude=2),)},
        {"forward": Forward()},
        {"action": Action(value="x")},
    ],
)
def test_only_a_bare_text_answers(more: dict[str, object]) -> None:
    assert answered(Content(text="1").model_copy(update=more), LIST) is None


def test_labels_that_are_other_lines_numbers_leave_it_open() -> None:
    nights = numbered([Button(label="2"), Button(label="3"), Button(label="7")])

    meant = {text: answered(Content(text=text), nights) for text in ("1", "2", "3", "7")}

    assert {text: one and one.label for text, one in meant.items()} == {
        "1": "2",
        "2": None,
        "3": None,
        "7": "7",
    }


def test_a_label_that_is_its_own_number_is_the_choice() -> None:
    choices = numbered([Button(label="1"), Button(label="2")])

    assert answered(Content(text="2"), choices) == choices[1]


def test_one_label_twice_needs_the_number() -> None:
    twice = numbered([Button(label="Same", value="a"), Button(label="Same", value="b")])

    assert answered(Content(text="same"), twice) is None
    assert answered(Content(text="2"), twice) == twice[1]


@whenever
@given(
    labels=st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=20),
    text=st.text(max_size=300),
)
def test_any_text_is_an_answer_of_at_most_one_line(labels: list[str], text: str) -> None:
    choices = numbered([Button(label=label) for label in labels])

    choice = answered(Content(text=text), choices)

    assert choice is None or choice in choices


@whenever
@given(
    words=st.lists(
        st.text(alphabet="abcdeяж ", min_size=1, max_size=20).filter(str.strip),
        min_size=1,
        max_size=20,
    ),
    number=st.integers(1, 20),
)
def test_the_number_of_a_line_is_that_line(words: list[str], number: int) -> None:
    choices = numbered([Button(label=label) for label in words])

    choice = answered(Content(text=str(number)), choices)

    assert choice == (choices[number - 1] if number <= len(choices) else None)


def test_a_mails_answer_is_what_stands_above_the_mail_that_it_quotes() -> None:
    new = "2"
    text = f"{new}\n\n> " + "What you wrote " * 30
    quoting = Content(text=text, email=EmailFields(quoted_from=len(new) + 2))
    bare = Content(text=text, email=EmailFields())

    choice = answered(quoting, LIST)

    assert choice is not None
    assert choice.value == "no"
    assert answered(bare, LIST) is None
