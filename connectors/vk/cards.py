"""The structured pieces of a message: places, links, videos, posts, goods, polls, calls."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from connectors.vk.payload import Payload
from shared.ids import ExternalId
from shared.model.content import (
    Block,
    Call,
    ContactCard,
    Link,
    Location,
    Poll,
    PollOption,
    Unsupported,
)

_SITE = "https://vk.com/"
_LONGEST = 500


def block(kind: str, item: Payload) -> Block:
    """The card of an attachment that is no file; of an unknown kind a placeholder."""
    make = _CARDS.get(kind)
    return make(kind, item) if make is not None else Unsupported(name=kind[:64] or "unknown")


def location(message: Payload) -> Location | None:
    """The place that stands beside the attachments."""
    geo = message.child("geo")
    point = geo.child("coordinates") if geo is not None else None
    if geo is None or point is None:
        return None
    latitude, longitude = point.number("latitude"), point.number("longitude")
    if latitude is None or longitude is None:
        return None
    spot = geo.child("place") or Payload({})
    town = ", ".join(text for text in (spot.text("city"), spot.text("country")) if text)
    return Location(
        latitude=latitude,
        longitude=longitude,
        title=spot.text("title"),
        address=spot.text("address") or town or None,
    )


def _page(kind: str, item: Payload) -> str | None:
    """The page of an object on VK's site; with its key it opens for whoever has the link."""
    owner, number = item.integer("owner_id"), item.positive("id")
    if owner is None:
        owner = item.integer("to_id") or item.integer("from_id")
    if owner is None or number is None:
        return None
    key = item.text("access_key")
    return f"{_SITE}{kind}{owner}_{number}" + (f"_{key}" if key is not None else "")


def _cut(text: str | None) -> str | None:
    return text[:_LONGEST] if text is not None else None


def _video(kind: str, item: Payload) -> Block:
    return Link(
        subtype=kind,
        url=item.text("player") or _page("video", item),
        title=item.text("title"),
        description=_cut(item.text("description")),
    )


def _audio(kind: str, item: Payload) -> Block:
    artist, title = item.text("artist"), item.text("title")
    shown = " – ".join(text for text in (artist, title) if text)
    return Link(subtype=kind, url=_page("audio", item), title=shown or None)


def _link(kind: str, item: Payload) -> Block:
    return Link(
        subtype=kind,
        url=item.text("url") or item.text("view_url"),
        title=item.text("title"),
        description=_cut(item.text("description") or item.text("caption")),
    )


def _post(kind: str, item: Payload) -> Block:
    url = _page("wall", item)
    if kind == "wall_reply":
        owner, post, number = (
            item.integer("owner_id"),
            item.positive("post_id"),
            item.positive("id"),
        )
        url = f"{_SITE}wall{owner}_{post}?reply={number}" if owner and post and number else None
    return Link(subtype=kind, url=url, description=_cut(item.text("text")))


def _product(kind: str, item: Payload) -> Block:
    price = item.child("price")
    cost = price.text("text") if price is not None else None
    described = "\n".join(text for text in (cost, item.text("description")) if text)
    return Link(
        subtype="product",
        url=_page("product", item),
        title=item.text("title"),
        description=_cut(described or None),
    )


def _story(kind: str, item: Payload) -> Block:
    return Link(subtype=kind, url=_page("story", item))


def _gift(kind: str, item: Payload) -> Block:
    return Link(
        subtype=kind,
        url=item.text("thumb_256") or item.text("thumb_96"),
    )


def _titled(page: str) -> Callable[[str, Payload], Block]:
    def make(kind: str, item: Payload) -> Block:
        return Link(
            subtype=kind,
            url=item.text("url") or item.text("view_url") or _page(page, item),
            title=item.text("title"),
            description=_cut(item.text("description") or item.text("subtitle")),
        )

    return make


def _poll(_kind: str, item: Payload) -> Block:
    number = item.positive("id")
    return Poll(
        question=item.text("question") or "",
        options=tuple(
            PollOption(text=answer.text("text") or "", votes=answer.positive("votes") or 0)
            for answer in item.children("answers")
        ),
        closed=item.flag("closed"),
        anonymous=item.flag("anonymous"),
        multiple=item.flag("multiple"),
        external_id=ExternalId(f"{item.integer('owner_id') or 0}_{number}") if number else None,
    )


def _call(_kind: str, item: Payload) -> Block:
    from_us = (item.integer("initiator_id") or 0) < 0
    return Call(
        direction="out" if from_us else "in",
        answered=item.text("state") == "reached",
        duration_s=item.number("duration"),
    )


def _person(_kind: str, item: Payload) -> Block:
    names = (item.text("first_name"), item.text("last_name"), item.text("name"))
    number = item.positive("id") or item.positive("user_id")
    phone = item.text("phone")
    return ContactCard(
        name=" ".join(name for name in names if name),
        phones=(phone,) if phone is not None else (),
        user_external_id=ExternalId(str(number)) if number is not None else None,
    )


_CARDS: Mapping[str, Callable[[str, Payload], Block]] = MappingProxyType(
    {
        "video": _video,
        "audio": _audio,
        "link": _link,
        "wall": _post,
        "wall_reply": _post,
        "market": _product,
        "market_album": _titled("market"),
        "story": _story,
        "gift": _gift,
        "article": _titled("article"),
        "podcast": _titled("podcast"),
        "video_playlist": _titled("video/playlist"),
        "audio_playlist": _titled("music/playlist"),
        "album": _titled("album"),
        "event": _titled("event"),
        "mini_app": _titled("app"),
        "poll": _poll,
        "call": _call,
        "group_call_in_progress": _call,
        "contact": _person,
    }
)
