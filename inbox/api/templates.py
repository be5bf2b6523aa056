"""Sending templates: what a request names, whether the values fit, and what is said then."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

import structlog
from pydantic import Field

from inbox.channels import Channels
from shared.delivery.templates import problem, rendered
from shared.errors import BadRequest, NotFound, Unavailable
from shared.model.base import Strict
from shared.model.template import Template, TemplateButtonValue, TemplateRef, TemplateValue

log = structlog.get_logger(__name__)

_LIMIT_S: Final = 5.0


class ValueRequest(Strict):
    """What is filled into one place; ``name`` where the places of the template have names."""

    text: str = Field(min_length=1, max_length=1024)
    name: str | None = Field(default=None, min_length=1, max_length=100)


class ButtonValueRequest(Strict):
    """What is filled into one button, by its place from 0 on."""

    index: int = Field(ge=0, le=20)
    value: str = Field(min_length=1, max_length=2000)


class TemplateRequest(Strict):
    """A template and its values; the file of a header is the message's one attachment."""

    name: str = Field(min_length=1, max_length=512)
    language: str = Field(min_length=1, max_length=20)
    header: Annotated[tuple[ValueRequest, ...], Field(max_length=20)] = ()
    body: Annotated[tuple[ValueRequest, ...], Field(max_length=100)] = ()
    buttons: Annotated[tuple[ButtonValueRequest, ...], Field(max_length=20)] = ()

    def ref(self) -> TemplateRef:
        """As the message carries it."""
        return TemplateRef(
            name=self.name,
            language=self.language,
            header=tuple(TemplateValue(**value.model_dump()) for value in self.header),
            body=tuple(TemplateValue(**value.model_dump()) for value in self.body),
            buttons=tuple(TemplateButtonValue(**value.model_dump()) for value in self.buttons),
        )


async def said(channels: Channels, channel_id: str, given: TemplateRef, *, files: int) -> str:
    """What the template says with these values, for those who read here.

    Raises ``BadRequest`` with the reason where it cannot be sent so. Where the list cannot be read
    now the platform decides, and the text is the template's name.
    """
    try:
        async with asyncio.timeout(_LIMIT_S):
            found = await _find(channels, channel_id, given)
    except (Unavailable, TimeoutError) as error:
        log.info("template.unchecked", channel_id=channel_id, error=type(error).__name__)
        return given.name
    except NotFound as error:
        raise BadRequest(str(error), field="template") from None
    if found is None:
        reason = f"there is no template {given.name} in the language {given.language}"
        raise BadRequest(reason, field="template")
    wrong = problem(found, given, files=files)
    if wrong is not None:
        raise BadRequest(wrong, field="template")
    return rendered(found, given)


async def _find(channels: Channels, channel_id: str, given: TemplateRef) -> Template | None:
    for fresh in (False, True):
        found = _named(await channels.templates(channel_id, fresh=fresh), given)
        if found is not None and found.approved:
            return found
    return found


def _named(known: Sequence[Template], given: TemplateRef) -> Template | None:
    return next(
        (one for one in known if (one.name, one.language) == (given.name, given.language)), None
    )
