"""Where the quoted earlier mail begins, in the mails of the programs that people use."""

import pytest

from connectors.email.quotes import quoted_from

RUSSIAN = {
    "gmail": "чт, 3 нояб. 2025 г. в 10:00, Магазин <shop@x.example>:\n\n> Добрый день",
    "gmail, broken line": (
        "чт, 3 нояб. 2025 г. в 10:00, Очень Длинное Имя\n<shop@x.example>:\n\n> День"
    ),
    "yandex": '03.11.2025, 10:00, "Магазин" <shop@x.example>:\nДобрый день\nваш заказ',
    "yandex, words": "3 ноября 2025, 10:00, Магазин <shop@x.example>:\n\nДобрый день",
    "mail.ru": "Пятница, 3 ноября 2025, 10:00 +03:00 от Магазин <shop@x.example>:\n\nДобрый день",
    "outlook": (
        "-----Исходное сообщение-----\nОт: Магазин\nОтправлено: 3 ноября\nКому: Анна\nТема: Заказ"
    ),
    "outlook, line": (
        "_____________________________\nОт: Магазин <a@b.example>\nОтправлено: 3\nКому: А\nТема: З"
    ),
    "outlook, bare": (
        "От: Магазин <a@b.example>\nОтправлено: понедельник\nКому: Анна\nТема: Заказ\n\nтекст"
    ),
    "thunderbird": "03.11.2025 10:00, Магазин пишет:\n> Добрый день",
    "apple": "3 нояб. 2025 г., в 10:00, Магазин <shop@x.example> написал(а):\n\n> Добрый день",
}
ENGLISH = {
    "gmail": "On Mon, Nov 3, 2025 at 10:00 AM Shop <shop@x.example> wrote:\n\n> Good day",
    "gmail, broken line": (
        "On Mon, Nov 3, 2025 at 10:00 AM Shop\n<shop@x.example> wrote:\n\n> Good day"
    ),
    "outlook": (
        "From: Shop <shop@x.example>\nSent: Monday\nTo: Anna\nSubject: RE: Order\n\nGood day"
    ),
    "outlook, old": (
        "-----Original Message-----\nFrom: Shop\nSent: Monday\nTo: Anna\nSubject: Order"
    ),
    "thunderbird": "On 03/11/2025 10:00, Shop wrote:\n> Good day\n> there",
    "bare": "> Good day\n> there",
}
GERMAN = {
    "gmail": "Am Mo., 3. Nov. 2025 um 10:00 Uhr schrieb Shop <shop@x.example>:\n\n> Guten Tag",
    "outlook": (
        "Von: Shop <shop@x.example>\nGesendet: Montag\nAn: Anna\nBetreff: AW: Auftrag\n\nTag"
    ),
    "thunderbird": "Am 03.11.2025 um 10:00 schrieb Shop:\n> Guten Tag",
    "old": (
        "-----Ursprüngliche Nachricht-----\nVon: Shop\nGesendet: Montag\nAn: Anna\nBetreff: Auftrag"
    ),
}
SAMPLES = [
    pytest.param(quote, id=f"{language}-{program}")
    for language, samples in (("ru", RUSSIAN), ("en", ENGLISH), ("de", GERMAN))
    for program, quote in samples.items()
]


@pytest.mark.parametrize("quote", SAMPLES)
@pytest.mark.parametrize("answer", ["Спасибо 😀!", "Thanks,\nAnna\n\n-- \nThe customer"])
def test_the_earlier_mail_is_told_from_the_answer(answer: str, quote: str) -> None:
    text = f"{answer}\n\n{quote}\n"

    found = quoted_from(text)

    assert found is not None
    units = text.encode("utf-16-le")
    assert units[2 * found :].decode("utf-16-le").startswith(quote)


@pytest.mark.parametrize(
    "text",
    [
        "no quotation at all",
        "> what they asked\nwhat I say\n> what else they asked\nwhat I say to that",
        "On Mon, Nov 3, 2025 at 10:00 AM Shop <s@x.example> wrote:\n> question\nmy answer below",
        "From: here\nit is far to the city",
        "he wrote:\nthis is a story",
        (
            "FYI\n\n---------- Forwarded message ---------\n"
            "From: A <a@b.example>\nDate: x\nTo: z\n\nbody"
        ),
        (
            "---------- Пересылаемое сообщение ---------\n"
            "От: А <a@b.example>\nТема: y\nКому: z\n\nтекст"
        ),
        "в 10:00 встречаемся:\nу входа",
        "",
    ],
)
def test_what_is_no_quotation_at_the_end_stays(text: str) -> None:
    assert quoted_from(text) is None


def test_a_hundred_thousand_lines_take_no_time() -> None:
    assert quoted_from("> x\n" * 100_000) is None
    assert quoted_from("On " + "a" * 100_000 + "\n" + "чт, " * 20_000 + "<a@b" * 5_000) is None
