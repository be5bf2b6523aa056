"""One rich conversation on each simulated channel, for the pictures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Browser, expect

from tests.support.conversing import WITHIN_MS, Desk, Phone, conversing, sample
from tests.support.running_hub import RunningHub

_PAGE: Final = (
    '<h2 style="color:#1a4fa0;font-family:sans-serif">Invoice 2026-117</h2>'
    '<table style="font-family:sans-serif;border-collapse:collapse" cellpadding="6">'
    '<tr style="background:#eef3fa"><th align="left">Item</th><th>Qty</th><th>Price</th></tr>'
    "<tr><td>Kettle, blue enamel</td><td>2</td><td>39.00 EUR</td></tr>"
    "<tr><td>Delivery</td><td>1</td><td>4.90 EUR</td></tr></table>"
    "<p style='font-family:sans-serif'>The VAT number on it is <b>wrong</b>.</p>"
)


@dataclass(frozen=True, slots=True)
class Story:
    """Who writes where, what first, and what happens then."""

    channel_id: str
    customer: str
    hello: str
    tell: Callable[[Phone, Desk], Awaitable[None]]
    last: str
    """What the last bubble says, by which the picture knows that all is there."""
    locale: str = "en-GB"
    """What the customer's phone speaks."""


async def _comes(desk: Desk, number: int) -> None:
    await expect(desk.inbound).to_have_count(number, timeout=WITHIN_MS)


async def _answers(desk: Desk, text: str) -> None:
    await desk.send(text)
    await desk.left(desk.outbound.filter(has_text=text[:30]).last, "sent", "delivered", "read")


async def _button(desk: Desk, *labels: str) -> None:
    await desk.page.get_by_test_id("composer-buttons").click()
    for number, label in enumerate(labels):
        if number:
            await desk.page.get_by_test_id("button-add").click()
        await desk.page.get_by_test_id("button-label").nth(number).fill(label)


async def _telegram(phone: Phone, desk: Desk) -> None:
    await phone.screen.get_by_test_id("phone-input").fill("Вот фото, обе коробки помяты")
    await phone.pick("album")
    await _comes(desk, 2)
    await phone.pick("voice")
    await _comes(desk, 3)
    await desk.page.get_by_test_id("composer-input").fill(
        "Мария, нам очень жаль. Что для вас лучше?"
    )
    await desk.format("очень жаль", "bold")
    await _button(desk, "Прислать новые", "Вернуть деньги")
    await desk.page.get_by_test_id("composer-send").click()
    offer = phone.shown("Что для вас лучше")
    await offer.get_by_role("button", name="Прислать новые").click(timeout=WITHIN_MS)
    await _comes(desk, 4)
    await phone.pick("location")
    await _comes(desk, 5)
    await _answers(desk, "Привезём завтра с 10 до 14, курьер позвонит за час.")
    await phone.pick("sticker")
    await _comes(desk, 6)


async def _vk(phone: Phone, desk: Desk) -> None:
    kettle = {
        "id": 501,
        "owner_id": -22,
        "title": "Чайник эмалированный, синий",
        "description": "2,5 литра",
        "price": {"amount": "195000", "currency": {"id": 643, "name": "RUB"}, "text": "1 950 ₽"},
        "availability": 0,
    }
    await phone.act(
        type="attachment",
        text="Вот этот есть в наличии?",
        attachment={"type": "market", "market": kettle},
    )
    await _comes(desk, 2)
    await desk.quote(desk.inbound.last)
    await _answers(desk, "Есть, осталось четыре. Отложить?")
    await phone.shown("Отложить").get_by_test_id("phone-react").select_option("❤")
    await expect(desk.page.get_by_test_id("reactions")).to_be_visible(timeout=WITHIN_MS)
    await phone.pick("poll")
    await _comes(desk, 3)
    await phone.write("Да, и второй такой же зелёный")
    await _comes(desk, 4)
    await phone.act(type="edit", text="Да, и второй такой же, зелёный, если есть")
    await expect(desk.page.get_by_test_id("edited")).to_be_visible(timeout=WITHIN_MS)
    await desk.attach(sample("kettle.jpg", "image/jpeg"))
    await _answers(desk, "Зелёного нет, есть голубой")
    await phone.pick("read")


async def _whatsapp(phone: Phone, desk: Desk) -> None:
    await phone.pick("image")
    await _comes(desk, 2)
    await phone.pick("order")
    await _comes(desk, 3)
    await _button(desk, "Friday", "Saturday", "Next week")
    await _answers(desk, "Thank you for the order! When shall we deliver?")
    await (
        phone.shown("When shall we").get_by_role("button", name="Saturday").click(timeout=WITHIN_MS)
    )
    await _comes(desk, 4)
    await phone.pick("contact")
    await _comes(desk, 5)
    await phone.write("He will be at home and take it")
    await _comes(desk, 6)
    await _answers(desk, "Noted: Saturday, Boris will take it. Have a good weekend!")
    await phone.pick("read")


async def _email(phone: Phone, desk: Desk) -> None:
    await _answers(desk, "Of course, Jane. Could you forward the invoice, please?")
    await phone.shown("forward the invoice").get_by_test_id("phone-answer").click(timeout=WITHIN_MS)
    await phone.write("It was invoice 2026-117. Our number is EU372000041.")
    await _comes(desk, 2)
    await phone.act(type="html", answers=True, text="Here it is once more.", html=_PAGE)
    await _comes(desk, 3)
    await desk.inbound.last.get_by_test_id("mail-open").click()
    await desk.page.get_by_test_id("mail-head-open").click()
    await desk.page.get_by_test_id("mail-cc").fill("Accounts <accounts@shop.example>")
    await desk.attach(
        {"name": "invoice-2026-117.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"}
    )
    await _answers(desk, "Here is the corrected invoice, with apologies.")


async def _webhook(phone: Phone, desk: Desk) -> None:
    await phone.pick("call")
    await _comes(desk, 2)
    await _answers(desk, "We have seen that you called. How can we help?")
    await phone.pick("contact")
    await _comes(desk, 3)
    await phone.write("Please call my colleague back, he knows the order")
    await _comes(desk, 4)
    await phone.files("This is the label on the box", sample("box.jpg", "image/jpeg"))
    await _comes(desk, 5)
    await _answers(desk, "We will, within the hour.")


STORIES: Final = (
    Story(
        "sim-telegram",
        "Мария Ковалёва",
        "Здравствуйте! Заказ пришёл, но коробки мятые 😕",
        _telegram,
        "Привезём завтра",
        "ru-RU",
    ),
    Story("sim-vk", "Илья Петров", "Добрый день!", _vk, "есть голубой", "ru-RU"),
    Story("sim-whatsapp", "Olga T.", "Hello! Is this one still on sale?", _whatsapp, "Noted"),
    Story(
        "sim-email",
        "Jane Doe",
        "The VAT number on invoice 2026-117 is wrong",
        _email,
        "corrected invoice",
    ),
    Story("sim-webhook", "Дмитрий С.", "Nobody answers your phone!", _webhook, "within the hour"),
)


async def tell(hub: RunningHub, browser: Browser) -> None:
    """All of them, one after another."""
    for story in STORIES:
        who = (story.channel_id, story.customer, story.hello, story.locale)
        async with conversing(browser, hub, *who) as (phone, desk):
            await story.tell(phone, desk)
