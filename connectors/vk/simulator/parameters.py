"""What a call was given."""

import json
from typing import Any

from connectors.vk.simulator.refusal import Refusal


class Parameters:
    """The form of a call."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given = given

    def text(self, name: str) -> str:
        """A text, empty if it is not given."""
        return self.given.get(name, "")

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except ValueError:
            raise Refusal(100, f"{name} is not integer") from None

    def required(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.integer(name)
        if value is None:
            raise Refusal(100, f"{name} is a required parameter")
        return value

    def integers(self, name: str) -> list[int]:
        """Whole numbers between commas."""
        try:
            return [int(item) for item in self.text(name).split(",") if item]
        except ValueError:
            raise Refusal(100, f"{name} is not integer") from None

    def json(self, name: str) -> Any:
        """What stands there as JSON; None if nothing does."""
        text = self.text(name)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise Refusal(100, f"{name} should be JSON") from None
