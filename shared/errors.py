"""The errors, and with each of them what is to happen.

They are raised where the cause is known. Only intake, dispatch, the router's consumer and the HTTP
edge decide by them; anything else that is raised there is a bug: counted, dead-lettered with its
name, never looped.
"""

from collections.abc import Mapping


class HubError(Exception):
    """The root. Its text is safe to log and to show: no secret, no message text."""


class BadPayload(HubError):
    """A payload that cannot be parsed: keep its raw bytes in quarantine and go on."""


class BadRequest(HubError):
    """What a person or program asked for cannot be done as it stands: tell them why (400 or
    422)."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class Unauthorised(HubError):
    """The caller is not who it must be: 401, and nothing is kept."""


class Forbidden(HubError):
    """The caller is known and may not do this: 403."""


class NotFound(HubError):
    """There is no such thing: 404."""


class Unavailable(HubError):
    """A part is away and nothing was done: back off and try again (503 with Retry-After)."""


class DataInUse(HubError):
    """The data directory belongs to another running hub: do not start."""


class SchemaTooNew(HubError):
    """The stored data was written by a newer version of the hub: do not start."""


class PartitionsDiffer(HubError):
    """The stored data was written with more partitions than this hub reads: do not start."""


class Conflict(HubError):
    """Somebody else wrote first: load again and decide again. ``what`` names the lost condition."""

    def __init__(self, what: str) -> None:
        super().__init__(f"written by somebody else meanwhile: {what}")
        self.what = what


class SendError(HubError):
    """The root of what can come of one call to a platform that is not a success."""


class Throttled(SendError):
    """The platform asks to wait: pause this thread, or the channel, for ``retry_after_s``."""

    def __init__(self, retry_after_s: float, *, whole_channel: bool = False) -> None:
        super().__init__(f"the platform asks to wait {retry_after_s:g} s")
        self.retry_after_s = retry_after_s
        self.whole_channel = whole_channel


class NotSent(SendError):
    """Certainly not sent, and may work later (connection refused, 503 with a body): back off,
    retry. ``again_in_s`` names the wait, where the platform or the connector knows it."""

    def __init__(self, reason: str, *, again_in_s: float | None = None) -> None:
        super().__init__(reason)
        self.again_in_s = again_in_s


class Uncertain(SendError):
    """The request was written and no usable answer came: it may have been sent. Repeated only where
    a repeat is not sent twice; then ``again_in_s`` may name the wait."""

    def __init__(self, reason: str, *, again_in_s: float | None = None) -> None:
        super().__init__(reason)
        self.again_in_s = again_in_s


class Rejected(SendError):
    """The message is refused for good; the text is the reason, for the agent.

    ``code`` and its ``values`` say the same to programs, where the reason is one of ours.
    """

    def __init__(
        self, reason: str = "", *, code: str | None = None, values: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.values = dict(values or {})


class WindowClosed(Rejected):
    """The platform no longer lets us answer freely: offer a template."""


class ContactGone(Rejected):
    """The person cannot be reached on this channel (blocked, deleted): mark the identity."""


class ThreadMoved(SendError):
    """The platform renamed the thread: record the alias and send once more to ``new_thread``."""

    def __init__(self, new_thread: str) -> None:
        super().__init__("the platform renamed the thread")
        self.new_thread = new_thread


class ChannelBroken(SendError):
    """The account does not work (token revoked, rights missing): stop the channel, tell the
    admins."""
