"""Templates: texts that a platform has approved, sent where it lets nobody write freely."""

from typing import Literal

from pydantic import Field

from shared.model.base import Model


class TemplateHeader(Model):
    """What stands above a template's text: a line, or a file of one kind."""

    format: Literal["text", "image", "video", "document", "location"]
    text: str = ""
    variables: tuple[str, ...] = ()
    """Names (or numbers) of the places to fill in, in their order."""


class TemplateButton(Model):
    """A button of a template."""

    type: str
    """``quick_reply``, ``url``, ``phone_number``, ``copy_code``, ``flow`` or what comes next."""
    text: str
    url: str | None = None
    variable: bool = False
    """It takes a value: the end of its URL, the code, or what a press brings back."""
    required: bool = False
    """It cannot be sent without that value."""


class Template(Model):
    """A template of a channel's account, in one language."""

    name: str
    language: str
    status: str
    """The platform's word, in lower case; only ``approved`` ones can be sent."""
    category: str | None = None
    external_id: str | None = None
    named: bool = False
    """Its places have names; otherwise numbers from 1 on."""
    header: TemplateHeader | None = None
    body: str = ""
    variables: tuple[str, ...] = ()
    """Names (or numbers) of the places in the body, in their order."""
    footer: str | None = None
    buttons: tuple[TemplateButton, ...] = ()

    @property
    def approved(self) -> bool:
        """Whether it can be sent now."""
        return self.status == "approved"


class TemplateValue(Model):
    """What is filled into one place; ``name`` where the template's places have names."""

    text: str = Field(min_length=1, max_length=1024)
    name: str | None = Field(default=None, max_length=100)


class TemplateButtonValue(Model):
    """What is filled into one button, by its place among the buttons from 0 on."""

    index: int = Field(ge=0, le=20)
    value: str = Field(min_length=1, max_length=2000)


class TemplateRef(Model):
    """A template to be sent, with its values. A file of the header is the message's attachment."""

    name: str = Field(min_length=1, max_length=512)
    language: str = Field(min_length=1, max_length=20)
    header: tuple[TemplateValue, ...] = Field(default=(), max_length=20)
    body: tuple[TemplateValue, ...] = Field(default=(), max_length=100)
    buttons: tuple[TemplateButtonValue, ...] = Field(default=(), max_length=20)
