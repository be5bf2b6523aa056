"""VK's JSON objects: as every platform's, but for ids of 0 and truths of 1."""

from connectors import payload


class Payload(payload.Payload):
    """A JSON object of VK."""

    __slots__ = ()

    def positive(self, key: str) -> int | None:
        """A whole number above 0: VK says 0 for ids that it does not tell."""
        value = self.integer(key)
        return value if value is not None and value > 0 else None

    def flag(self, key: str) -> bool:
        """``true`` or 1, for VK says either."""
        value = self.raw.get(key)
        return value is True or (value == 1 and isinstance(value, int))
