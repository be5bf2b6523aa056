"""What can come of a call to VK that is no success, before it is known what follows from it."""


class Refused(Exception):
    """VK refused the call; ``code`` is its error code, ``words`` its own words without secrets."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(f"{code} {words}".strip())
        self.code = code
        self.words = words


class NoAnswer(Exception):
    """No usable answer came. ``written``: the request may have reached VK."""

    def __init__(self, reason: str, *, written: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.written = written
