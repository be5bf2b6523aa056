"""One mail through an SMTP server: each step's failure means something of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP

from connectors.email import refusals
from connectors.email.compose import Composed
from connectors.email.manifest import EmailSettings
from connectors.email.oauth import OAuth
from connectors.email.signin import tls_context
from shared.errors import ChannelBroken, NotSent, Rejected, Uncertain

_BYTES_PER_S: Final = 128 * 1024
_QUIT_S: Final = 2.0
_MIB: Final = 1024 * 1024

Refused = dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The server has it. ``refused`` are the recipients that it did not take it for."""

    refused: Refused = field(default_factory=dict)


class Smtp:
    """The server that sends for one channel. Each mail has a connection of its own."""

    def __init__(self, settings: EmailSettings, oauth: OAuth) -> None:
        self._settings = settings
        self._oauth = oauth

    async def send(self, mail: Composed) -> HandedOver:
        """Hand a mail over. Raises a ``SendError``; ``Uncertain`` once its text was written."""
        async with self.connected() as client:
            options = self._options(client, mail)
            refused = await self._envelope(client, mail, options)
            limit_s = self._settings.timeout_s + len(mail.data) / _BYTES_PER_S
            await _data(client, mail.data, limit_s)
        return HandedOver(refused)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SMTP]:
        """A connection that is signed in. Raises a ``SendError``."""
        settings = self._settings
        encrypted = settings.smtp_tls != "none"
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            tls_context=tls_context(settings) if encrypted else None,
            local_hostname=_own_name(settings.domain),
            timeout=settings.timeout_s,
        )
        try:
            await _connect(client)
            await self._sign_in(client)
            yield client
            await _leave(client)
        finally:
            client.close()

    async def _sign_in(self, client: SMTP) -> None:
        settings = self._settings
        if not settings.smtp_login:
            return
        user = settings.smtp_user or settings.user or settings.address
        secret = settings.smtp_password or settings.password
        token = await self._oauth.token() if settings.smtp_password is None else None
        try:
            if token is not None:
                await client.auth_xoauth2(user, token)
            else:
                await client.login(user, secret.get_secret_value() if secret else "")
        except aiosmtplib.SMTPAuthenticationError as error:
            self._oauth.forget()
            raise refusals.of_sign_in(error.code, error.message) from None
        except aiosmtplib.SMTPResponseException as error:
            raise refusals.of_answer(error.code, error.message) from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError):
            raise NotSent("the SMTP server hung up at the sign-in") from None
        except (aiosmtplib.SMTPException, ValueError):
            raise ChannelBroken(
                "the SMTP server offers no sign-in here: check the port and the encryption"
            ) from None

    def _options(self, client: SMTP, mail: Composed) -> list[str]:
        """What is said along with the sender. Raises ``Rejected``."""
        options = []
        if client.supports_extension("size"):
            most = client.esmtp_extensions.get("size", "")
            if most.isdigit() and 0 < int(most) < len(mail.data):
                size, limit = len(mail.data) / _MIB, int(most) / _MIB
                raise Rejected(
                    f"the mail is too big for the mail server: {size:.1f} of {limit:.1f} MB"
                )
            options.append(f"SIZE={len(mail.data)}")
        if mail.utf8:
            if not client.supports_extension("smtputf8"):
                raise Rejected("the mail server cannot send to addresses with such letters")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        return options

    async def _envelope(self, client: SMTP, mail: Composed, options: list[str]) -> Refused:
        """Sender and recipients; returns who was refused. Raises a ``SendError``."""
        encoding = "utf-8" if mail.utf8 else "ascii"
        refused: Refused = {}
        try:
            await self._sender(client, mail, options, encoding)
            for one in (*mail.to, *mail.cc, *mail.bcc):
                try:
                    await client.rcpt(one, encoding=encoding)
                except aiosmtplib.SMTPRecipientRefused as error:
                    if error.code < 0:
                        raise NotSent("the SMTP server's answer is unreadable") from None
                    if error.code == 421:  # noqa: PLR2004 - it closes the line with that
                        raise
                    refused[one] = (error.code, error.message)
        except aiosmtplib.SMTPResponseException as error:
            raise refusals.of_answer(error.code, error.message) from None
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError):
            raise NotSent("the SMTP server hung up before the mail was handed over") from None
        except UnicodeError:
            raise Rejected("an address has letters that mail cannot carry") from None
        if all(one in refused for one in mail.to):
            # Copies alone are no answer: nobody gets it, and the agent is told.
            raise refusals.of_recipients({one: refused[one] for one in mail.to})
        return refused

    async def _sender(
        self, client: SMTP, mail: Composed, options: list[str], encoding: str
    ) -> None:
        try:
            await client.mail(mail.sender, options=options, encoding=encoding)
        except aiosmtplib.SMTPSenderRefused as error:
            if mail.sender or error.code < 500:  # noqa: PLR2004 - the permanent codes of SMTP
                raise
            # Servers that let nobody send without an address: the account's own, then.
            await client.mail(self._settings.address, options=options, encoding=encoding)


async def _connect(client: SMTP) -> None:
    try:
        await client.connect()
        await client._ehlo_or_helo_if_needed()
    except aiosmtplib.SMTPConnectResponseError as error:
        raise refusals.of_greeting(error.code, error.message) from None
    except aiosmtplib.SMTPResponseException as error:
        raise refusals.of_greeting(error.code, error.message) from None
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
        raise NotSent(f"the SMTP server's certificate is not good: {why}") from None
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(f"the SMTP server cannot be reached: {type(error).__name__}") from None


async def _data(client: SMTP, data: bytes, limit_s: float) -> None:
    try:
        await client.data(data, timeout=limit_s)
    except aiosmtplib.SMTPDataError as error:
        if 400 <= error.code < 600:  # noqa: PLR2004 - the refusals of SMTP
            raise refusals.of_answer(error.code, error.message) from None
        raise Uncertain("the SMTP server's answer to the mail is unreadable") from None
    except (aiosmtplib.SMTPException, OSError, asyncio.IncompleteReadError):
        raise Uncertain("the line was lost after the mail was written") from None


async def _leave(client: SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_QUIT_S):
            await client.quit()


def _own_name(domain: str) -> str:
    """The name to greet with."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "localhost"
