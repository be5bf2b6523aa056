"""The language of a few words: known where they tell it, unknown where they do not."""

import pytest

from router.contacts.language import language_of, tag_of

TEXTS = {
    "ru": (
        "Здравствуйте, где мой заказ?",
        "не работает кнопка оплаты, что делать",
        "Ещё вчера обещали привезти",
        "сколько стоит доставка в Казань",
    ),
    "uk": (
        "Добрий день, коли буде моє замовлення?",
        "Чому не працює оплата карткою",
        "Дякую, вже отримав",
    ),
    "kk": (
        "Сәлеметсіз бе, тапсырысым қайда?",
        "Менің тапсырысым қашан келеді",
        "Рахмет, бәрі жақсы",
    ),
    "en": (
        "Hello, where is my order?",
        "the payment does not work",
        "How do I return this",
    ),
    "de": (
        "Guten Tag, wann kommt meine Bestellung?",
        "Warum ist das Gerät nicht angekommen",
        "Ich möchte das zurückgeben, bitte",
    ),
    "fr": ("Bonjour, où est ma commande ?", "je ne peux pas payer avec ma carte"),
    "es": ("Hola, ¿dónde está mi pedido?", "no me funciona la tarjeta, gracias"),
    "pl": ("Dzień dobry, gdzie jest moje zamówienie?",),
    "tr": ("Merhaba, siparişim nerede?",),
    "ka": ("გამარჯობა, სად არის ჩემი შეკვეთა?",),
}


@pytest.mark.parametrize(
    "language, text", [(tag, text) for tag, texts in TEXTS.items() for text in texts]
)
def test_a_sentence_tells_its_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "ok", "+7 999 123-45-67", "👍👍", "https://example.com/the/and/of", "iPhone 15 Pro Max"],
)
def test_what_tells_no_language_is_unknown(text: str) -> None:
    assert language_of(text) is None


def test_a_long_text_is_looked_at_in_part_only() -> None:
    assert language_of("где мой заказ? " * 100_000) == "ru"


@pytest.mark.parametrize(
    "locale, tag",
    [("ru-RU", "ru"), ("pt_BR", "pt"), ("en", "en"), ("", None), (None, None), ("x-1", None)],
)
def test_a_locale_tells_its_language(locale: str | None, tag: str | None) -> None:
    assert tag_of(locale) == tag
