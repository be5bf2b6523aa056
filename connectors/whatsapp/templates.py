"""The templates of a business account: read, kept for a while, and put into a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from connectors.payload import Payload
from connectors.whatsapp import refusals
from connectors.whatsapp.calls import File
from connectors.whatsapp.graph import Graph, NoAnswer, Refused
from shared.clock import Clock
from shared.delivery.templates import places, problem
from shared.errors import HubError, Rejected
from shared.model.template import (
    Template,
    TemplateButton,
    TemplateButtonValue,
    TemplateHeader,
    TemplateRef,
    TemplateValue,
)

_FIELDS: Final = "id,name,language,status,category,parameter_format,components"
_PAGE: Final = 200
_PAGES: Final = 50
_KEPT: Final = timedelta(minutes=10)
_SOONEST: Final = timedelta(seconds=5)
"""Asking anew counts against the account's limit of calls, which is low."""
_FORMATS: Final = frozenset({"text", "image", "video", "document", "location"})


class Catalogue:
    """What can be sent as a template; read anew when Meta tells of a change, and now and then."""

    def __init__(self, graph: Graph, waba_id: str, clock: Clock) -> None:
        self._graph = graph
        self._path = f"{waba_id}/message_templates"
        self._clock = clock
        self._known: tuple[Template, ...] | None = None
        self._read_at: datetime | None = None

    async def all(self, *, refresh: bool = False) -> tuple[Template, ...]:
        """All templates. Raises ``Unavailable``, ``Throttled``, ``ChannelBroken``."""
        now = self._clock.now()
        fresh = not self._is_older_than(_KEPT)
        if self._known is None or not fresh or (refresh and self._is_older_than(_SOONEST)):
            self._known = await self._read()
            self._read_at = now
        return self._known

    def forget(self) -> None:
        """Read anew the next time: something has changed."""
        self._read_at = None

    async def require(self, given: TemplateRef, *, files: int) -> Template | None:
        """The template, if it can be sent with these values.

        Raises ``Rejected`` with the reason. None where the list cannot be read: Meta decides.
        """
        try:
            found = _find(await self.all(), given)
            if found is None or not found.approved:
                found = _find(await self.all(refresh=True), given)
        except HubError:
            return None
        if found is None:
            raise Rejected(
                f"there is no template {given.name} in the language {given.language} (any more)"
            )
        reason = problem(found, given, files=files)
        if reason is not None:
            raise Rejected(reason)
        return found

    def _is_older_than(self, age: timedelta) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= age

    async def _read(self) -> tuple[Template, ...]:
        found: list[Template] = []
        try:
            page = await self._graph.get(self._path, {"fields": _FIELDS, "limit": str(_PAGE)})
            for _ in range(_PAGES):
                opened = Payload(page)
                found += [one for item in opened.children("data") if (one := template(item))]
                address = (opened.child("paging") or Payload({})).text("next")
                if address is None:
                    break
                page = await self._graph.get_next(address)
        except (Refused, NoAnswer) as error:
            raise refusals.of_read(error) from None
        return tuple(sorted(found, key=lambda one: (one.name, one.language)))


def _find(known: Sequence[Template], given: TemplateRef) -> Template | None:
    return next(
        (one for one in known if (one.name, one.language) == (given.name, given.language)), None
    )


def template(item: Payload) -> Template | None:
    """A template of the list; None for one without a name."""
    name, language = item.text("name"), item.text("language")
    if name is None or language is None:
        return None
    parts = {(part.text("type") or "").lower(): part for part in item.children("components")}
    body = (parts.get("body") or Payload({})).text("text") or ""
    buttons = parts.get("buttons")
    return Template(
        name=name,
        language=language,
        status=(item.text("status") or "unknown").lower(),
        category=(item.text("category") or "").lower() or None,
        external_id=item.identifier("id"),
        named=(item.text("parameter_format") or "").lower() == "named",
        header=_header(parts.get("header")),
        body=body,
        variables=places(body),
        footer=(parts.get("footer") or Payload({})).text("text"),
        buttons=tuple(_button(one) for one in buttons.children("buttons")) if buttons else (),
    )


def message(given: TemplateRef, known: Template | None, files: Sequence[File]) -> dict[str, Any]:
    """The message that sends a template; ``known`` says what its buttons are."""
    components: list[dict[str, Any]] = []
    header = [_text(value) for value in given.header]
    header += [{"type": file.type, file.type: file.object()} for file in files[:1]]
    if header:
        components.append({"type": "header", "parameters": header})
    if given.body:
        components.append({"type": "body", "parameters": [_text(value) for value in given.body]})
    components += [_filled_button(button, known) for button in given.buttons]
    told = {"name": given.name, "language": {"code": given.language}, "components": components}
    return {"type": "template", "template": told}


def _filled_button(given: TemplateButtonValue, known: Template | None) -> dict[str, Any]:
    """A button's value in the form that its kind takes."""
    kind = "quick_reply"
    if known is not None and given.index < len(known.buttons):
        kind = known.buttons[given.index].type
    parameter = {"type": "payload", "payload": given.value}
    if kind == "url":
        parameter = {"type": "text", "text": given.value}
    elif kind == "copy_code":
        parameter = {"type": "coupon_code", "coupon_code": given.value}
    return {
        "type": "button",
        "sub_type": kind,
        "index": str(given.index),
        "parameters": [parameter],
    }


def _text(value: TemplateValue) -> dict[str, Any]:
    named = {"parameter_name": value.name} if value.name is not None else {}
    return {"type": "text", **named, "text": value.text}


def _header(part: Payload | None) -> TemplateHeader | None:
    if part is None:
        return None
    word = (part.text("format") or "text").lower()
    if word not in _FORMATS:
        return None
    text = part.text("text") or ""
    kind = cast(Literal["text", "image", "video", "document", "location"], word)
    return TemplateHeader(format=kind, text=text, variables=places(text))


def _button(part: Payload) -> TemplateButton:
    kind = (part.text("type") or "unknown").lower()
    url = part.text("url")
    filled = url is not None and bool(places(url))
    return TemplateButton(
        type=kind,
        text=part.text("text") or "",
        url=url,
        variable=kind in {"quick_reply", "copy_code"} or filled,
        required=kind == "copy_code" or filled,
    )
