"""The structured pieces of a message: places, contacts, polls, dice, cards."""

from datetime import timedelta

from connectors.payload import Payload
from connectors.telegram.people import name_of
from shared.ids import ExternalId
from shared.model.content import (
    Block,
    ContactCard,
    Dice,
    FormResponse,
    Link,
    Location,
    Poll,
    PollOption,
    Service,
)


def blocks(message: Payload) -> tuple[Block, ...]:
    """All structured pieces of a message; service messages are read elsewhere."""
    found = (
        _place(message),
        _contact(message.child("contact")),
        poll(message.child("poll")),
        _dice(message.child("dice")),
        _card(message),
        _story(message.child("story")),
        _web_app(message.child("web_app_data")),
        _checklist(message.child("checklist")),
    )
    return tuple(block for block in found if block is not None)


def _place(message: Payload) -> Location | None:
    # A venue fills `location` too.
    venue = message.child("venue")
    point = venue.child("location") if venue is not None else message.child("location")
    if point is None:
        return None
    latitude, longitude = point.number("latitude"), point.number("longitude")
    if latitude is None or longitude is None:
        return None
    sent_at, period = message.moment("date"), point.count("live_period")
    until = None
    if sent_at is not None and period:
        try:
            until = sent_at + timedelta(seconds=period)
        except OverflowError:
            until = None
    return Location(
        latitude=latitude,
        longitude=longitude,
        accuracy_m=point.number("horizontal_accuracy"),
        title=venue.text("title") if venue is not None else None,
        address=venue.text("address") if venue is not None else None,
        live_until=until,
    )


def _contact(contact: Payload | None) -> ContactCard | None:
    if contact is None:
        return None
    phone = contact.text("phone_number")
    number = contact.integer("user_id")
    if phone is None and number is None and name_of(contact) is None:
        return None
    return ContactCard(
        name=name_of(contact) or "",
        phones=(phone,) if phone is not None else (),
        user_external_id=ExternalId(str(number)) if number is not None else None,
        vcard=contact.text("vcard"),
    )


def poll(payload: Payload | None) -> Poll | None:
    """A poll as it stands."""
    question = payload.text("question") if payload is not None else None
    if payload is None or question is None:
        return None
    identifier = payload.text("id")
    return Poll(
        question=question,
        options=tuple(
            PollOption(text=option.text("text") or "", votes=option.count("voter_count") or 0)
            for option in payload.children("options")
        ),
        closed=payload.flag("is_closed"),
        anonymous=payload.raw.get("is_anonymous") is not False,
        multiple=payload.flag("allows_multiple_answers"),
        external_id=ExternalId(identifier) if identifier is not None else None,
    )


def _dice(dice: Payload | None) -> Dice | None:
    value = dice.integer("value") if dice is not None else None
    if dice is None or value is None:
        return None
    return Dice(emoji=dice.text("emoji") or "🎲", value=value)


def _card(message: Payload) -> Link | None:
    for field in ("game", "invoice"):
        card = message.child(field)
        if card is not None:
            return Link(
                subtype=field, title=card.text("title"), description=card.text("description")
            )
    return None


def _story(story: Payload | None) -> Link | None:
    if story is None:
        return None
    poster, number = story.child("chat"), story.integer("id")
    username = poster.text("username") if poster is not None else None
    return Link(
        subtype="story",
        url=f"https://t.me/{username}/s/{number}" if username and number is not None else None,
        title=name_of(poster) if poster is not None else None,
    )


def _web_app(data: Payload | None) -> FormResponse | None:
    answer = data.text("data") if data is not None else None
    if data is None or answer is None:
        return None
    return FormResponse(name=data.text("button_text"), answers={"data": answer})


def _checklist(checklist: Payload | None) -> Service | None:
    if checklist is None:
        return None
    details = {"title": checklist.text("title") or ""}
    for place, task in enumerate(checklist.children("tasks"), start=1):
        mark = "☑" if "completion_date" in task else "☐"
        details[str(place)] = f"{mark} {task.text('text') or ''}"
    return Service(name="checklist", details=details)
