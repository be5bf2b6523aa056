"""Opening a connection to an IMAP server and signing in. Everything here blocks."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from connectors.email.manifest import EmailSettings
from shared.errors import ChannelBroken, Unavailable

_PASSING: Final = re.compile(
    r"(?i)\[(?:unavailable|inuse|limit|serverbug)\]|too many|try again|temporar|timed? ?out|later"
)
_NOT_OURS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_WORDS_CHARS: Final = 300


def tls_context(settings: EmailSettings) -> ssl.SSLContext:
    """Certificates are checked; the settings may add an authority of one's own."""
    context = ssl.create_default_context()
    if settings.tls_ca:
        try:
            context.load_verify_locations(cadata=settings.tls_ca)
        except ssl.SSLError:
            raise ChannelBroken("the certificate authority in the settings is no PEM") from None
    return context


def opened(settings: EmailSettings) -> BaseMailBox:
    place = {"host": settings.imap_host, "port": settings.imap_port, "timeout": settings.timeout_s}
    if settings.imap_tls == "none":
        return MailBoxUnencrypted(**place)
    if settings.imap_tls == "starttls":
        return MailBoxStartTls(**place, ssl_context=tls_context(settings))
    return MailBox(**place, ssl_context=tls_context(settings))


def sign_in(mailbox: BaseMailBox, settings: EmailSettings, token: str | None) -> None:
    user = settings.user or settings.address
    client = mailbox.client
    try:
        if token is not None:
            _by_token(client, user, token)
        else:
            password = settings.password.get_secret_value() if settings.password else ""
            if (user + password).isascii():
                mailbox.login(user, password, initial_folder=None)
            else:
                mailbox.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort as error:
        raise Unavailable(f"the IMAP server hung up: {kind_of(error)}") from None
    except (ImapToolsError, imaplib.IMAP4.error, ValueError) as error:
        said = _server_words(error)
        if _PASSING.search(said):
            raise Unavailable(f"the mailbox cannot be opened now: {said}") from None
        raise ChannelBroken(f"the mailbox refuses the sign-in: {said}") from None
    except (OSError, EOFError) as error:
        raise Unavailable(f"the IMAP server is gone: {kind_of(error)}") from None


def _by_token(client: imaplib.IMAP4, user: str, token: str) -> None:
    """XOAUTH2: the server explains a refusal in a challenge that wants an empty answer."""
    answers = [f"user={user}\x01auth=Bearer {token}\x01\x01", ""]
    client.authenticate("XOAUTH2", lambda _: answers.pop(0).encode() if answers else b"")


def _server_words(error: Exception) -> str:
    result = getattr(error, "command_result", None)
    if isinstance(result, tuple) and len(result) > 1:
        return said_in(result[1])
    return _clean(str(error))


def said_in(data: Any) -> str:
    parts: Iterable[Any] = data if isinstance(data, list | tuple) else [data]
    text = " ".join(
        one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
        for one in parts
        if one is not None
    )
    return _clean(text)


def _clean(text: str) -> str:
    return _NOT_OURS.sub(" ", text).strip()[:_WORDS_CHARS] or "it does not say why"


def kind_of(error: Exception) -> str:
    if isinstance(error, TimeoutError | socket.timeout):
        return "it did not answer in time"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else None
    return reason or type(error).__name__


def shut(mailbox: BaseMailBox) -> None:
    # The socket and the file that reads from it: either alone would stay open.
    with suppress(OSError, AttributeError, ValueError):
        mailbox.client.shutdown()
    with suppress(OSError, AttributeError):
        mailbox.client.sock.close()
