"""The Callback API: who may call, and what VK wants to hear.

The proof is inside the body: the secret key and the community's number, checked on every type.
"""

import hmac
import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from connectors.base import Answer, ConnectorContext, RawEvent, RawRequest
from connectors.payload import decode
from connectors.vk import refusals
from connectors.vk.api import VkApi
from connectors.vk.errors import NoAnswer, Refused
from connectors.vk.events import CONFIRMATION
from connectors.vk.manifest import VkSettings
from connectors.vk.payload import Payload
from shared.errors import BadPayload, Unauthorised, Unavailable

_EVENT_ID: Final = re.compile(rb'"event_id"\s*:\s*"([0-9A-Za-z_-]{1,64})"')
_CONFIRMS: Final = re.compile(rb'"type"\s*:\s*"confirmation"')
_OK: Final = Answer(body=b"ok")
_DIGEST_BYTES: Final = 20


class Told(RawEvent):
    """The event of a callback, as it was read when its secret was looked at."""

    __slots__ = ("opened",)

    opened: dict[str, Any]

    def __init__(self, body: bytes, key: str, opened: dict[str, Any]) -> None:
        object.__setattr__(self, "body", body)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "opened", opened)


class Callback:
    """The callback server of one community."""

    def __init__(self, context: ConnectorContext, settings: VkSettings, api: VkApi) -> None:
        self._api = api
        self._group_id = settings.group_id
        self._base = context.public_url
        self._channel_id = context.channel_id
        self.secret: Final = _secret_of(context, settings)
        """What VK has to say in every body; empty: nobody is let in."""
        self._written = re.compile(rb'"secret"\s*:\s*"' + re.escape(self.secret).encode() + rb'"')
        self._given = settings.confirmation
        self._confirmation = settings.confirmation
        self._proved: tuple[bytes, dict[str, Any]] | None = None
        """The body that was verified last and not yet taken apart, and what it says."""

    @property
    def url(self) -> str | None:
        """Where VK finds us, None without a public address."""
        if not self._base:
            return None
        return f"{self._base.rstrip('/')}/hooks/{self._channel_id}"

    def verify(self, request: RawRequest) -> None:
        """Only VK knows the secret. Raises ``Unauthorised``."""
        try:
            said = Payload(decode(request.body))
        except BadPayload:
            raise Unauthorised("this is no event of VK") from None
        given = said.raw.get("secret")
        given = given if isinstance(given, str) else ""
        same = hmac.compare_digest(given.encode(errors="backslashreplace"), self.secret.encode())
        if not self.secret or not same:
            raise Unauthorised("the callback secret is wrong or missing")
        if said.integer("group_id") != self._group_id:
            raise Unauthorised("the event belongs to another community")
        self._proved = request.body, said.raw

    def split(self, body: bytes) -> Sequence[RawEvent]:
        """A body brings one event; what proved it is taken out, for bodies are kept and shown."""
        found = _EVENT_ID.search(body)
        key = found.group(1).decode() if found else ""
        proved, self._proved = self._proved, None
        without = self._written.sub(b'"secret":""', body)
        if proved is None or proved[0] is not body:
            return (RawEvent(body=without, key=key),)
        return (Told(without, key, proved[1]),)

    def answer(self, request: RawRequest) -> Answer:
        """``ok``, or the string that proves that the server is the community's."""
        if self._confirmation is not None and self._confirms(request.body):
            return Answer(body=self._confirmation.encode())
        return _OK

    async def prepare(self, event: RawEvent) -> None:
        """Before a confirmation is answered: learn the string, for VK changes it.

        Raises ``Unavailable``.
        """
        if self._given is None and self._confirms(event.body):
            self._confirmation = await self._code()

    @staticmethod
    def _confirms(body: bytes) -> bool:
        if _CONFIRMS.search(body) is None:
            return False
        try:
            return decode(body).get("type") == CONFIRMATION
        except BadPayload:
            return False

    async def _code(self) -> str:
        try:
            said = await self._api.call(
                "groups.getCallbackConfirmationCode", group_id=self._group_id
            )
        except (Refused, NoAnswer) as error:
            raise Unavailable(str(refusals.of_read(error))) from None
        code = said.get("code") if isinstance(said, dict) else None
        if not isinstance(code, str) or not code:
            raise Unavailable("VK named no confirmation string")
        return code


def _secret_of(context: ConnectorContext, settings: VkSettings) -> str:
    if settings.callback_secret is not None:
        return settings.callback_secret.get_secret_value()
    if not context.webhook_secret:
        return ""
    # VK takes at most 50 letters and digits.
    return blake2b(context.webhook_secret.encode(), digest_size=_DIGEST_BYTES).hexdigest()
