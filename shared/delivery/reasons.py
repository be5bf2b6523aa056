"""Why something is not sent, in one place: a stable word, and what it says in English.

The screen may put the word and its values into other languages; programs decide by the word.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.errors import Rejected


class Reason(StrEnum):
    """A reason of ours; what a platform says in its own words has none of these."""

    NOTHING_LEFT = "nothing_left"
    BLOCK_KIND = "block_kind"
    FILE_KIND = "file_kind"
    FILE_SIZE = "file_size"
    FILE_TYPE = "file_type"
    FILE_NOT_HERE = "file_not_here"
    FILE_GONE = "file_gone"
    NO_EDIT = "no_edit"
    EDIT_TOO_LONG = "edit_too_long"
    NO_DELETE = "no_delete"
    NO_REACTIONS = "no_reactions"
    DEADLINE = "deadline"
    UNCONFIRMED = "unconfirmed"
    AFTER_STOP = "after_stop"
    THREAD_RENAMED = "thread_renamed"
    NO_TEMPLATES = "no_templates"
    WINDOW_CLOSED = "window_closed"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    CHANNEL_REMOVED = "channel_removed"
    NEWER_CONVERSATION = "newer_conversation"
    MERGED = "merged"
    WRITES_NOT_FIRST = "writes_not_first"
    OPEN_CONVERSATION = "open_conversation"
    CANNED_MISSING = "canned_missing"
    CANNED_PERSONAL = "canned_personal"
    CANNED_SLOT_EMPTY = "canned_slot_empty"
    CANNED_PLACEHOLDER_LEFT = "canned_placeholder_left"


_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.NOTHING_LEFT: "there is nothing in this message that this channel could be sent",
        Reason.BLOCK_KIND: "this channel cannot be sent a {kind}",
        Reason.FILE_KIND: "this channel carries no files of the kind {kind}",
        Reason.FILE_SIZE: "the file is too big for this channel: {size_mb} of {max_mb} MB",
        Reason.FILE_TYPE: "this channel does not carry files of the type {mime}",
        Reason.FILE_NOT_HERE: "an attached file has not arrived here",
        Reason.FILE_GONE: "an attached file is no longer there",
        Reason.NO_EDIT: "messages on this channel cannot be changed",
        Reason.EDIT_TOO_LONG: "the new text is longer than this channel takes: {size} of {limit}",
        Reason.NO_DELETE: "messages on this channel cannot be deleted",
        Reason.NO_REACTIONS: "this channel has no reactions",
        Reason.DEADLINE: "it could not be sent in time",
        Reason.UNCONFIRMED: "the platform did not confirm it: it may have arrived",
        Reason.AFTER_STOP: "the hub stopped while it was being sent: it may have arrived",
        Reason.THREAD_RENAMED: (
            "the platform renamed the thread, and what was sent before stayed behind"
        ),
        Reason.NO_TEMPLATES: "this channel has no templates",
        Reason.WINDOW_CLOSED: "the time in which the platform lets us answer is over",
        Reason.UNREACHABLE: "the customer cannot be reached on this channel",
        Reason.CHANNEL_REMOVED: "the channel of this conversation was removed",
        Reason.NEWER_CONVERSATION: "a newer conversation has begun in this thread",
        Reason.MERGED: "the conversation was merged into another one",
        Reason.WRITES_NOT_FIRST: (
            "this channel lets us write only to those who have written to it before"
        ),
        Reason.BLOCKED: "this contact is blocked",
        Reason.OPEN_CONVERSATION: "there is an open conversation with this customer already",
        Reason.CANNED_MISSING: "{variable} is not known here",
        Reason.CANNED_PERSONAL: "{variable} is personal, and it is not certain who this contact is",
        Reason.CANNED_SLOT_EMPTY: "{variable} is to be filled in first",
        Reason.CANNED_PLACEHOLDER_LEFT: "a place in the text is not filled in",
    }
)


def words(reason: Reason, **values: object) -> str:
    """The reason in English. Raises ``KeyError`` for a value that it needs and was not given."""
    return _WORDS[reason].format_map({name: str(value) for name, value in values.items()})


def rejected(reason: Reason, **values: object) -> Rejected:
    """The error that refuses a message for this reason."""
    told = {name: str(value) for name, value in values.items()}
    return Rejected(words(reason, **values), code=reason.value, values=told)
