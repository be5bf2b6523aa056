"""What the widget asks: the bodies of its requests and the frames of its WebSocket."""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from connectors.webchat.manifest import MAX_FILES, MAX_TEXT
from connectors.webchat.text import clean, utf16_length
from connectors.webchat.visitors import EMAIL, SiteUser
from shared.errors import BadRequest
from shared.model.base import Strict

R = TypeVar("R", bound=Strict)


def _cleaned(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _fits(text: str) -> str:
    if utf16_length(text) > MAX_TEXT:
        raise ValueError(f"longer than {MAX_TEXT} characters")
    return text


Cleaned = BeforeValidator(_cleaned)
Text = Annotated[str, Cleaned, AfterValidator(_fits)]
_ID = r"^[!-~]([ -~]{0,118}[!-~])?$"
ClientId = Annotated[str, Field(pattern=_ID)]
Ref = Annotated[str, Field(pattern=_ID)]
"""An external id of a message: ours (a part's id) or the widget's own."""


class Press(Strict):
    """A button was pressed."""

    message: Ref
    value: Annotated[str, Cleaned, Field(max_length=1000)] | None = None
    label: Annotated[str, Cleaned, Field(max_length=80)] | None = None


class Page(Strict):
    """The page of the site on which the customer writes."""

    url: Annotated[str, Cleaned, Field(max_length=2000)]
    title: Annotated[str, Cleaned, Field(max_length=200)] | None = None


class MessageRequest(Strict):
    """A message or a press. ``id`` is the widget's own: a repeat with the same id is harmless."""

    id: ClientId
    text: Text = ""
    attachments: tuple[Annotated[str, Field(max_length=4000)], ...] = Field(
        default=(), max_length=MAX_FILES
    )
    """The ``file`` tokens of uploads."""
    reply_to: Ref | None = None
    press: Press | None = None
    page: Page | None = None
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")

    @model_validator(mode="after")
    def _says_something(self) -> "MessageRequest":
        if not self.text.strip() and not self.attachments and self.press is None:
            raise ValueError("an empty message")
        return self


class SessionRequest(Strict):
    """First contact, or a user of the site. The rest is what an anonymous visitor says."""

    name: Annotated[str, Cleaned, Field(max_length=120)] | None = None
    email: Annotated[str, Cleaned, Field(max_length=254, pattern=EMAIL)] | None = None
    phone: Annotated[str, Cleaned, Field(pattern=r"^\+?[0-9() .-]{5,30}$")] | None = None
    agreed: bool = False
    """To what the chat asks consent for."""
    user: SiteUser | None = None
    link: Annotated[str, Field(max_length=2000)] | None = None
    """From a mail of ours: a visitor who comes back."""


class ReceiptRequest(Strict):
    """The widget has received or shown our messages; ``ids`` are their external ids."""

    state: Literal["delivered", "read"]
    ids: tuple[Ref, ...] = Field(min_length=1, max_length=100)


class StartFrame(Strict):
    """The first frame of a WebSocket: the credential that no URL may hold."""

    type: Literal["start"]
    authorization: str


class ReceiptFrame(Strict):
    """``ReceiptRequest`` over the WebSocket."""

    type: Literal["delivered", "read"]
    ids: tuple[Ref, ...] = Field(min_length=1, max_length=100)


class PlainFrame(Strict):
    """A frame that says it all by its type."""

    type: Literal["typing", "ping"]


def read_as(model: type[R], body: bytes | str) -> R:
    """The body as this request. Raises ``BadRequest`` naming the field and no value."""
    try:
        # Not pydantic's own reader: browsers may send lone surrogates, which are cleaned away.
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"]) or None
        raise BadRequest(str(first["msg"]), field=field) from None
    except (ValueError, RecursionError):
        raise BadRequest("not JSON") from None


def read_frame(text: str) -> ReceiptFrame | PlainFrame:
    """A frame after the first. Raises ``BadRequest``."""
    try:
        kind = json.loads(text)["type"]
    except (ValueError, RecursionError, LookupError, TypeError):
        raise BadRequest("a frame is an object with a type") from None
    if kind in {"delivered", "read"}:
        return read_as(ReceiptFrame, text)
    return read_as(PlainFrame, text)
