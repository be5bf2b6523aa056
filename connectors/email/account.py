"""A live look at the account: the sign-ins, the folders, and what the servers can do."""

from collections.abc import Callable
from typing import Final

from connectors.base import CheckItem, CheckReport
from connectors.email.door import door
from connectors.email.imap import Imap
from connectors.email.manifest import EmailSettings
from connectors.email.session import Session
from connectors.email.smtp import Smtp
from connectors.email.unsettled import sent_folder
from shared.errors import ChannelBroken, HubError, NotFound, SendError, Throttled, Unavailable

_LIMIT_S: Final = 40.0
_MIB: Final = 1024 * 1024
_SIGN_IN: Final = (
    "Check the user name and the password. Gmail, Yandex and mail.ru want an app password, and IMAP"
    " must be switched on in the mailbox's settings."
)


async def check(settings: EmailSettings, session: Session, smtp: Smtp) -> CheckReport:
    """Sign in on both sides; changes nothing. Raises ``Unavailable`` when nobody answers."""
    items: list[CheckItem] = []
    if settings.listens:
        items.append(await door(settings))
    else:
        items += await _reading(settings, session)
    items += await _sending(settings, smtp)
    own = ", ".join(sorted(settings.own_addresses))
    items.append(CheckItem("addresses", ok=True, detail=f"ours, never a customer's: {own}"))
    return CheckReport(items, account=settings.address)


async def _reading(settings: EmailSettings, session: Session) -> list[CheckItem]:
    try:
        return await session.do(_reader(settings), limit_s=_LIMIT_S)
    except ChannelBroken as error:
        return [CheckItem("imap", ok=False, detail=str(error), remedy=_SIGN_IN)]


def _reader(settings: EmailSettings) -> Callable[[Imap], list[CheckItem]]:
    def look(imap: Imap) -> list[CheckItem]:
        able = sorted(imap.capabilities & {"IDLE", "MOVE", "UIDPLUS"})
        items = [CheckItem("imap", ok=True, detail=f"signed in; {', '.join(able) or 'plain IMAP'}")]
        if "IDLE" not in imap.capabilities:
            items.append(
                CheckItem("idle", ok=True, detail="no IDLE: the hub looks every few seconds")
            )
        folders = [("folder", settings.folder)]
        if settings.after_intake == "move":
            folders.append(("move_to", settings.move_to))
        items += [_folder(imap, name, folder) for name, folder in folders]
        if settings.save_sent or settings.sent_folder:
            items.append(_sent(imap, settings))
        return items

    return look


def _folder(imap: Imap, name: str, folder: str) -> CheckItem:
    try:
        imap.select(folder)
    except NotFound as error:
        known = ", ".join(sorted(imap.folders())[:30])
        return CheckItem(name, ok=False, detail=str(error), remedy=f"There are: {known}")
    return CheckItem(name, ok=True, detail=folder)


def _sent(imap: Imap, settings: EmailSettings) -> CheckItem:
    try:
        folder = sent_folder(imap, settings.sent_folder)
    except NotFound as error:
        return CheckItem("sent_folder", ok=False, detail=str(error), remedy="Name the folder.")
    item = _folder(imap, "sent_folder", folder)
    return item


async def _sending(settings: EmailSettings, smtp: Smtp) -> list[CheckItem]:
    try:
        async with smtp.connected() as client:
            able = [
                name for name in ("size", "smtputf8", "starttls") if client.supports_extension(name)
            ]
            size = client.esmtp_extensions.get("size", "")
            detail = f"signed in; {', '.join(able).upper() or 'plain SMTP'}"
            if size.isdigit() and int(size):
                detail += f"; mails up to {int(size) / _MIB:.0f} MB"
    except ChannelBroken as error:
        return [CheckItem("smtp", ok=False, detail=str(error), remedy=_SIGN_IN)]
    except Throttled as error:
        return [CheckItem("smtp", ok=False, detail=str(error), remedy="Try again later.")]
    except SendError as error:
        remedy = "Check the server's name, the port and the encryption."
        return [CheckItem("smtp", ok=False, detail=str(error), remedy=remedy)]
    except HubError as error:
        raise Unavailable(str(error)) from None
    items = [CheckItem("smtp", ok=True, detail=detail)]
    received = settings.listen_tls if settings.listens else settings.imap_tls
    if settings.smtp_tls == "none" or received == "none":
        items.append(
            CheckItem("encryption", ok=True, detail="without TLS: only for your own network")
        )
    return items
