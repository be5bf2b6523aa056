"""Sending a part: composed, handed over, copied; and what is told of it besides."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from connectors.base import ConnectorContext, Outgoing, Parsed, Sent, ThreadReader
from connectors.email.clues import message_of
from connectors.email.compose import Composed, Loaded, compose
from connectors.email.copies import Copies
from connectors.email.identifiers import Signed
from connectors.email.loops import LoopGuard
from connectors.email.manifest import EmailSettings
from connectors.email.previous import Quotation, quotation_of
from connectors.email.refusals import named
from connectors.email.smtp import Refused, Smtp
from connectors.email.threads import PARTITION
from connectors.email.unsettled import Unsettled
from shared.errors import Rejected, Unavailable, Uncertain
from shared.ids import EventKey, ExternalId
from shared.model.content import Content, Service
from shared.model.delivery import Part
from shared.model.inbound import Clue, Inbound, InboundKind, Origin, ThreadRef
from shared.model.message import Direction, Message

log = structlog.get_logger(__name__)

_MOST_BYTES: Final = 18 * 1024 * 1024
"""Of all files together: base64 makes 25 MB of it, which most servers take."""
_LOOK_BACK: Final = 20


class Sender:
    """Sends for one channel."""

    def __init__(
        self,
        context: ConnectorContext,
        settings: EmailSettings,
        signed: Signed,
        *,
        smtp: Smtp,
        copies: Copies,
        unsettled: Unsettled,
    ) -> None:
        self._context = context
        self._settings = settings
        self._signed = signed
        self._smtp = smtp
        self._copies = copies
        self._unsettled = unsettled
        self._loops = LoopGuard(context.clock)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make a mail of the part and hand it over. Raises a ``SendError``."""
        part = outgoing.part
        if part.kind != "send":
            raise Rejected("a mail that was sent cannot be changed")
        mail = await self._composed(outgoing)
        self._loops.check(part, mail.to[0])
        try:
            done = await self._smtp.send(mail)
        except (Uncertain, TimeoutError):
            if not self._settings.listens:  # without a mailbox there is nowhere to look
                self._unsettled.add(part.id, mail.message_id)
            raise
        self._loops.sent(part, mail.to[0])
        if self._settings.save_sent and not self._settings.listens:
            await self._copies.keep(mail.data)
        if done.refused:
            await self._tell_refused(part, done.refused)
        return Sent(external_ids=(ExternalId(mail.message_id),))

    async def _composed(self, outgoing: Outgoing) -> Composed:
        part = outgoing.part
        total = sum(file.size_bytes for file in outgoing.files)
        if total > _MOST_BYTES:
            size, most = total / 1024 / 1024, _MOST_BYTES / 1024 / 1024
            raise Rejected(f"the files are too big for one mail: {size:.1f} of {most:.0f} MB")
        files = []
        for file in outgoing.files:
            data = b"".join([chunk async for chunk in file.read()])
            files.append(Loaded(file.attachment, data))
        return compose(
            part,
            self._settings,
            self._signed,
            files=files,
            previous=await self._previous(part),
            now=self._context.clock.now(),
        )

    async def _previous(self, part: Part) -> Quotation | None:
        """The customer's mail that is answered; without it the answer goes all the same."""
        reader = self._context.reader
        if not self._settings.quote_previous or reader is None or part.index > 0:
            return None
        try:
            message = await _answered(reader, part)
        except Unavailable:
            log.info("email.unquoted", channel_id=self._context.channel_id, part_id=part.id)
            return None
        if message is None or not message.content.text.strip():
            return None
        return quotation_of(message, part.content.text)

    async def _tell_refused(self, part: Part, refused: Refused) -> None:
        """Some of the recipients were refused: a line in the conversation names them."""
        log.warning("email.partly_refused", part_id=part.id, refused=len(refused))
        accept: Callable[[Parsed], Awaitable[None]] | None = self._context.accept
        if accept is None:
            return
        now = self._context.clock.now()
        name = "recipients_refused"
        clue = Clue(message_id=message_of(part.id), trust="anyone")
        event = Inbound(
            channel_id=self._context.channel_id,
            channel_type=self._context.channel_type,
            event_key=EventKey(f"refused/{part.id}"),
            kind=InboundKind.MESSAGE,
            origin=Origin.SYSTEM,
            thread=ThreadRef(
                external_id=part.thread, partition_key=PARTITION, kind="email", clues=(clue,)
            ),
            content=Content(blocks=(Service(name=name, details={"recipients": named(refused)}),)),
            occurred_at=now,
            received_at=now,
        )
        try:
            await accept(Parsed(inbound=[event]))
        except Unavailable as error:
            # The mail is sent: that must not be forgotten because of a line.
            log.warning("email.refusals_untold", part_id=part.id, reason=str(error))


async def _answered(reader: ThreadReader, part: Part) -> Message | None:
    messages = await reader.messages(part.thread, limit=_LOOK_BACK)
    wanted = part.reply_external_id
    if wanted is not None:
        found = next((one for one in messages if wanted in one.external_ids), None)
        if found is not None:
            return found
    inbound = [one for one in messages if one.direction is Direction.INBOUND]
    people = [one for one in inbound if not (one.content.email and one.content.email.automatic)]
    candidates = people or inbound
    return candidates[-1] if candidates else None
