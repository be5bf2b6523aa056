"""Access tokens by a refresh token (RFC 6749), kept until shortly before they end."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.email.manifest import EmailSettings
from shared.clock import Clock
from shared.errors import ChannelBroken, Unavailable

_EARLY: Final = timedelta(minutes=2)
_DEFAULT_S: Final = 3000
_BODY_BYTES: Final = 64 * 1024
_REFUSALS: Final = frozenset(
    {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "access_denied"}
)


class OAuth:
    """The tokens of one mailbox."""

    def __init__(self, settings: EmailSettings, http: ClientSession, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._token: str | None = None
        self._until: datetime | None = None
        self._asking = asyncio.Lock()

    @property
    def used(self) -> bool:
        """Whether the settings name a refresh token."""
        return self._settings.oauth_refresh_token is not None

    def forget(self) -> None:
        """The token was refused: ask for another one next time."""
        self._token = None

    async def token(self) -> str | None:
        """A token that is good for some minutes; None where passwords are used.

        Raises ``ChannelBroken`` when the consent is gone, ``Unavailable``.
        """
        if not self.used:
            return None
        async with self._asking:
            now = self._clock.now()
            if self._token is None or self._until is None or self._until <= now:
                answer = await self._ask()
                self._token = str(answer["access_token"])
                lasts = _seconds(answer.get("expires_in"))
                self._until = now + max(timedelta(seconds=lasts) - _EARLY, timedelta(seconds=1))
            return self._token

    async def _ask(self) -> dict[str, Any]:
        settings = self._settings
        refresh, secret = settings.oauth_refresh_token, settings.oauth_client_secret
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.oauth_client_id,
            "refresh_token": refresh.get_secret_value() if refresh else "",
        }
        if secret is not None:
            form["client_secret"] = secret.get_secret_value()
        if settings.oauth_scope:
            form["scope"] = settings.oauth_scope
        timeout = ClientTimeout(total=settings.timeout_s)
        try:
            url = settings.oauth_token_url or ""
            async with self._http.post(url, data=form, timeout=timeout) as answer:
                body = await answer.content.read(_BODY_BYTES)
                return _read(answer.status, body)
        except (ClientError, TimeoutError, OSError) as error:
            # The original may hold the form, and with it the secrets.
            name = type(error).__name__
            raise Unavailable(f"the token server cannot be reached: {name}") from None


def _read(status: int, body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and isinstance(said.get("access_token"), str):
        return said
    error = said.get("error") if isinstance(said, dict) else None
    if error in _REFUSALS:
        raise ChannelBroken(
            f"the mailbox's consent is no longer good ({error}): give it again to the app"
        )
    raise Unavailable(f"the token server gave no token (status {status})")


def _seconds(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 10**7 else _DEFAULT_S
