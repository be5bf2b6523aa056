"""Refusals in Meta's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_WORDS: Final[Mapping[int, tuple[int, str]]] = MappingProxyType(
    {
        1: (500, "API Unknown"),
        2: (503, "API Service"),
        4: (400, "Application request limit reached"),
        10: (403, "Application does not have permission for this action"),
        33: (400, "Parameter value is not valid"),
        100: (400, "Invalid parameter"),
        190: (401, "Error validating access token"),
        200: (403, "Permissions error"),
        368: (403, "Temporarily blocked for policies violations"),
        80007: (400, "Rate limit issues"),
        130429: (429, "Rate limit hit"),
        130472: (400, "User's number is part of an experiment"),
        131000: (500, "Something went wrong"),
        131005: (403, "Access denied"),
        131008: (400, "Required parameter is missing"),
        131009: (400, "Parameter value is not valid"),
        131016: (500, "Service unavailable"),
        131021: (400, "Recipient cannot be sender"),
        131026: (400, "Message undeliverable"),
        131030: (400, "Recipient phone number not in allowed list"),
        131031: (403, "Account has been locked"),
        131042: (400, "Business eligibility payment issue"),
        131047: (400, "Re-engagement message"),
        131048: (400, "Spam rate limit hit"),
        131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
        131050: (400, "User has stopped marketing messages from this business"),
        131051: (400, "Message type unknown"),
        131052: (400, "Media download error"),
        131053: (400, "Media upload error"),
        131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
        131057: (500, "Account in maintenance mode"),
        131062: (400, "Business-scoped user ID recipients are not supported for this message"),
        132000: (400, "Template Param Count Mismatch"),
        132001: (404, "Template does not exist"),
        132015: (400, "Template is Paused"),
        132016: (400, "Template is Disabled"),
        133004: (503, "Server Temporarily Unavailable"),
        133010: (400, "Phone number not registered"),
        135000: (400, "Generic user error"),
    }
)
KNOWN: Final = frozenset(_WORDS)
"""The codes that it has words for."""


class Refusal(Exception):
    """An error answer of the Graph API."""

    def __init__(self, code: int, details: str = "", *, status: int | None = None) -> None:
        super().__init__(str(code))
        known_status, self.title = _WORDS.get(code, (400, "Error"))
        self.code = code
        self.details = details or self.title
        self.status = status or known_status

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "error": {
                "message": f"(#{self.code}) {self.title}",
                "type": "OAuthException",
                "code": self.code,
                "error_data": {"messaging_product": "whatsapp", "details": self.details},
                "fbtrace_id": "AsimulatedTrace",
            }
        }

    def told(self) -> dict[str, Any]:
        """As an error in a status."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
