"""What a channel lacks becomes what it has: a list for buttons, words for places; nothing lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.delivery.measure import Unit, measure
from shared.delivery.plan import choices_of, plan, plan_edit, told
from shared.delivery.reasons import Reason, words
from shared.errors import Rejected
from shared.model.channel import Capabilities, Format, MediaLimit, PollLimit
from shared.model.content import (
    Attachment,
    AttachmentKind,
    Block,
    Button,
    ButtonKind,
    ContactCard,
    Content,
    Dice,
    Link,
    Location,
    Order,
    Poll,
    PollOption,
    Span,
    SpanKind,
)

whenever = settings(deadline=None)
"""What is claimed has nothing to do with time, and a busy machine stalls."""
YES, NO = Button(label="Yes", value="y"), Button(label="No", value="n")
SITE = Button(kind=ButtonKind.LINK, label="Site", url="https://example.com")
SAY = Button(kind=ButtonKind.REPLY, label="Hello")
ASKED = Content(text="Sure?", buttons=((YES, NO),))
OFFICE = Location(latitude=55.75583, longitude=37.6173, title="Office", address="Tverskaya 1")
CARD = ContactCard(name="Ann", phones=("+7900", "+7901"), emails=("ann@example.com",))
POLL = Poll(question="When?", options=(PollOption(text="Today"), PollOption(text="Tomorrow")))


def able(**fields: Any) -> Capabilities:
    return Capabilities.model_validate({"max_text": 200, **fields})


def labels(content: Content) -> list[list[str]]:
    return [[button.label for button in row] for row in content.buttons]


def shown(content: Content, **fields: Any) -> list[tuple[str, list[list[str]]]]:
    return [(part.text, labels(part)) for part in plan(content, able(**fields))]


LISTED = "Sure?\n\n1. Yes\n2. No"
MANY = Content(text="?", buttons=tuple((Button(label=str(n)),) for n in range(1, 5)))


@pytest.mark.parametrize(
    "content, fields, expected",
    [
        pytest.param(ASKED, {}, [(LISTED, [])], id="no buttons at all"),
        pytest.param(ASKED, {"buttons": True}, [("Sure?", [["Yes", "No"]])], id="buttons"),
        pytest.param(
            ASKED, {"buttons": True, "max_buttons": 1}, [(LISTED, [])], id="more than it takes"
        ),
        pytest.param(
            ASKED,
            {"buttons": True, "button_kinds": ["reply", "link"]},
            [(LISTED, [])],
            id="a kind that it lacks",
        ),
        pytest.param(
            ASKED,
            {"buttons": True, "max_buttons_in_row": 1},
            [("Sure?", [["Yes"], ["No"]])],
            id="rows that are too wide are broken",
        ),
        pytest.param(
            MANY,
            {"buttons": True, "max_button_rows": 2},
            [("?", [["1", "2"], ["3", "4"]])],
            id="rows that are too many are put together",
        ),
        pytest.param(
            MANY,
            {"buttons": True, "max_button_rows": 2, "max_buttons_in_row": 1},
            [("?\n\n1. 1\n2. 2\n3. 3\n4. 4", [])],
            id="rows that cannot be put together",
        ),
        pytest.param(
            Content(text="?", buttons=((YES,), (SITE,))),
            {"buttons": True, "button_kinds": ["action"]},
            [("?\n\nSite: https://example.com", [["Yes"]])],
            id="links beside buttons are written out",
        ),
        pytest.param(
            Content(text="?", buttons=((SITE, YES), (SAY,))),
            {},
            [("?\n\n1. Yes\n2. Hello\n\nSite: https://example.com", [])],
            id="links have no number",
        ),
        pytest.param(
            Content(text="?", buttons=((SITE,),)),
            {},
            [("?\n\nSite: https://example.com", [])],
            id="only links",
        ),
        pytest.param(
            Content(
                text="?",
                buttons=((Button(label="Deliver today"), Button(label="Deliver tomorrow")),),
            ),
            {"buttons": True, "max_button_label": 10},
            [("?\n\n1. Deliver today\n2. Deliver tomorrow", [])],
            id="labels that would look the same",
        ),
        pytest.param(
            Content(text=" ", blocks=(POLL,), buttons=((YES,),)),
            {},
            [("When?\n\n1. Yes\n2. Today\n3. Tomorrow", [])],
            id="one numbering for everything",
        ),
        pytest.param(
            Content(text="?", blocks=(POLL,), buttons=((YES, SITE),)),
            {"buttons": True},
            [("?\n\nWhen?\n\n1. Yes\n2. Today\n3. Tomorrow\n\nSite: https://example.com", [])],
            id="buttons join the list that a poll begins",
        ),
    ],
)
def test_buttons_as_the_channel_takes_them(
    content: Content, fields: dict[str, Any], expected: list[tuple[str, list[list[str]]]]
) -> None:
    assert shown(content, **fields) == expected


def test_the_list_says_what_each_number_brings() -> None:
    choices = choices_of(Content(text="?", buttons=((SITE, YES), (SAY,))), able())

    assert [(one.number, one.label, one.value) for one in choices] == [
        (1, "Yes", "y"),
        (2, "Hello", None),
    ]


def test_buttons_that_stay_have_no_list() -> None:
    assert choices_of(ASKED, able(buttons=True)) == ()


def test_a_message_that_was_said_to_be_a_list_is_sent_as_one() -> None:
    content = ASKED.model_copy(update={"choices": choices_of(ASKED, able())})

    assert shown(content, buttons=True) == [(LISTED, [])]


def test_buttons_that_need_a_text_go_into_a_list_without_one() -> None:
    image = Attachment(id="a", kind=AttachmentKind.IMAGE)
    content = Content(attachments=(image,), buttons=((YES, NO),))
    media = [{"kind": "image", "max_bytes": 1}]

    parts = plan(content, able(buttons=True, buttons_need_text=True, media=media))

    assert [(p.text, len(p.attachments), labels(p)) for p in parts] == [
        ("", 1, []),
        ("1. Yes\n2. No", 0, []),
    ]


def test_buttons_stand_under_the_text_and_at_the_end() -> None:
    image = Attachment(id="a", kind=AttachmentKind.IMAGE)
    content = Content(text="?", attachments=(image,), blocks=(OFFICE,), buttons=((YES,),))
    media = [{"kind": "image", "max_bytes": 1}]

    parts = plan(content, able(buttons=True, max_caption=50, media=media, blocks=["location"]))

    assert [(len(p.attachments), len(p.blocks), p.text, labels(p)) for p in parts] == [
        (1, 0, "", []),
        (0, 1, "", []),
        (0, 0, "?", [["Yes"]]),
    ]


MAP = "https://www.openstreetmap.org/?mlat=55.75583&mlon=37.6173#map=17/55.75583/37.6173"


@pytest.mark.parametrize(
    "block, text",
    [
        (OFFICE, f"Office\nTverskaya 1\n{MAP}"),
        (Location(latitude=55.75583, longitude=37.6173), MAP),
        (CARD, "Ann\n+7900\n+7901\nann@example.com"),
        (ContactCard(name="Ann"), "Ann"),
        (POLL, "When?\n\n1. Today\n2. Tomorrow"),
        (Link(url="https://x.io/1", title="Shoes"), "Shoes\nhttps://x.io/1"),
    ],
)
def test_a_piece_that_the_channel_lacks_is_said_in_words(block: Block, text: str) -> None:
    parts = plan(Content(text="Here", blocks=(block,)), able())

    assert [part.text for part in parts] == [f"Here\n\n{text}"]
    assert parts[0].blocks == ()


@pytest.mark.parametrize("block", [OFFICE, CARD, POLL, Dice(emoji="🎲", value=0)])
def test_a_piece_that_the_channel_has_is_a_part_of_its_own(block: Block) -> None:
    every = ["location", "contact_card", "poll", "dice"]

    parts = plan(Content(text="Here", blocks=(block,)), able(blocks=every))

    assert [(part.text, part.blocks) for part in parts] == [("Here", ()), ("", (block,))]


def test_a_card_without_a_number_is_said_in_words() -> None:
    parts = plan(Content(blocks=(ContactCard(name="Ann"),)), able(blocks=["contact_card"]))

    assert [part.text for part in parts] == ["Ann"]


@pytest.mark.parametrize(
    "limit",
    [
        PollLimit(max_question=4, max_options=10, max_option=100),
        PollLimit(max_question=300, max_options=1, max_option=100),
        PollLimit(max_question=300, max_options=10, max_option=7),
        PollLimit(max_question=300, max_options=10, max_option=100, min_options=3),
    ],
)
def test_a_poll_beyond_the_channels_limits_is_a_list(limit: PollLimit) -> None:
    parts = plan(Content(blocks=(POLL,)), able(blocks=["poll"], polls=limit))

    assert [part.text for part in parts] == ["When?\n\n1. Today\n2. Tomorrow"]


@pytest.mark.parametrize(
    "block, kind", [(Dice(emoji="🎲", value=0), "dice"), (Order(items=()), "order")]
)
def test_what_words_cannot_carry_is_refused_with_the_reason(block: Block, kind: str) -> None:
    with pytest.raises(Rejected, match=f"cannot be sent a {kind}") as caught:
        plan(Content(text="Here", blocks=(block,)), able())

    assert caught.value.code == Reason.BLOCK_KIND
    assert caught.value.values == {"kind": kind}


def test_every_reason_has_words() -> None:
    names = ("kind", "size_mb", "max_mb", "mime", "size", "limit", "variable")
    values = dict.fromkeys(names, "7")

    assert all(words(reason, **values) for reason in Reason)


@pytest.mark.parametrize(
    "text, span, plain",
    [
        ("our shop", Span(kind=SpanKind.LINK, start=4, length=4, url="https://x.io"), "our shop (https://x.io)"),
        ("see x.io", Span(kind=SpanKind.LINK, start=4, length=4, url="https://x.io/"), "see x.io"),
        ("a@b.io", Span(kind=SpanKind.LINK, start=0, length=6, url="mailto:a@b.io"), "a@b.io"),
        ("+79", Span(kind=SpanKind.LINK, start=0, length=3, url="tel:+79"), "+79"),
        ("a\nb\nc", Span(kind=SpanKind.QUOTE, start=0, length=3), "> a\n> b\nc"),
        ("x a", Span(kind=SpanKind.QUOTE, start=2, length=1), "x a"),
        ("bold", Span(kind=SpanKind.BOLD, start=0, length=4), "bold"),
    ],
)  # fmt: skip
def test_a_format_that_the_channel_lacks_leaves_its_meaning(
    text: str, span: Span, plain: str
) -> None:
    parts = plan(Content(text=text, spans=(span,)), able())

    assert (parts[0].text, parts[0].spans) == (plain, ())


def test_an_edit_of_a_list_keeps_the_list() -> None:
    content = Content(text="Really?", buttons=ASKED.buttons, choices=choices_of(ASKED, able()))

    assert plan_edit(content, able(edit=True)).text == "Really?\n\n1. Yes\n2. No"


def test_an_edit_keeps_the_buttons() -> None:
    assert plan_edit(ASKED, able(edit=True, buttons=True)).buttons == ASKED.buttons


def test_a_far_end_that_reads_what_is_stored_reads_the_words() -> None:
    content = Content(text="Here", blocks=(OFFICE,))

    assert told(content, able()).text == f"Here\n\nOffice\nTverskaya 1\n{MAP}"
    assert told(content, able()).blocks == ()


def test_a_kind_of_file_without_captions_has_its_text_after_it() -> None:
    media = (MediaLimit(kind="audio", max_bytes=100, captioned=False),)
    audio = Attachment(id="a", kind=AttachmentKind.AUDIO, size_bytes=1)

    parts = plan(Content(text="hi", attachments=(audio,)), able(max_caption=50, media=media))

    assert [(part.text, len(part.attachments)) for part in parts] == [("", 1), ("hi", 0)]


@pytest.mark.parametrize(
    "unit, room, captioned",
    [
        ("utf16", 6, True), ("utf16", 5, False),
        ("characters", 3, True), ("characters", 2, False),
        ("bytes", 12, True), ("bytes", 11, False),
    ],
)  # fmt: skip
def test_a_caption_is_measured_in_the_channels_own_unit(
    unit: Unit, room: int, captioned: bool
) -> None:
    image = Attachment(id="a", kind=AttachmentKind.IMAGE, size_bytes=1)
    media = (MediaLimit(kind="image", max_bytes=100),)
    content = Content(text="😀😀😀", attachments=(image,))

    parts = plan(content, able(text_unit=unit, max_caption=room, media=media))

    assert [bool(part.attachments and part.text) for part in parts] == (
        [True] if captioned else [False, False]
    )


def test_an_album_goes_one_by_one_where_there_are_none() -> None:
    files = tuple(Attachment(id=str(n), kind=AttachmentKind.IMAGE, size_bytes=1) for n in range(3))
    media = (MediaLimit(kind="image", max_bytes=100),)

    parts = plan(Content(text="hi", attachments=files), able(max_caption=5, media=media))

    assert [(part.text, [file.id for file in part.attachments]) for part in parts] == [
        ("hi", ["0"]),
        ("", ["1"]),
        ("", ["2"]),
    ]


texts = st.text(
    alphabet=st.one_of(st.sampled_from([*"ab \n.яё", "😀", "\u200d", "🇷"]), st.characters()),
    max_size=400,
)
spans = st.lists(
    st.builds(
        Span,
        kind=st.sampled_from(SpanKind),
        start=st.integers(0, 100),
        length=st.integers(1, 50),
        url=st.sampled_from([None, "https://example.com/a"]),
    ),
    max_size=5,
)
buttons = st.lists(
    st.lists(
        st.builds(
            Button,
            kind=st.sampled_from(ButtonKind),
            label=st.text(alphabet="abя 😀", min_size=1, max_size=30).filter(str.strip),
            value=st.none(),
            url=st.just("https://example.com/b"),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    max_size=4,
).map(tuple)
channels = st.builds(
    Capabilities,
    max_text=st.integers(60, 300),
    text_unit=st.sampled_from(("utf16", "characters", "bytes")),
    max_caption=st.integers(0, 80),
    formats=st.lists(st.sampled_from(Format), unique=True).map(tuple),
    media=st.just((MediaLimit(kind="image", max_bytes=100),)),
    album_max=st.integers(1, 4),
    buttons=st.booleans(),
    max_buttons=st.integers(0, 5),
    max_button_rows=st.integers(0, 3),
    max_buttons_in_row=st.integers(0, 3),
    max_button_label=st.integers(5, 40),
    button_kinds=st.lists(st.sampled_from(ButtonKind), unique=True).map(tuple),
    buttons_need_text=st.booleans(),
    blocks=st.lists(st.sampled_from(("location", "contact_card", "poll")), unique=True).map(tuple),
)
contents = st.builds(
    Content,
    text=texts,
    spans=spans.map(tuple),
    attachments=st.integers(0, 5).map(
        lambda count: tuple(
            Attachment(id=str(n), kind=AttachmentKind.IMAGE, size_bytes=1) for n in range(count)
        )
    ),
    blocks=st.lists(st.sampled_from((OFFICE, CARD, POLL)), max_size=3).map(tuple),
    buttons=buttons,
).filter(lambda content: not content.is_empty())

_MARKS = ("\n\nпродолжение следует…", "\n\nto be continued…")


def squeezed(text: str) -> str:
    """Without blanks, which splitting may drop at the edges."""
    return "".join(text.split())


def unmarked(text: str) -> str:
    for mark in _MARKS:
        text = text.removesuffix(mark)
    return text


def test_buttons_beside_a_poll_that_becomes_a_list_join_that_list() -> None:
    channel = Capabilities(max_text=1000, buttons=True)
    content = Content(blocks=(POLL,), buttons=((Button(label="Never"),),))
    listed = choices_of(content, channel)

    (part,) = plan(content.model_copy(update={"choices": listed}), channel)

    assert [one.label for one in listed] == ["Never", "Today", "Tomorrow"]
    assert "1. Never" in part.text
    assert part.buttons == ()


@whenever
@given(content=contents, channel=channels)
def test_no_part_is_beyond_the_channels_limits(content: Content, channel: Capabilities) -> None:
    parts = plan(content, channel)

    unit: Unit = channel.text_unit
    for part in parts:
        limit = channel.max_caption if part.attachments else channel.max_text
        assert measure(part.text, unit) <= limit
        assert len(part.attachments) <= channel.album_max
        assert len(part.blocks) <= 1
        assert not (part.blocks and (part.text or part.attachments))
        assert part.text.strip() or part.attachments or part.blocks


@whenever
@given(content=contents, channel=channels)
def test_nothing_that_was_written_is_lost_and_its_order_is_kept(
    content: Content, channel: Capabilities
) -> None:
    parts = plan(content, channel)

    said = squeezed("".join(unmarked(part.text) for part in parts))
    rest = iter(said)
    assert all(character in rest for character in squeezed(content.text))
    files = [file.id for part in parts for file in part.attachments]
    assert files == [file.id for file in content.attachments]


@whenever
@given(content=contents, channel=channels)
def test_every_button_is_pressed_numbered_or_written_out(
    content: Content, channel: Capabilities
) -> None:
    parts = plan(content, channel)
    choices = choices_of(content, channel)

    wanted = [button for row in content.buttons for button in row]
    kept = [button for part in parts for row in part.buttons for button in row]
    said = squeezed("".join(unmarked(part.text) for part in parts))
    numbered = [one for one in wanted if one.kind is not ButtonKind.LINK]
    assert all(squeezed(one.label) in said for one in choices)
    assert len(kept) + said.count("https://example.com/b") >= len(wanted) - len(numbered)
    if choices:
        assert [one.label for one in choices][: len(numbered)] == [one.label for one in numbered]
        assert not any(one.kind is not ButtonKind.LINK for one in kept)
    else:
        assert len([one for one in kept if one.kind is not ButtonKind.LINK]) == len(numbered)


@whenever
@given(content=contents, channel=channels)
def test_spans_lie_within_the_text_and_are_shown(content: Content, channel: Capabilities) -> None:
    carried = {format.value for format in channel.formats}
    length = measure(content.text, "utf16")
    inside = [one for one in content.spans if one.start + one.length <= length]

    parts = plan(content.model_copy(update={"spans": tuple(inside)}), channel)

    for part in parts:
        for span in part.spans:
            assert span.start + span.length <= measure(part.text, "utf16")
            assert span.kind.value in carried


@whenever
@given(content=contents, channel=channels)
def test_buttons_stand_only_under_the_last_part(content: Content, channel: Capabilities) -> None:
    parts = plan(content, channel)

    assert not any(part.buttons for part in parts[:-1])
    if parts[-1].buttons:
        assert len(parts[-1].attachments) <= 1


@whenever
@given(content=contents, channel=channels)
def test_a_list_that_was_decided_on_before_is_the_one_that_is_sent(
    content: Content, channel: Capabilities
) -> None:
    decided = content.model_copy(update={"choices": choices_of(content, channel)})

    assert plan(decided, channel) == plan(content, channel)
