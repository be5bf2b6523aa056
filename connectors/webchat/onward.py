"""Where a conversation goes on when its visitor has left: by mail, to the address that they gave.
Pure.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from connectors.webchat.manifest import WebchatSettings
from connectors.webchat.requests import MessageRequest
from connectors.webchat.visitors import Visitor, Visitors
from shared.ids import ChannelId
from shared.model.onward import CODE, NOWHERE, Onward

LINK_MARK: Final = "#omnihub-chat="
"""The widget finds the code behind it in the page's address."""
_LINK_FOR: Final = timedelta(days=31)


def onward_context(
    visitor: Visitor, request: MessageRequest, settings: WebchatSettings
) -> Mapping[str, str]:
    """What the thread's context says of it; that it goes on nowhere, where so it is."""
    to = visitor.user.email if visitor.user is not None else visitor.given.email
    if not settings.email_channel or not to or not to.isprintable():
        return NOWHERE
    page = _page(settings, request)
    wanted = Onward(
        channel=ChannelId(settings.email_channel),
        to=to,
        after_s=float(settings.email_after_s),
        link=page,
        language=_language(settings, request),
        title=settings.title or (urlsplit(page).hostname or "" if page else ""),
    )
    return wanted.context()


def onward_code(visitor: Visitor, visitors: Visitors, now: datetime) -> Mapping[str, str]:
    """What brings the visitor back behind the link, the same all day; nothing for users of the
    site."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    code = visitors.link(visitor, today + _LINK_FOR)
    return {CODE: f"{LINK_MARK}{code}"} if code else {}


def _page(settings: WebchatSettings, request: MessageRequest) -> str:
    """A page of ours. What a visitor calls their page may be anybody's, and ends in a mail."""
    if settings.chat_page is not None:
        return settings.chat_page
    if request.page is None:
        return ""
    try:
        parts = urlsplit(request.page.url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return f"{origin}{parts.path}" if origin in settings.allowed_origins else ""


def _language(settings: WebchatSettings, request: MessageRequest) -> str:
    if settings.language != "auto":
        return settings.language
    return request.language or ""
