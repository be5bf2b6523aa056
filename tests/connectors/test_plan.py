"""What a channel is really sent: captions, albums, buttons, formats, and clear refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.measure import measure
from shared.delivery.plan import plan, plan_edit
from shared.errors import Rejected
from shared.model.channel import Capabilities, Format, MediaLimit
from shared.model.content import (
    Attachment,
    AttachmentKind,
    Button,
    ButtonKind,
    Content,
    Dice,
    ReplyRef,
    Span,
    SpanKind,
)

RICH = Capabilities(
    max_text=100,
    max_caption=40,
    formats=(Format.BOLD, Format.LINK),
    media=(
        MediaLimit(kind="image", max_bytes=1000),
        MediaLimit(kind="file", max_bytes=5000),
        MediaLimit(kind="video_note", max_bytes=5000),
    ),
    album_max=3,
    buttons=True,
    max_buttons=3,
    max_button_rows=2,
    max_button_label=10,
    reply=True,
    edit=True,
)
PLAIN = Capabilities(max_text=100)


def file(
    number: int = 1, kind: AttachmentKind = AttachmentKind.IMAGE, size: int = 10
) -> Attachment:
    return Attachment(id=f"a{number}", kind=kind, size_bytes=size)


def button(label: str, **about: object) -> Button:
    return Button(label=label).model_copy(update=about)


def test_a_short_text_is_one_part() -> None:
    parts = plan(Content(text="hello"), RICH)

    assert [part.text for part in parts] == ["hello"]


def test_all_parts_but_the_last_announce_the_next() -> None:
    parts = plan(Content(text="слово " * 40), RICH)

    assert len(parts) > 1
    assert all(part.text.endswith("\n\nпродолжение следует…") for part in parts[:-1])
    assert not parts[-1].text.endswith("…")


@given(text=st.text(min_size=1, max_size=500).filter(str.strip))
def test_every_part_fits_with_its_announcement(text: str) -> None:
    parts = plan(Content(text=text), RICH)

    assert all(measure(part.text, "utf16") <= 100 for part in parts)
    assert all(part.text.strip() for part in parts)


def test_a_short_text_goes_as_the_caption_of_the_files() -> None:
    parts = plan(Content(text="look", attachments=(file(1), file(2))), RICH)

    assert [(part.text, len(part.attachments)) for part in parts] == [("look", 2)]


def test_a_text_longer_than_a_caption_follows_the_files() -> None:
    parts = plan(Content(text="x" * 41, attachments=(file(),)), RICH)

    assert [(part.text, len(part.attachments)) for part in parts] == [("", 1), ("x" * 41, 0)]


def test_files_beyond_an_album_go_in_the_next_one() -> None:
    files = tuple(file(number) for number in range(7))

    parts = plan(Content(attachments=files), RICH)

    assert [len(part.attachments) for part in parts] == [3, 3, 1]


def test_pictures_and_files_are_no_album_together() -> None:
    files = (file(1), file(2, AttachmentKind.FILE), file(3, AttachmentKind.FILE))

    parts = plan(Content(attachments=files), RICH)

    assert [len(part.attachments) for part in parts] == [1, 2]


def test_a_round_video_has_no_caption() -> None:
    parts = plan(Content(text="hi", attachments=(file(1, AttachmentKind.VIDEO_NOTE),)), RICH)

    assert [(part.text, len(part.attachments)) for part in parts] == [("", 1), ("hi", 0)]


def test_a_picture_too_big_for_pictures_goes_as_a_file() -> None:
    parts = plan(Content(attachments=(file(size=2000),)), RICH)

    assert parts[0].attachments[0].kind is AttachmentKind.FILE


def test_a_file_too_big_for_the_channel_is_refused_with_its_size() -> None:
    with pytest.raises(Rejected, match="too big for this channel"):
        plan(Content(attachments=(file(size=6000),)), RICH)


def test_a_channel_without_files_says_so() -> None:
    with pytest.raises(Rejected, match="carries no files of the kind image"):
        plan(Content(attachments=(file(),)), PLAIN)


def test_a_die_is_refused_and_not_dropped() -> None:
    with pytest.raises(Rejected, match="cannot be sent a dice"):
        plan(Content(text="here", blocks=(Dice(emoji="🎲", value=1),)), RICH)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(Rejected, match="nothing in this message"):
        plan(Content(text="  "), RICH)


def test_buttons_go_under_the_last_part() -> None:
    parts = plan(Content(text="word " * 40, buttons=((button("Yes"),),)), RICH)

    assert [len(part.buttons) for part in parts] == [0] * (len(parts) - 1) + [1]


def test_buttons_take_the_text_out_of_an_albums_caption() -> None:
    content = Content(text="?", attachments=(file(1), file(2)), buttons=((button("Yes"),),))

    parts = plan(content, RICH)

    assert [(p.text, len(p.attachments), len(p.buttons)) for p in parts] == [
        ("", 2, 0),
        ("?", 0, 1),
    ]


def test_buttons_without_a_text_go_under_a_file_of_their_own() -> None:
    content = Content(attachments=(file(1), file(2)), buttons=((button("Yes"),),))

    parts = plan(content, RICH)

    assert [(len(p.attachments), len(p.buttons)) for p in parts] == [(1, 0), (1, 1)]


def test_buttons_become_lines_where_there_are_none() -> None:
    link = button("Shop", kind=ButtonKind.LINK, url="https://example.com")

    parts = plan(Content(text="Choose", buttons=((button("Yes"),), (link,))), PLAIN)

    assert parts[0].text == "Choose\n\n1. Yes\n\nShop: https://example.com"
    assert parts[0].buttons == ()


def test_too_many_buttons_are_a_list() -> None:
    row = tuple(button(str(number)) for number in range(1, 5))

    parts = plan(Content(text="?", buttons=(row,)), RICH)

    assert [(part.text, part.buttons) for part in parts] == [("?\n\n1. 1\n2. 2\n3. 3\n4. 4", ())]


def test_a_long_label_is_shortened() -> None:
    parts = plan(Content(text="?", buttons=((button("a very long label"),),)), RICH)

    assert parts[0].buttons[0][0].label == "a very lo…"


def test_only_the_first_part_answers_the_quoted_message() -> None:
    reply = ReplyRef(external_id="7")  # type: ignore[arg-type]

    parts = plan(Content(text="word " * 40, reply_to=reply), RICH)

    assert [part.reply_to for part in parts] == [reply] + [None] * (len(parts) - 1)


def test_a_format_that_the_channel_lacks_is_dropped() -> None:
    spans = (
        Span(kind=SpanKind.BOLD, start=0, length=2),
        Span(kind=SpanKind.SPOILER, start=3, length=2),
    )

    parts = plan(Content(text="ab cd", spans=spans), RICH)

    assert [span.kind for span in parts[0].spans] == [SpanKind.BOLD]


def test_a_hidden_link_is_written_out_where_links_cannot_hide() -> None:
    spans = (
        Span(kind=SpanKind.LINK, start=2, length=4, url="https://example.com"),
        Span(kind=SpanKind.BOLD, start=7, length=3),
    )
    capabilities = Capabilities(max_text=200, formats=(Format.BOLD,))

    parts = plan(Content(text="😀here now", spans=spans), capabilities)

    assert parts[0].text == "😀here (https://example.com) now"
    bold = parts[0].spans[0]
    encoded = parts[0].text.encode("utf-16-le")
    assert encoded[2 * bold.start : 2 * (bold.start + bold.length)].decode("utf-16-le") == "now"


def test_an_edit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Rejected, match="longer than this channel takes: 101 of 100"):
        plan_edit(Content(text="x" * 101), RICH)


def test_a_channel_that_cannot_edit_says_so() -> None:
    with pytest.raises(Rejected, match="cannot be changed"):
        plan_edit(Content(text="x"), PLAIN)
