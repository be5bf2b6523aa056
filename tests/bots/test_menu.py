"""The menu bot: what its file may say, and what it answers."""

import re
from pathlib import Path

import pytest

from shared.bots.menu.flow import Standing, Turn, turn, valid
from shared.bots.menu.model import AskedField, Menu
from shared.bots.menu.reading import parse_menu, read_menu
from shared.errors import BadRequest

EXAMPLE = Path(__file__).parents[2] / "config" / "menu-bot.example.toml"
MENU = """
languages = ["en", "ru"]

[start]
text = { en = "Hello", ru = "Привет" }
choices = ["shop", "order"]

[items.shop]
label = { en = "The shop", ru = "Магазин" }
icon = "X"
words = ["shop"]
text = "What of it?"
choices = ["hours", "person"]

[items.hours]
label = "Hours"
text = "9 to 18"

[items.person]
label = "A person"
text = "One moment"
hand_off = { topic = "money", team = "first" }

[items.order]
label = { en = "Order", ru = "Заказ" }
ask = ["order", "mail"]
text = "Order {order} goes to {mail}"

[fields.order]
question = { en = "Which?", ru = "Какой?" }
pattern = '\\d{2,4}'
error = "Two to four digits."

[fields.mail]
question = "Mail?"
kind = "email"
"""


@pytest.fixture
def menu() -> Menu:
    return parse_menu(MENU)


def walk(menu: Menu, *said: str, standing: Standing | None = None) -> Turn:
    """The answer to the last of what a customer says; ``>x`` presses the button to x."""
    known: dict[str, str] = {}
    taken = Turn(standing or Standing())
    for text in said:
        pressed = f"menu:{text[1:]}" if text.startswith(">") else None
        taken = turn(menu, taken.standing, "" if pressed else text, pressed, known)
        known |= taken.collected
    return taken


def test_the_first_message_is_answered_by_the_start_in_its_language(menu: Menu) -> None:
    english, russian = walk(menu, "good day"), walk(menu, "добрый день")
    unknown = walk(menu, "123")

    assert (english.text, list(english.choices)) == ("Hello", ["The shop", "Order"])
    assert (russian.text, list(russian.choices)) == ("Привет", ["Магазин", "Заказ"])
    assert unknown.text == "Hello"


@pytest.mark.parametrize("way", [">shop", "1", "the SHOP", "what about the shop?"])
def test_a_choice_is_a_button_a_number_a_label_or_a_word(menu: Menu, way: str) -> None:
    taken = walk(menu, "hello", way)

    assert taken.text == "What of it?"
    assert list(taken.choices) == ["Hours", "A person", "To the start"]


def test_nested_menus_lead_back(menu: Menu) -> None:
    answer = walk(menu, "hello", "1", "1")
    back = walk(menu, "hello", "1", "1", "Back")
    start = walk(menu, "hello", "1", "1", "to the start")

    assert answer.text == "9 to 18"
    assert answer.choices == {"Back": "menu:shop", "To the start": "menu:start"}
    assert (back.text, start.text) == ("What of it?", "Hello")


def test_an_old_button_still_leads_where_it_says(menu: Menu) -> None:
    assert walk(menu, "hello", "2", ">hours").text == "9 to 18"


def test_asked_fields_are_checked_kept_and_filled_in(menu: Menu) -> None:
    wrong = walk(menu, "hello", "2", "1")
    done = walk(menu, "hello", "2", "77", "ann@example.org")

    assert not wrong.understood
    assert wrong.text == "Two to four digits.\nWhich?"
    assert wrong.standing == walk(menu, "hello", "2").standing
    assert done.text == "Order 77 goes to ann@example.org"
    assert done.standing.asked is None


def test_a_hand_off_names_topic_team_and_reason(menu: Menu) -> None:
    taken = walk(menu, "hello", "1", "2")

    assert taken.hand_off is not None
    assert (taken.hand_off.topic, taken.hand_off.team, taken.reason) == (
        "money",
        "first",
        "A person",
    )


def test_what_leads_nowhere_is_not_understood_and_shows_the_choices_again(menu: Menu) -> None:
    taken = walk(menu, "hello", "1", "banana")

    assert not taken.understood
    assert list(taken.choices) == ["Hours", "A person", "To the start"]


def test_an_item_that_the_file_has_no_more_begins_anew(menu: Menu) -> None:
    gone = walk(menu, "banana", standing=Standing("gone", 3, "en"))
    pressed = walk(menu, ">gone", standing=Standing("gone", None, "en"))

    assert not gone.understood
    assert list(gone.choices) == ["The shop", "Order"]
    assert not pressed.understood


def test_icons_are_shown_where_the_file_asks_for_them() -> None:
    with_icons = parse_menu("emoji = true\n" + MENU)

    assert list(walk(with_icons, "hello").choices) == ["X The shop", "Order"]
    assert list(walk(parse_menu(MENU), "hello").choices) == ["The shop", "Order"]


@pytest.mark.parametrize(
    "kind, text, kept",
    [
        ("phone", "+7 (900) 111-22-33", "+79001112233"),
        ("phone", "no", None),
        ("number", "3,5", "3,5"),
        ("number", "three", None),
        ("email", "a@b.org", "a@b.org"),
        ("email", "a@b", None),
        ("text", "", None),
        ("text", "x" * 501, None),
        ("text", "fine", "fine"),
    ],
)
def test_answers_fit_their_kind(kind: str, text: str, kept: str | None) -> None:
    asked = AskedField.model_validate({"question": "?", "kind": kind})

    assert valid(asked, text) == kept


def test_the_example_works_in_both_languages_and_without_emoji() -> None:
    menu = read_menu(EXAMPLE)

    russian, english = walk(menu, "Здравствуйте"), walk(menu, "Hello")

    assert russian.text == "Здравствуйте! Чем помочь?"
    assert english.text == "Hello! How can I help?"
    assert all(re.match(r"\w", label) for label in (*russian.choices, *english.choices))


@pytest.mark.parametrize(
    "before, after, where",
    [
        ('choices = ["shop", "order"]', 'choices = ["shop", "gone"]', "start.choices.1"),
        ('choices = ["shop", "order"]', 'choices = ["shop", "order", "shop"]', "start.choices"),
        ('choices = ["shop", "order"]', "choices = []", "start.choices"),
        ('["hours", "person"]', '["hours", "nobody"]', "items.shop.choices.1"),
        ('["hours", "person"]', '["person"]', "items.hours"),
        ('text = "9 to 18"', "", "items.hours"),
        ('text = "9 to 18"', "colour = 1", "items.hours.colour"),
        ('text = "One moment"', 'choices = ["hours"]', "items.person.hand_off"),
        ('ask = ["order", "mail"]', 'ask = ["name"]', "items.order.ask.0"),
        ("Order {order} goes", "Order {number} goes", "items.order.text"),
        ('ru = "Привет"', 'de = "Hallo"', "start.text.de"),
        (', ru = "Какой?"', "", "fields.order.question"),
        ("'\\d{2,4}'", "'('", "fields.order.pattern"),
        ('kind = "email"', 'kind = "mail"', "fields.mail.kind"),
        ('label = "Hours"', f'label = "{"x" * 80}"', "items.hours.label"),
        ('label = "Hours"', 'label = "A person"', "items.shop.choices"),
        ('languages = ["en", "ru"]', "lease_s = 0", "lease_s"),
    ],
)
def test_a_file_that_cannot_work_is_refused_with_table_and_key(
    before: str, after: str, where: str
) -> None:
    assert before in MENU

    with pytest.raises(BadRequest) as refused:
        parse_menu(MENU.replace(before, after, 1))

    assert refused.value.field == where
    assert str(refused.value).startswith(f"{where}: ")


def test_what_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no TOML: "):
        parse_menu("start = {")
    with pytest.raises(BadRequest, match=r"missing\.toml: cannot be read"):
        read_menu(tmp_path / "missing.toml")
