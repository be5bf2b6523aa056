"""A customer at a simulated phone and an agent at the inbox, each in a page of a real Chromium."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import message, new_page, open_conversation, sign_in
from tests.support.running_hub import RunningHub

WITHIN_MS: Final = 30_000
"""What crosses the whole hub is there by then, on a busy machine too."""
_SAMPLES: Final = Path(__file__).parents[2] / "connectors" / "phones" / "samples"


@dataclass(frozen=True, slots=True)
class Said:
    """One kind of message, how the customer sends it, and what the agent's bubble then shows."""

    kind: str
    shows: str
    """A CSS selector within the bubble."""
    words: str = ""
    """Part of the bubble's text."""
    act: Mapping[str, Any] | None = None
    """What nobody can type: an act of the simulator. None: by the phone's menu."""
    playing: bool = False
    """It is a film or a sound whose length Chromium must be able to read."""


def sample(name: str, mime: str) -> Any:
    """A file that the phones ship with, for a file field."""
    return {"name": name, "mimeType": mime, "buffer": (_SAMPLES / name).read_bytes()}


class Phone:
    """The customer's side."""

    def __init__(self, page: Page, hub: RunningHub, channel_id: str, customer: str) -> None:
        self.page = page
        self.customer = customer
        self.channel_id = channel_id
        self._hub = hub
        self.screen = page.locator(f'[data-channel-id="{channel_id}"]')

    async def write(self, text: str) -> None:
        """Type it and send it."""
        await self.screen.get_by_test_id("phone-input").fill(text)
        await self.screen.get_by_test_id("phone-send").click()

    async def pick(self, kind: str) -> None:
        """Choose it in the menu."""
        await self.screen.get_by_test_id("phone-attach").click()
        await self.screen.get_by_test_id(f"phone-kind-{kind}").click()

    async def files(self, text: str, *files: Any) -> None:
        """Send files with a text."""
        await self.screen.get_by_test_id("phone-file").set_input_files(list(files))
        await self.write(text)

    async def act(self, **action: Any) -> None:
        """What the page has no control for."""
        path = f"/simulators/{self.channel_id}/actions"
        await self._hub.call("POST", path, {"customer": self.customer, "action": action})

    def shown(self, text: str) -> Locator:
        """The bubble with this text."""
        return self.screen.get_by_test_id("phone-message").filter(has_text=text)

    def from_hub(self) -> Locator:
        """The agents' messages."""
        return self.screen.locator('[data-testid="phone-message"][data-from="hub"]')


class Desk:
    """The agent's side, in the conversation of that customer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inbound = page.locator('[data-testid="message"][data-direction="inbound"]')
        self.outbound = page.locator('[data-testid="message"][data-direction="outbound"]')

    def message(self, text: str) -> Locator:
        """The bubble with this text."""
        return message(self.page, text)

    async def attach(self, *files: Any) -> None:
        """Put files to the reply, and wait until they are uploaded."""
        await self.page.get_by_test_id("composer-files").set_input_files(list(files))
        chips = self.page.get_by_test_id("composer-file")
        await expect(chips).to_have_count(len(files))
        await expect(chips.locator("[role=progressbar]")).to_have_count(0, timeout=WITHIN_MS)

    async def send(self, text: str = "") -> None:
        """Write a reply, if there is a text, and send it."""
        if text:
            await self.page.get_by_test_id("composer-input").fill(text)
        await self.page.get_by_test_id("composer-send").click()

    async def choose(self, words: str) -> None:
        """Mark the words in the composer, as somebody does before formatting them."""
        field = self.page.get_by_test_id("composer-input")
        await field.evaluate(
            "(field, words) => { const at = field.value.indexOf(words);"
            " field.focus(); field.setSelectionRange(at, at + words.length);"
            " field.dispatchEvent(new Event('select')) }",
            words,
        )

    async def format(self, words: str, kind: str, url: str = "") -> None:
        """Format these words of the reply."""
        bar = self.page.get_by_test_id("format-bar")
        if not await bar.is_visible():
            await self.page.get_by_test_id("composer-format").click()
        await self.choose(words)
        await self.page.get_by_test_id(f"format-{kind}").click()
        if url:
            await self.page.get_by_test_id("format-url").fill(url)
            await self.page.get_by_test_id("format-link-set").click()

    async def menu(self, bubble: Locator, entry: str) -> None:
        """Open the menu of a message and choose an entry of it."""
        await bubble.hover()
        await bubble.get_by_test_id("message-menu").click()
        await self.page.get_by_test_id(entry).click()

    async def edit(self, bubble: Locator, text: str) -> None:
        """Change one of our messages."""
        await self.menu(bubble, "message-edit")
        await self.page.get_by_test_id("edit-text").fill(text)
        await self.page.get_by_test_id("edit-save").click()

    async def remove(self, bubble: Locator) -> None:
        """Delete one of our messages."""
        await self.menu(bubble, "message-delete")
        await self.page.get_by_test_id("confirm").click()

    async def react(self, bubble: Locator, emoji: str) -> None:
        """Set our reaction."""
        await bubble.hover()
        await bubble.get_by_test_id("react").click()
        await self.page.get_by_role("menuitem", name=emoji).click()

    async def quote(self, bubble: Locator) -> None:
        """Let the next reply answer this message."""
        await bubble.hover()
        await bubble.get_by_test_id("reply-to").click()

    async def left(self, bubble: Locator, *states: str) -> None:
        """Wait until it has one of these marks."""
        wanted = " or ".join(f'[data-state="{state}"]' for state in states)
        fitting = ", ".join(f'[data-testid="message"][data-state="{state}"]' for state in states)
        found = bubble.and_(self.page.locator(fitting))
        await expect(found, f"the mark is {wanted}").to_be_visible(timeout=WITHIN_MS)


@asynccontextmanager
async def conversing(
    browser: Browser,
    hub: RunningHub,
    channel_id: str,
    customer: str,
    hello: str = "",
    locale: str = "en-GB",
) -> AsyncIterator[tuple[Phone, Desk]]:
    """A conversation that the customer has begun, with their name if nothing else is said."""
    async with new_page(browser, locale=locale) as telephone, new_page(browser) as inbox:
        key = f"phones.customer.{channel_id}"
        await telephone.add_init_script(f"localStorage.setItem({key!r}, {customer!r})")
        await telephone.goto(f"{hub.url}/simulators/")
        phone = Phone(telephone, hub, channel_id, customer)
        await expect(phone.screen).to_be_visible(timeout=60_000)
        await sign_in(inbox, hub.url)
        hello = hello or f"Hello, this is {customer}"
        await phone.write(hello)
        await expect(inbox.get_by_test_id("conversation-row").filter(has_text=hello)).to_be_visible(
            timeout=60_000
        )
        await open_conversation(inbox, hello)
        yield phone, Desk(inbox)


async def says(phone: Phone, desk: Desk, said: Said) -> Locator:
    """The customer sends one kind; the agent's newest bubble shows it."""
    before = await desk.inbound.count()
    if said.act is not None:
        await phone.act(**said.act)
    else:
        await phone.pick(said.kind)
    await expect(desk.inbound, said.kind).to_have_count(before + 1, timeout=WITHIN_MS)
    bubble = desk.inbound.last
    await expect(bubble.locator(said.shows).first, said.kind).to_be_visible(timeout=WITHIN_MS)
    await expect(bubble, said.kind).to_contain_text(said.words)
    if said.playing:
        await plays(bubble, said.kind)
    return bubble


async def plays(bubble: Locator, kind: str) -> None:
    """Chromium can read the film or sound of the bubble."""
    player = bubble.locator("video, audio").first
    length = await player.evaluate(
        "async (one) => { one.preload = 'metadata'; one.load();"
        " if (one.readyState < 1) await new Promise((go, no) => {"
        " one.addEventListener('loadedmetadata', go); one.addEventListener('error', no) });"
        " return one.duration }"
    )
    assert length > 1, f"{kind} lasts {length} s"
