"""The connector of the channel type ``email``: a mailbox over IMAP, or mail that is handed over
to us by SMTP or LMTP; answered over SMTP.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from connectors.base import (
    CheckReport,
    ConnectorContext,
    Outgoing,
    Parsed,
    Pulled,
    RawEvent,
    RawRequest,
    Sent,
)
from connectors.email import account
from connectors.email.copies import Copies
from connectors.email.files import Files
from connectors.email.identifiers import Signed
from connectors.email.mail import parse_mail
from connectors.email.mailbox import Mailbox
from connectors.email.manifest import EmailSettings
from connectors.email.oauth import OAuth
from connectors.email.polling import Polling
from connectors.email.reaching import new_thread
from connectors.email.reception import Reception, Take
from connectors.email.sender import Sender
from connectors.email.session import Session
from connectors.email.smtp import Smtp
from connectors.email.storing import Storing
from connectors.email.unsettled import Unsettled
from shared.errors import BadRequest, Unauthorised
from shared.model.channel import RateLimit
from shared.model.content import Attachment
from shared.model.reach import Reached

_BURST: Final = 20


class EmailConnector:
    """One mailbox at work."""

    def __init__(self, context: ConnectorContext, settings: EmailSettings) -> None:
        self._context = context
        self._settings = settings
        # Without a secret of the hub's the codes still tell parts apart, within this channel.
        key = f"{context.webhook_secret or ''}\n{context.channel_id}".encode()
        self._signed = Signed(key)
        self._mailbox = Mailbox(
            context.channel_id, context.channel_type, settings.own_addresses, self._signed
        )
        oauth = OAuth(settings, context.http, context.clock)
        self._smtp = Smtp(settings, oauth)
        self._reading = Session(settings, oauth, name=f"{context.channel_id}-reading")
        self._working = Session(settings, oauth, name=f"{context.channel_id}-working")
        self._unsettled = Unsettled(self._working, settings.sent_folder, context.clock)
        self._copies = Copies(context.channel_id, self._working, settings.sent_folder)
        storing = Storing(context.blobs)
        self._reception = Reception(settings, self._mailbox, storing, context.clock)
        self._polling = Polling(
            context.channel_id,
            settings,
            self._reading,
            storing,
            self._unsettled,
            context.clock,
        )
        self._files = Files(settings, self._working, context.blobs)
        self._sender = Sender(
            context,
            settings,
            self._signed,
            smtp=self._smtp,
            copies=self._copies,
            unsettled=self._unsettled,
        )

    def verify(self, request: RawRequest) -> None:
        """Mail does not come by webhook."""
        raise Unauthorised("an e-mail channel takes no webhooks")

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """One mail."""
        return [RawEvent(body)]

    def parse(self, event: RawEvent) -> Parsed:
        """What one mail says. Raises ``BadPayload``, and nothing else for any bytes."""
        return parse_mail(event.body, self._mailbox, self._context.clock)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one mail. Raises a ``SendError``."""
        return await self._sender.send(outgoing)

    def pace(self) -> RateLimit | None:
        """What the provider of this mailbox lets us send."""
        count = self._settings.mails_per_minute
        return RateLimit(count=count, per_s=60, burst=min(count, _BURST))

    async def check(self) -> CheckReport:
        """Sign in on both sides. Raises ``Unavailable``."""
        return await account.check(self._settings, self._working, self._smtp)

    async def close(self) -> None:
        """Cut the connections and let their threads end."""
        await self._reading.close()
        await self._working.close()

    def wants_pull(self) -> bool:
        """Mail is fetched from a mailbox."""
        return not self._settings.listens

    def wants_to_listen(self) -> bool:
        """Mail is handed over to us."""
        return self._settings.listens

    async def listen(self, take: Take) -> None:
        """Take mails on the channel's port until cancelled. Raises ``Unavailable``,
        ``ChannelBroken``."""
        await self._reception.listen(take)

    def reach(self, address: str, name: str | None) -> Reached:
        """A new thread of mails to this address. Raises ``BadRequest``."""
        return new_thread(address, name, self._mailbox)

    async def pull(self, cursor: str | None) -> Pulled:
        """The mails behind the cursor. Raises ``Unavailable``, ``ChannelBroken``."""
        await self._copies.catch_up()
        return await self._polling.pull(cursor)

    async def fetch(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """The bytes of a file. Raises ``Rejected`` and ``Unavailable``."""
        async with aclosing(self._files.fetch(attachment)) as pieces:
            async for piece in pieces:
                yield piece


def connect(context: ConnectorContext) -> EmailConnector:
    """A connector for the channel. Raises ``BadRequest`` for settings of another type."""
    if not isinstance(context.settings, EmailSettings):
        raise BadRequest("these are not the settings of an e-mail channel", field="settings")
    return EmailConnector(context, context.settings)
