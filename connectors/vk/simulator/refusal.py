"""A refusal, with VK's code and words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_WORDS: Mapping[int, str] = MappingProxyType(
    {
        1: "Unknown error occurred",
        3: "Unknown method passed",
        5: "User authorization failed: invalid access_token (4).",
        6: "Too many requests per second",
        7: "Permission to perform this action is denied",
        9: "Flood control",
        10: "Internal server error",
        14: "Captcha needed",
        15: "Access denied",
        17: "Validation required: please open redirect_uri in browser",
        18: "User was deleted or banned",
        27: "Group authorization failed: method is unavailable with group auth.",
        29: "Rate limit reached",
        100: "One of the parameters specified was missing or invalid",
        104: "Not found",
        900: "Can't send messages for users from blacklist",
        901: "Can't send messages for users without permission",
        902: "Can't send messages to this user due to their privacy settings",
        909: "Can't edit this message, because it's too old",
        911: "Keyboard format is invalid",
        914: "Message is too long",
        917: "You don't have access to this chat",
        921: "Can't forward these messages",
        924: "Can't delete this message for everybody",
        936: "Contact not found",
        950: "Can't send message, reply timed out",
    }
)


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, code: int, more: str = "") -> None:
        words = _WORDS.get(code, "Error")
        super().__init__(f"{words}: {more}" if more else words)
        self.code = code

    def answer(self, method: str) -> dict[str, Any]:
        """As VK writes it."""
        error = {
            "error_code": self.code,
            "error_msg": str(self),
            "request_params": [{"key": "method", "value": method}],
        }
        return {"error": error}
