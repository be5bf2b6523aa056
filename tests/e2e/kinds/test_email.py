"""Every kind of mail, from the customer's mailbox to the agent's screen and back."""

import base64
from email.message import EmailMessage

import pytest
from playwright.async_api import Browser, expect

from tests.support.conversing import WITHIN_MS, Phone, conversing, sample
from tests.support.running_hub import RunningHub

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]
CHANNEL = "sim-email"
BOX = sample("box.jpg", "image/jpeg")


def address_of(customer: str) -> str:
    """Where the simulated mailbox of this customer is."""
    return f"{customer.lower().replace(' ', '.')}@customer.example"


async def post(phone: Phone, mail: EmailMessage) -> None:
    """Let the customer's own program send a mail."""
    mail["From"] = f"{phone.customer} <{address_of(phone.customer)}>"
    mail["To"] = "support@hub.example"
    mail["Message-ID"] = f"<{abs(hash(mail['Subject']))}.{phone.customer[-6:]}@customer.example>"
    await phone.act(type="raw", data_base64=base64.b64encode(mail.as_bytes()).decode())


async def test_a_mail_is_shown_with_subject_copies_files_and_its_page_with_inline_pictures(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await phone.files("See the pictures", BOX, sample("kettle.jpg", "image/jpeg"))
        rows = desk.page.get_by_test_id("conversation-row")
        await rows.filter(has_text="See the pictures").click(timeout=WITHIN_MS)
        files = desk.message("See the pictures").locator("button.picture img")
        await expect(files).to_have_count(2, timeout=WITHIN_MS)
        mail = EmailMessage()
        mail["Subject"] = f"Inline {customer}"
        mail["Cc"] = "Boss <boss@customer.example>"
        mail.set_content("Plain words")
        page = '<p>Rich <b>words</b></p><img src="cid:box@x"><img src="https://spy.example/p.gif">'
        mail.add_alternative(page, subtype="html")
        (_, html) = mail.iter_parts()
        html.add_related(BOX["buffer"], "image", "jpeg", cid="<box@x>")
        await post(phone, mail)
        await rows.filter(has_text="Plain words").click(timeout=WITHIN_MS)

        bubble = desk.message("Plain words")
        await expect(bubble.locator(".subject")).to_have_text(f"Inline {customer}")
        await expect(bubble.get_by_test_id("mail-copies")).to_contain_text("Boss")
        await bubble.get_by_test_id("mail-open").click()
        shown = desk.page.frame_locator('[data-testid="mail-page"]')
        await expect(shown.locator("b")).to_have_text("words")
        await expect(shown.locator("img").first).to_have_js_property("naturalWidth", 640)
        await expect(bubble.get_by_test_id("mail-pictures")).to_contain_text("1 picture")


async def test_earlier_mails_are_folded_and_machines_marked(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await desk.send("What is the number of your order?")
        await expect(phone.shown("What is the number")).to_be_visible(timeout=WITHIN_MS)
        await phone.shown("What is the number").get_by_test_id("phone-answer").click()
        await phone.write("It is 77")
        answer = desk.message("It is 77")
        await expect(answer).to_be_visible(timeout=WITHIN_MS)
        await expect(answer.locator(".text").first).not_to_contain_text("What is the number")
        await answer.locator(".fold").click()
        await expect(answer.locator(".text").first).to_contain_text("> What is the number")

        await phone.act(type="away")

        machine = desk.message("out of office")
        await expect(machine).to_contain_text("written by a machine", timeout=WITHIN_MS)


async def test_an_answer_with_formatting_files_subject_and_copies_arrives(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    boss, audit = f"boss {customer[-6:]}", f"audit {customer[-6:]}"
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        for other in (boss, audit):  # so that their mailboxes exist
            await hub.call(
                "POST", f"/simulators/{CHANNEL}/messages", {"customer": other, "text": "hi"}
            )
        page = desk.page
        await expect(page.get_by_test_id("mail-head")).to_contain_text(address_of(customer))
        await page.get_by_test_id("mail-head-open").click()
        await page.get_by_test_id("mail-cc").fill("nobody")
        await page.get_by_test_id("composer-input").fill("Bold, slanted and a link")
        await expect(page.get_by_test_id("composer-send")).to_be_disabled()
        await page.get_by_test_id("mail-cc").fill(f"The Boss <{address_of(boss)}>")
        await page.get_by_test_id("mail-bcc").fill(address_of(audit))
        await page.get_by_test_id("mail-subject").fill("Your refund")
        await desk.format("Bold", "bold")
        await desk.format("slanted", "italic")
        await desk.format("a link", "link", "https://example.com/terms")
        await desk.attach(BOX, {"name": "terms.txt", "mimeType": "text/plain", "buffer": b"t"})
        await desk.send()

        mail = phone.shown("Bold, slanted")
        for tag, words in (("b", "Bold"), ("i", "slanted"), ("a[href^=https]", "a link")):
            await expect(mail.locator(tag).filter(has_text=words)).to_be_visible(timeout=WITHIN_MS)
        await expect(mail.locator(".subject")).to_have_text("Your refund")
        await expect(mail).to_contain_text(f"Copy: The Boss <{address_of(boss)}>")
        await expect(mail).not_to_contain_text(address_of(audit))
        await expect(mail.locator("img")).to_be_visible()
        await expect(mail.locator('[data-name="terms.txt"]')).to_be_visible()
        for other in (boss, audit):
            got = await hub.call("GET", f"/simulators/{CHANNEL}/messages", customer=other)
            assert [one["subject"] for one in got["items"] if one["from"] == "hub"] == [
                "Your refund"
            ], other
        bubble = desk.message("Bold, slanted")
        await expect(bubble.get_by_test_id("mail-copies")).to_have_text(
            f"Copy: The Boss · Hidden copy: {address_of(audit)}"
        )
        await desk.left(bubble, "sent", "delivered")
        await phone.pick("read")
        await desk.left(bubble, "read")


async def test_what_bounces_is_shown_as_failed_with_the_servers_words(
    hub: RunningHub, browser: Browser, customer: str
) -> None:
    async with conversing(browser, hub, CHANNEL, customer) as (phone, desk):
        await desk.send("Are you there?")
        await expect(phone.shown("Are you there?")).to_be_visible(timeout=WITHIN_MS)

        await phone.act(type="bounce")

        bubble = desk.outbound.filter(has_text="Are you there?")
        await desk.left(bubble, "failed")
        await expect(bubble).to_contain_text("mailbox does not exist")
