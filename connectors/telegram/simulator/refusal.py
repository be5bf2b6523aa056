"""What the simulated Bot API says no with."""

from typing import Any


class Refusal(Exception):
    """A call that fails, as the Bot API would answer it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """The body of the answer."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body | {"parameters": self.parameters} if self.parameters else body


def bad(words: str) -> Refusal:
    """400 in Telegram's words."""
    return Refusal(400, f"Bad Request: {words}")
