"""What stops a command: one line, the cause and what to do about it."""


class Problem(Exception):
    """Ends the command with exit status 1 and the line ``cause: remedy`` on standard error."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause}: {self.remedy}"
