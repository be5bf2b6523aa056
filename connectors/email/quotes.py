"""Where in a mail's text the quoted earlier mail begins. Pure.

Only a range is marked, nothing is cut. A mark is set where what follows is quotation to its end:
answers between the lines stay part of the text. The rules know what Russian, English and German
versions of Gmail, Yandex, mail.ru, Outlook, Thunderbird, Apple Mail and phones write.
"""

import re
from collections.abc import Sequence
from typing import Final

_LIMIT_LINES: Final = 20_000
_LINE_CHARS: Final = 400
_ATTRIBUTION_LINES: Final = 4
"""So many lines may an attribution be folded into."""

_MAIL: Final = r"[^\s<>@]{1,64}@[^\s<>@]{1,190}"
_DATE: Final = r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})"
_TIME: Final = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"

_ATTRIBUTIONS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # чт, 3 нояб. 2025 г. в 10:00, Имя <a@b>:  |  ... Имя пишет:  |  ... написал(а):
        r"^.{0,300}\b(?:пишет|писал(?:\(а\)|а|и)?|написал(?:\(а\)|а|и)?)\s*:\s*$",
        rf"^.{{0,200}}\d{{4}}\s?(?:г\.?)?,?\s*(?:в\s)?{_TIME}.{{0,150}}<{_MAIL}>\s*:\s*$",
        # 03.11.2025, 10:00, "Имя" <a@b>:
        rf"^.{{0,60}}{_DATE},?\s+(?:в\s|at\s|um\s)?{_TIME}.{{0,200}}<?{_MAIL}>?\s*:\s*$",
        # Пятница, 3 ноября 2025, 10:00 +03:00 от Имя <a@b>:
        rf"^.{{0,120}}{_TIME}.{{0,40}}\bот\s.{{0,200}}{_MAIL}>?\s*:\s*$",
        # On Mon, Nov 3, 2025 at 10:00 AM Name <a@b> wrote:
        r"^(?:on|am|le|el|il|op|den)\b.{0,300}\b"
        r"(?:wrote|schrieb(?:\s.{0,150})?|a écrit|escribió)\s*:\s*$",
        rf"^.{{0,200}}{_MAIL}>?\s+(?:wrote|writes|schrieb|schreibt)\s*:\s*$",
        rf"^.{{0,60}}{_DATE}.{{0,40}}{_TIME}.{{0,120}}\b(?:wrote|schrieb|schrieb\s.{{1,100}})\s*:\s*$",
        rf"^(?:am|on)\b.{{0,40}}(?:{_DATE}|\d{{4}}).{{0,200}}\bschrieb\b.{{0,150}}:\s*$",
    )
)
_DIVIDER: Final = re.compile(
    r"^[\s>]*(?:[-_*=]{2,}\s*)"
    r"(?:исходное сообщение|пересылаемое сообщение|пересланное сообщение|оригинальное сообщение"
    r"|original(?: |-)?message|forwarded message|originalnachricht|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|reply above this line)"
    r"\s*:?\s*[-_*=]*\s*$",
    re.IGNORECASE,
)
_FORWARDS: Final = re.compile(
    r"переслан|пересыл|forwarded|weitergeleitet|begin forwarded", re.IGNORECASE
)
_RULE: Final = re.compile(r"^\s*_{10,}\s*$")
_FIELD: Final = re.compile(
    r"^[\s>*]*(?P<name>от|отправлено|дата|кому|копия|тема|from|sent|date|to|cc|subject"
    r"|von|gesendet|datum|an|betreff)\s*\*?:\*?\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_SENDER: Final = frozenset({"от", "from", "von"})
_OTHER: Final = frozenset(
    [
        "отправлено",
        "дата",
        "кому",
        "тема",
        "sent",
        "date",
        "to",
        "subject",
        "gesendet",
        "datum",
        "an",
        "betreff",
    ]
)
_BLOCK_LINES: Final = 8
_QUOTED: Final = re.compile(r"^\s{0,3}>")


def quoted_from(text: str) -> int | None:
    """Where the quotation begins, in UTF-16 units; None if nothing is quoted, or all of it is."""
    lines = text.split("\n")
    if len(lines) > _LIMIT_LINES:
        return None
    first = _first_line(lines)
    if first is None:
        return None
    before = "\n".join(lines[:first])
    if not before.strip():
        return None  # a forwarded mail, or a bare quotation: that is what it says
    position = len(before) + 1
    return len(text[:position].encode("utf-16-le", "replace")) // 2


def _first_line(lines: Sequence[str]) -> int | None:
    tail = _quoted_tail(lines)
    for number, line in enumerate(lines):
        if tail is not None and number >= tail:
            return _with_attribution(lines, tail)
        if not line.strip():
            continue
        if _DIVIDER.match(line[:_LINE_CHARS]):
            return None if _FORWARDS.search(line) else number
        if _RULE.match(line) and _header_block(lines, number + 1):
            return number
        if _header_block(lines, number):
            return number
        if _attribution_at(lines, number) and _nothing_but_quotation(lines, number):
            return number
    return None


def _attribution_at(lines: Sequence[str], number: int) -> int:
    """How many lines from here make an attribution; 0: none."""
    joined = ""
    for count in range(1, _ATTRIBUTION_LINES + 1):
        if number + count > len(lines):
            return 0
        line = lines[number + count - 1].strip().lstrip("> ").strip()
        if not line or len(line) > _LINE_CHARS:
            return 0
        joined = f"{joined} {line}".strip()
        if joined.endswith(":") and any(rule.match(joined) for rule in _ATTRIBUTIONS):
            return count
    return 0


def _nothing_but_quotation(lines: Sequence[str], number: int) -> bool:
    """Behind the attribution nobody writes between quoted lines any more."""
    rest = lines[number + _attribution_at(lines, number) :]
    quoted = [bool(_QUOTED.match(line)) for line in rest if line.strip()]
    if not any(quoted):
        return True  # programs without `>`: all that follows is the earlier mail
    # What stands behind the last quoted line is a signature at most.
    first, last = quoted.index(True), len(quoted) - 1 - quoted[::-1].index(True)
    if first > 0:
        return False
    inner = quoted[first : last + 1]
    return all(inner) and not _answer_behind(rest)


def _answer_behind(rest: Sequence[str]) -> bool:
    """Whether somebody has written below the quotation, and not only a signature."""
    kept = [line for line in rest if line.strip()]
    while kept and _QUOTED.match(kept[0]):
        kept = kept[1:]
    if not kept:
        return False
    return kept[0].rstrip() not in {"--", "-- "}


def _quoted_tail(lines: Sequence[str]) -> int | None:
    """The first line of the ``>`` lines at the end of the text."""
    end = len(lines)
    begin = None
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if _QUOTED.match(line):
            begin = number
        elif line.strip():
            break
    return begin


def _with_attribution(lines: Sequence[str], tail: int) -> int:
    """The line where the quotation begins, its attribution included."""
    above = tail
    while above > 0 and not lines[above - 1].strip():
        above -= 1
    for start in range(max(0, above - _ATTRIBUTION_LINES), above):
        count = _attribution_at(lines, start)
        if count and start + count == above:
            return start
    return tail


def _header_block(lines: Sequence[str], number: int) -> bool:
    """``От: ... Отправлено: ... Кому: ... Тема: ...`` as Outlook writes above what it quotes."""
    names: list[str] = []
    for line in lines[number : number + _BLOCK_LINES]:
        match = _FIELD.match(line[:_LINE_CHARS])
        if match is None:
            if not line.strip() or not names:
                break
            continue  # a folded list of addresses
        names.append(match["name"].lower())
    if not names or names[0] not in _SENDER:
        return False
    return len(_OTHER.intersection(names)) >= 2  # noqa: PLR2004 - one alone may be anybody's words
