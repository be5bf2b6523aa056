"""Canned replies: answers kept for use again, with places that are filled in."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.ids import BlobId
from shared.model.base import Model, Strict
from shared.model.content import Attachment, AttachmentKind, FetchState
from shared.model.policy import Policy, PolicySpec
from shared.ports.store import Document

_Text = Annotated[str, Field(max_length=20_000)]
_SlotName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class CannedFile(Strict):
    """A file that goes with it: an upload's blob."""

    blob_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")
    name: str = Field(min_length=1, max_length=255)
    mime: str = Field(min_length=3, max_length=127)
    size_bytes: int = Field(ge=0)
    kind: AttachmentKind = AttachmentKind.FILE

    def attachment(self) -> Attachment:
        """As a message carries it."""
        return Attachment(
            id=self.blob_id,
            kind=self.kind,
            state=FetchState.STORED,
            blob_id=BlobId(self.blob_id),
            name=self.name,
            mime=self.mime,
            mime_detected=self.mime,
            size_bytes=self.size_bytes,
        )


_Files = Annotated[tuple[CannedFile, ...], Field(max_length=10)]


class Slot(Strict):
    """A place that whoever sends it fills in: ``{{understood}}``."""

    name: _SlotName
    label: str = Field(min_length=1, max_length=200)
    required: bool = True
    """It cannot be sent while this is empty."""


class Variant(Strict):
    """The reply for a channel type, a language or both."""

    channel_type: str | None = Field(default=None, min_length=1, max_length=60)
    language: str | None = Field(default=None, min_length=2, max_length=35)
    text: _Text
    files: _Files | None = None
    """None: those of the reply itself."""


class CannedReplySpec(PolicySpec):
    """What an admin says of a canned reply."""

    shortcut: str = Field(pattern=r"^[\w-]{1,40}$")
    """What is typed behind the slash."""
    text: _Text
    files: _Files = ()
    variants: Annotated[tuple[Variant, ...], Field(max_length=50)] = ()
    slots: Annotated[tuple[Slot, ...], Field(max_length=20)] = ()
    personal: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=50)
    ] = ()
    """Variables that are shown only where it is certain who the contact is."""


class CannedReply(CannedReplySpec, Policy):
    """A canned reply."""

    model_config = ConfigDict(frozen=True, extra="allow")


class CannedUse(Model):
    """How a reply names the canned reply that it is."""

    id: str = Field(max_length=100)
    values: dict[str, Annotated[str, Field(max_length=5000)]] = Field(
        default_factory=dict, max_length=50
    )
    """What the slots are filled with."""
    files: bool = True
    """Its files go with it."""


class CannedUsage(Document):
    """How often a canned reply was sent from one partition; ``id`` is
    ``"<canned reply id>/<partition>"``."""

    canned_reply_id: str
    uses: int = 0
