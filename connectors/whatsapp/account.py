"""A look at the number and its account at Meta; it changes nothing there."""

from collections.abc import Sequence
from typing import Final

from pydantic import SecretStr

from connectors.base import CheckItem, CheckReport
from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from connectors.whatsapp.manifest import WhatsAppSettings
from connectors.whatsapp.subscription import Subscription
from shared.clock import Clock
from shared.errors import HubError, Throttled, Unavailable

_NUMBER: Final = (
    "display_phone_number,verified_name,quality_rating,throughput,status,"
    "code_verification_status,webhook_configuration"
)
_DOWN: Final = frozenset({"BANNED", "DISCONNECTED", "RESTRICTED", "DELETED", "UNVERIFIED"})
_TOKEN_REMEDY: Final = (
    "Make a new token of a system user with whatsapp_business_messaging and "  # noqa: S105 - words
    "whatsapp_business_management, and see that the user may use this WhatsApp account."
)
_NUMBER_REMEDY: Final = "Copy the Phone number ID from your app's page WhatsApp, API Setup."
_NEEDED: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
_DAYS_LEFT: Final = 7


class Check:
    """Looks at one number."""

    def __init__(
        self, graph: Graph, settings: WhatsAppSettings, subscription: Subscription, clock: Clock
    ) -> None:
        self._graph = graph
        self._number = settings.phone_number_id
        self._account = settings.waba_id
        self._automatic = settings.webhook == "automatic"
        self._access_token: SecretStr = settings.access_token
        self._subscription = subscription
        self._clock = clock

    async def report(self) -> CheckReport:
        """Number, token, subscription and webhook. Raises ``Unavailable``, ``Throttled``."""
        try:
            number = Payload(await self._graph.get(self._number, {"fields": _NUMBER}))
        except (Refused, NoAnswer) as error:
            problem = refusals.of_read(error)
            _raise_passing(problem)
            code = error.problem.code if isinstance(error, Refused) and error.problem else None
            unseen = code in {100, 33}
            item = CheckItem(
                "number" if unseen else "token",
                False,
                str(problem),
                _NUMBER_REMEDY if unseen else _TOKEN_REMEDY,
            )
            return CheckReport(items=(item,))
        account = number.text("display_phone_number")
        items = [*_number(number), *await self._token(), *await self._subscribed()]
        items.append(self._webhook(number))
        return CheckReport(items=tuple(items), account=account)

    async def _token(self) -> Sequence[CheckItem]:
        """What the token may, and until when; the token goes in the body, never in the address."""
        secret = self._access_token.get_secret_value()
        try:
            answer = await self._graph.post("debug_token", {"method": "GET", "input_token": secret})
        except (Refused, NoAnswer):
            return (CheckItem("token", True, "Meta takes it; until when it does not say"),)
        data = Payload(answer).child("data") or Payload({})
        scopes = data.raw.get("scopes")
        missing = [name for name in _NEEDED if isinstance(scopes, list) and name not in scopes]
        if missing:
            words = f"the token lacks the permission {', '.join(missing)}"
            return (CheckItem("token", False, words, _TOKEN_REMEDY),)
        until = data.moment("expires_at")
        if until is None:
            return (CheckItem("token", True, "it does not expire"),)
        days = (until - self._clock.now()).days
        remedy = _TOKEN_REMEDY if days < _DAYS_LEFT else ""
        return (CheckItem("token", days >= 1, f"it expires on {until:%Y-%m-%d}", remedy),)

    async def _subscribed(self) -> Sequence[CheckItem]:
        try:
            apps = await self._subscription.apps()
        except (Refused, NoAnswer) as error:
            problem = refusals.of_read(error)
            _raise_passing(problem)
            remedy = "Copy the account ID from API Setup; the token needs access to this account."
            return (CheckItem("account", False, str(problem), remedy),)
        if apps:
            return (CheckItem("account", True, "an app is subscribed to its events"),)
        return (CheckItem("account", True, "the app will be subscribed when the channel starts"),)

    def _webhook(self, number: Payload) -> CheckItem:
        url = self._subscription.url
        if url is None:
            remedy = "Set HUB_PUBLIC_URL to the hub's https address."
            return CheckItem("webhook", False, "the hub has no public address", remedy)
        by_hand = (
            f"In your app, WhatsApp, Configuration, set the callback URL {url} with the verify "
            "token of these settings, and subscribe to the field messages."
        )
        if not self._automatic:
            return CheckItem("webhook", True, "it is set by hand", by_hand)
        if not self._subscription.sets_address:
            return CheckItem("webhook", False, "Meta calls https addresses only", by_hand)
        told = number.child("webhook_configuration") or Payload({})
        if told.text("phone_number") == url:
            return CheckItem("webhook", True, "Meta calls this hub for this number")
        if told.text("phone_number") is not None:
            words = "another program's address is set for this number"
            return CheckItem("webhook", True, words, "Starting the channel replaces it.")
        return CheckItem("webhook", True, "it will be set when the channel starts")


def _number(number: Payload) -> Sequence[CheckItem]:
    shown = number.text("display_phone_number") or "a number without a name"
    name, quality = number.text("verified_name"), number.text("quality_rating")
    pace = (number.child("throughput") or Payload({})).text("level")
    facts = ", ".join(
        part
        for part in (
            shown, name, f"quality {quality.lower()}" if quality else None,
            f"throughput {pace.lower()}" if pace else None,
        )
        if part
    )  # fmt: skip
    status = (number.text("status") or "").upper()
    if status in _DOWN:
        remedy = "Look at the number in WhatsApp Manager, Phone numbers."
        return (CheckItem("number", False, f"{facts}: {status.lower()}", remedy),)
    return (CheckItem("number", True, facts),)


def _raise_passing(problem: HubError) -> None:
    """What passes by itself is no finding."""
    if isinstance(problem, Unavailable | Throttled):
        raise problem
