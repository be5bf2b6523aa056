"""The connector of the channel type ``telegram``. Facts of the Bot API as of version 10.3."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import structlog
from aiogram.enums import ChatAction
from aiogram.methods import AnswerCallbackQuery, GetFile, ReadBusinessMessage, SendChatAction

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
from connectors.telegram import account, refusals
from connectors.telegram import webhook as webhooks
from connectors.telegram.address import address_of
from connectors.telegram.api import BotApi, NoAnswer, Refused
from connectors.telegram.calls import number_of
from connectors.telegram.manifest import TelegramSettings
from connectors.telegram.polling import Polling
from connectors.telegram.sender import Sender
from connectors.telegram.update import LAST_MESSAGE, Account
from connectors.telegram.updates import parse_update
from connectors.telegram.webhook import Webhook
from shared.errors import BadRequest, Rejected, Unavailable
from shared.ids import ExternalId
from shared.model.channel import RateLimit
from shared.model.content import Action, Attachment

log = structlog.get_logger(__name__)

_QUICK_S = 5.0


class TelegramConnector:
    """One bot at work."""

    def __init__(self, context: ConnectorContext, settings: TelegramSettings) -> None:
        self._context = context
        self._polls = settings.mode == "polling"
        self._calls_per_s = settings.calls_per_s
        self._api = BotApi(
            settings.token, settings.api_base, context.http, timeout_s=settings.send_timeout_s
        )
        self._account = Account(context.channel_id, context.channel_type, self._api.bot_id)
        self._webhook = Webhook(context, settings, self._api)
        self._polling = Polling(self._api, timeout_s=settings.poll_timeout_s)
        self._sender = Sender(self._api, timeout_s=settings.send_timeout_s)

    def verify(self, request: RawRequest) -> None:
        """The header that Telegram echoes holds our secret. Raises ``Unauthorised``."""
        self._webhook.verify(request)

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """A webhook brings one update."""
        return webhooks.split(body)

    def parse(self, event: RawEvent) -> Parsed:
        """What one update says. Raises ``BadPayload``, and nothing else for any bytes."""
        return Parsed(inbound=parse_update(event.body, self._account, self._context.clock))

    async def send(self, outgoing: Outgoing) -> Sent:
        """Make one call. Raises a ``SendError``."""
        return await self._sender.send(outgoing)

    def pace(self) -> RateLimit | None:
        """That of a Bot API server of one's own, if the settings name it."""
        count = self._calls_per_s
        return None if count is None else RateLimit(count=count, per_s=1, burst=max(1, int(count)))

    async def check(self) -> CheckReport:
        """Token, mode and rights. Raises ``Unavailable``."""
        return await account.check(self._api, self._webhook, polls=self._polls)

    async def close(self) -> None:
        """Nothing is open beyond the hub's session."""
        await self._api.close()

    def wants_pull(self) -> bool:
        """The channel is set to polling."""
        return self._polls

    async def pull(self, cursor: str | None) -> Pulled:
        """Wait for updates after the last confirmed one."""
        return await self._polling.pull(cursor)

    async def subscribe(self) -> None:
        """Set the webhook, or take it away when we poll; what waits there stays."""
        await self._webhook.subscribe()

    async def unsubscribe(self) -> None:
        """Take our webhook away."""
        await self._webhook.unsubscribe()

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """A file's bytes, up to 20 MB. Raises ``Rejected`` and ``Unavailable``."""
        file_id = attachment.native.get("file_id")
        if file_id is None:
            raise Rejected("Telegram gave no file")
        try:
            found = await self._api.call(GetFile(file_id=file_id))
            path = found.get("file_path") if isinstance(found, dict) else None
            if not isinstance(path, str) or not path:
                raise Unavailable("Telegram named no file to download")
            async with aclosing(self._api.download(path)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except (Refused, NoAnswer) as error:
            raise refusals.of_fetch(error) from None

    async def answer_action(self, action: Action) -> None:
        """Stop the spinner of a pressed button. Too late is no error: best effort."""
        if action.external_id is None:
            return
        try:
            await self._api.call(
                AnswerCallbackQuery(callback_query_id=action.external_id), timeout_s=_QUICK_S
            )
        except (Refused, NoAnswer) as error:
            log.info(
                "action.unanswered", channel_id=self._context.channel_id, reason=_status(error)
            )

    async def mark_read(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show the customer of a business account that they were read; Telegram lets a bot do so
        nowhere else. Best effort."""
        number = context.get(LAST_MESSAGE)
        try:
            address = address_of(thread, context)
            if address.connection_id is None or number is None:
                return
            method = ReadBusinessMessage(
                business_connection_id=address.connection_id,
                chat_id=address.chat_id,
                message_id=number_of(ExternalId(number)),
            )
            await self._api.call(method, timeout_s=_QUICK_S)
        except (Refused, NoAnswer, Rejected) as error:
            log.info("read.unshown", channel_id=self._context.channel_id, reason=_status(error))

    async def typing(self, thread: ExternalId, context: Mapping[str, str]) -> None:
        """Show "typing" for five seconds. Best effort."""
        try:
            address = address_of(thread, context)
            await self._api.call(
                SendChatAction(
                    chat_id=address.chat_id,
                    action=ChatAction.TYPING.value,
                    message_thread_id=address.topic_id,
                    business_connection_id=address.connection_id,
                ),
                timeout_s=_QUICK_S,
            )
        except (Refused, NoAnswer, Rejected) as error:
            log.debug("typing.unshown", channel_id=self._context.channel_id, reason=_status(error))


def connect(context: ConnectorContext) -> TelegramConnector:
    """A connector for the channel. Raises ``BadRequest`` for settings of another type."""
    if not isinstance(context.settings, TelegramSettings):
        raise BadRequest("these are not the settings of a Telegram channel", field="settings")
    return TelegramConnector(context, context.settings)


def _status(error: Exception) -> str:
    return str(error.status) if isinstance(error, Refused) else type(error).__name__
