"""A look at the bot's account on Telegram; it changes nothing there."""

from typing import Any

from aiogram.methods import GetMe, GetWebhookInfo

from connectors.base import CheckItem, CheckReport
from connectors.payload import Payload
from connectors.telegram import refusals
from connectors.telegram.api import BotApi, NoAnswer, Refused
from connectors.telegram.webhook import Webhook
from shared.errors import ChannelBroken


async def check(api: BotApi, webhook: Webhook, *, polls: bool) -> CheckReport:
    """Token, mode and rights of the bot. Raises ``Unavailable`` and ``Throttled``."""
    try:
        me = Payload(_object(await api.call(GetMe())))
        info = Payload(_object(await api.call(GetWebhookInfo())))
    except (Refused, NoAnswer) as error:
        problem = refusals.of_read(error)
        if not isinstance(problem, ChannelBroken):
            raise problem from None
        remedy = "In @BotFather open /mybots, the bot, API Token, and copy it again."
        return CheckReport(items=(CheckItem("token", False, str(problem), remedy),))
    username = me.text("username")
    account = f"@{username}" if username is not None else None
    items = (
        _token(api, me, account),
        _polling(info, webhook) if polls else _webhook(info, webhook),
        _deliveries(info),
        *_rights(me),
    )
    return CheckReport(items=items, account=account)


def _object(result: Any) -> dict[str, Any]:
    return result if isinstance(result, dict) else {}


def _token(api: BotApi, me: Payload, account: str | None) -> CheckItem:
    if me.integer("id") == api.bot_id:
        return CheckItem("token", True, account or "the bot has no username")
    remedy = "Check the API address: it answers for another bot."
    return CheckItem("token", False, "the token belongs to another bot", remedy)


def _polling(info: Payload, webhook: Webhook) -> CheckItem:
    url = info.text("url")
    if url is None:
        return CheckItem("mode", True, "updates are polled")
    if url == webhook.url:
        return CheckItem("mode", True, "our webhook will be removed, and updates polled")
    return CheckItem(
        "mode",
        False,
        "a webhook is set for this bot, perhaps by another program",
        "Starting the channel removes it; if the other program is to stay, use another bot.",
    )


def _webhook(info: Payload, webhook: Webhook) -> CheckItem:
    if webhook.url is None:
        remedy = "Set HUB_PUBLIC_URL to the hub's HTTPS address, or choose polling."
        return CheckItem("mode", False, "the hub has no public address for a webhook", remedy)
    url = info.text("url")
    if url == webhook.url:
        return CheckItem("mode", True, "the webhook is ours")
    if url is None:
        return CheckItem("mode", True, "the webhook will be set when the channel starts")
    return CheckItem(
        "mode",
        False,
        "another webhook is set for this bot, perhaps by another program",
        "Starting the channel replaces it; if the other program is to stay, use another bot.",
    )


def _deliveries(info: Payload) -> CheckItem:
    waiting = info.count("pending_update_count") or 0
    failed_at = info.moment("last_error_date")
    if failed_at is None:
        return CheckItem("deliveries", True, f"{waiting} updates wait")
    words = (info.text("last_error_message") or "unknown")[:200]
    return CheckItem(
        "deliveries",
        True,
        f"{waiting} updates wait; the last failure at {failed_at:%Y-%m-%d %H:%M} UTC: {words}",
    )


def _rights(me: Payload) -> tuple[CheckItem, ...]:
    groups = me.flag("can_read_all_group_messages")
    business = me.flag("can_connect_to_business")
    return (
        CheckItem(
            "groups",
            True,
            "reads all messages of groups" if groups else "reads only what is meant for it",
            "" if groups else "To answer in groups: @BotFather, /setprivacy, Disable.",
        ),
        CheckItem(
            "business",
            True,
            "can be connected to business accounts" if business else "not for business accounts",
            "" if business else "To use it: @BotFather, /mybots, Bot Settings, Business Mode.",
        ),
    )
