"""The Bot API by aiogram's client, over the hub's own HTTP session.

aiogram builds the requests. The answers are taken as plain JSON: its models would refuse an answer
for one unexpected leaf, and a message that was sent would count as unknown.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
)
from pydantic import SecretStr
from yarl import URL

_CONNECT_S: Final = 10
_SILENCE_S: Final = 30
_CHUNK: Final = 64 * 1024
_REASON: Final = 300
_RETRY: Final = re.compile(r"retry after (\d+)")
_RETRY_S: Final = 5.0
_RETRY_MAX_S: Final = 86_400.0
_SUCCESS: Final = range(200, 300)
_TOO_MANY: Final = 429
_URLENCODED: Final = MappingProxyType({"Content-Type": "application/x-www-form-urlencoded"})
_OF_ITSELF: Final[Mapping[str, str]] = MappingProxyType({})


class Refused(Exception):
    """Telegram answered, and not with a success; ``description`` is its own words, if any."""

    def __init__(
        self,
        status: int,
        description: str = "",
        *,
        retry_after_s: float | None = None,
        migrate_to: int | None = None,
    ) -> None:
        super().__init__(f"{status} {description}".strip())
        self.status = status
        self.description = description
        self.retry_after_s = retry_after_s
        self.migrate_to = migrate_to

    def says(self, *words: str) -> bool:
        """Whether the description holds one of the words, whatever their case."""
        said = self.description.lower()
        return any(word.lower() in said for word in words)


class NoAnswer(Exception):
    """No usable answer came. ``written``: the request may have reached Telegram."""

    def __init__(self, reason: str, *, written: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.written = written


class HubSession(BaseSession):
    """aiogram's way to the Bot API over a client session that is given and stays open."""

    def __init__(self, http: ClientSession, api: TelegramAPIServer) -> None:
        super().__init__(api=api)
        self._http = http

    async def close(self) -> None:
        """Nothing of ours is open."""

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """One call. Raises ``Refused`` and ``NoAnswer``."""
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        limit = ClientTimeout(total=timeout or self.timeout, sock_connect=_CONNECT_S)
        body, headers = self._body(bot, method)
        try:
            async with self._http.post(
                url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                status, answer = response.status, await response.read()
        except (ClientConnectorError, ConnectionTimeoutError):
            raise NoAnswer("Telegram cannot be reached", written=False) from None
        except TimeoutError:
            raise NoAnswer("Telegram did not answer in time", written=True) from None
        except (ClientError, OSError) as error:
            raise NoAnswer(f"the connection broke ({type(error).__name__})", written=True) from None
        return cast(TelegramType, _result(status, answer, bot.token))

    def _body(
        self, bot: Bot, method: TelegramMethod[TelegramType]
    ) -> tuple[bytes | FormData, Mapping[str, str]]:
        """What the call sends, and as what: a form of bytes, with files one in several parts."""
        files: dict[str, InputFile] = {}
        fields: dict[str, str] = {}
        for key, value in method:
            # Most of a method's fields are not set.
            prepared = None if value is None else self.prepare_value(value, bot=bot, files=files)
            if prepared is not None:
                fields[key] = prepared
        if not files:
            # A third of the time of `urlencode`, and a thirtieth of that of `FormData`.
            return URL.build(query=fields).raw_query_string.encode(), _URLENCODED
        form = FormData(quote_fields=False)
        for key, text in fields.items():
            form.add_field(key, text)
        for key, file in files.items():
            form.add_field(key, file.read(bot), filename=file.filename or key)
        return form, _OF_ITSELF

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = _CHUNK,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """A file's bytes; ``timeout`` limits each silence. Raises ``Refused`` and ``NoAnswer``."""
        limit = ClientTimeout(sock_connect=_CONNECT_S, sock_read=timeout)
        try:
            async with self._http.get(
                url, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                if raise_for_status and response.status not in _SUCCESS:
                    raise Refused(response.status)
                async for chunk in response.content.iter_chunked(chunk_size):
                    yield chunk
        except (ClientError, OSError) as error:  # TimeoutError is an OSError
            reason = f"the download broke off ({type(error).__name__})"
            raise NoAnswer(reason, written=True) from None


def _result(status: int, body: bytes, token: str) -> Any:
    """The answer's result as plain JSON. Raises ``Refused`` and ``NoAnswer``."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        if status in _SUCCESS:
            raise NoAnswer("Telegram's answer is unreadable", written=True)
        raise _refused(status, {}, token)
    if status in _SUCCESS and answer.get("ok") is True:
        return answer.get("result")
    if status in _SUCCESS:  # a refusal in the clothes of a success: its own code counts
        code = answer.get("error_code")
        if isinstance(code, bool) or not isinstance(code, int) or code in _SUCCESS:
            raise NoAnswer("Telegram's answer is unreadable", written=True)
        status = code
    raise _refused(status, answer, token)


def _refused(status: int, answer: dict[str, Any], token: str) -> Refused:
    description = answer.get("description")
    words = description if isinstance(description, str) else ""
    words = words.replace(token, "...")[:_REASON]
    parameters = answer.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    retry, migrate = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    retry_after_s = None
    if isinstance(retry, int | float) and retry > 0:
        retry_after_s = min(float(retry), _RETRY_MAX_S)
    if status == _TOO_MANY and retry_after_s is None:
        told = _RETRY.search(words)
        retry_after_s = float(told.group(1)) if told else _RETRY_S
    return Refused(
        status,
        words,
        retry_after_s=retry_after_s,
        migrate_to=migrate if isinstance(migrate, int) else None,
    )


class RawGetUpdates(TelegramMethod[list[Any]]):
    """``getUpdates`` with the updates as they came: one odd update must not cost its batch."""

    __returning__ = list
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class BotApi:
    """One bot's Bot API. Errors never hold the token or an address with it."""

    def __init__(
        self, token: SecretStr, api_base: str, http: ClientSession, *, timeout_s: float
    ) -> None:
        self._session = HubSession(http, TelegramAPIServer.from_base(api_base))
        self._bot = Bot(token.get_secret_value(), session=self._session)
        self._timeout_s = timeout_s

    @property
    def bot_id(self) -> int:
        """The bot's own user id: the digits of its token."""
        return self._bot.id

    async def call(self, method: TelegramMethod[Any], *, timeout_s: float | None = None) -> Any:
        """The result of a call as plain JSON, at the latest after ``timeout_s``.

        Raises ``Refused`` and ``NoAnswer``.
        """
        # aiogram hands the limit through as it is; whole seconds are only its annotation.
        limit = cast(int, self._timeout_s if timeout_s is None else timeout_s)
        return await self._bot(method, request_timeout=limit)

    def download(self, path: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a file that ``getFile`` named. Raises ``Refused`` and ``NoAnswer``."""
        url = self._session.api.file_url(self._bot.token, path)
        return self._session.stream_content(url, timeout=_SILENCE_S)

    async def close(self) -> None:
        """Nothing is open beyond the hub's session."""
        await self._session.close()
