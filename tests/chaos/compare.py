"""Where the two ends of the ledger differ, in words. Pure.

Each line begins with what kind of thing is wrong: ``lost``, ``doubled``, ``order``, ``stranger``
(nobody wrote it), ``state``, ``unfinished``, ``live``, ``widget``, ``command``, ``dead letter``,
``undelivered``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.chaos.fault import REFUSING, Fault
from tests.chaos.ledger import ANSWER, Asked, Entry, Found, Ledger, Letter

OWN_CHANNEL: Final = "site"
"""The hub's own channel knows its messages again: each arrives exactly once."""
ARRIVED: Final = frozenset({"sent", "delivered", "read"})
FINAL: Final = ARRIVED | {"unknown", "failed"}
_QUIET: Final = frozenset({"429", "duplicate", "reorder", "malformed", *REFUSING})
"""Faults of a platform after which everybody knows what was sent."""


def compare(
    ledger: Ledger, found: Found, faults: Sequence[Fault], channels: Mapping[str, str]
) -> list[str]:
    """Everything that is not as it must be; ``channels`` are those of the customers."""
    threads = _by_customer(found)
    quarantined = _quarantined(ledger, found.letters)
    wrong: list[str] = []
    for customer, channel in channels.items():
        entries = threads.pop(customer, [])
        phone = found.phones.get(customer, ())
        wrong += _inbound(customer, ledger, entries, quarantined)
        wrong += _answers(customer, entries)
        wrong += _phone(customer, channel, _of(entries, "outbound"), phone, faults)
        if channel == OWN_CHANNEL:
            told = [line.text for line in ledger.written if line.customer == customer]
            wrong += _same(f"phone of {customer}", told, found.own.get(customer, ()))
            history = found.histories.get(customer, ())
            if list(found.widgets.get(customer, ())) != list(history):
                wrong.append(f"widget: {customer}'s window does not show what its history holds")
    wrong += [f"stranger: there is a thread of {name}" for name in threads]
    wrong += _asked(ledger, found)
    wrong += _live(found)
    wrong += _letters(found.letters, faults)
    wrong += [
        f"undelivered: {count} updates of {channel} were never taken"
        for channel, count in found.undelivered.items()
        if count
    ]
    return wrong


def _by_customer(found: Found) -> dict[str, list[Entry]]:
    threads: dict[str, list[Entry]] = defaultdict(list)
    for entry in found.api:
        threads[found.conversations[entry.conversation_id]].append(entry)
    return threads


def _of(entries: Sequence[Entry], direction: str) -> list[Entry]:
    return [entry for entry in entries if entry.direction == direction]


def _quarantined(ledger: Ledger, letters: Sequence[Letter]) -> frozenset[str]:
    """The texts that were put into quarantine instead of being stored."""
    raw = [letter.raw for letter in letters if letter.source.startswith("intake/")]
    return frozenset(
        line.text for line in ledger.written if any(f'"{line.text}"' in text for text in raw)
    )


def _inbound(
    customer: str, ledger: Ledger, entries: Sequence[Entry], quarantined: frozenset[str]
) -> Iterator[str]:
    """Accepted = stored, once and in order."""
    lines = [line for line in ledger.written if line.customer == customer]
    told = [line.text for line in lines if line.text not in quarantined]
    yield from (f"lost: {line.text!r} was never accepted" for line in lines if not line.accepted)
    yield from _same(f"stored of {customer}", told, [e.text for e in _of(entries, "inbound")])
    gaps = [entry for entry in entries if entry.system == "gap"]
    if gaps:
        yield f"lost: {customer}'s thread has {len(gaps)} marks of a gap"


def _answers(customer: str, entries: Sequence[Entry]) -> Iterator[str]:
    """The bot has answered each message once, in the order in which it was told of them."""
    accepted = sorted(_of(entries, "inbound"), key=lambda entry: entry.seq)
    answers = [e for e in _of(entries, "outbound") if e.text.startswith(ANSWER)]
    answers.sort(key=lambda entry: entry.seq)
    expected = [ANSWER + entry.text for entry in accepted]
    yield from _same(f"answers to {customer}", expected, [entry.text for entry in answers])


def _phone(
    customer: str,
    channel: str,
    outbound: Sequence[Entry],
    shown: Sequence[str],
    faults: Sequence[Fault],
) -> Iterator[str]:
    """What is on the phone is what was sent, at most once, and in its order."""
    times = Counter(shown)
    for entry in outbound:
        who = f"{entry.text!r} to {customer}"
        if entry.delivery not in FINAL:
            yield f"unfinished: {who} is {entry.delivery}"
        if entry.delivery in {"unknown", "failed"} and not _explained(entry, channel, faults):
            yield f"state: {who} is {entry.delivery} for no reason"
    for text in {entry.text: None for entry in outbound}:
        states = [entry.delivery for entry in outbound if entry.text == text]
        yield from _once(f"{text!r} to {customer}", states, times[text])
    known = {entry.text for entry in outbound}
    yield from (f"stranger: {text!r} on {customer}'s phone" for text in times if text not in known)
    in_order = sorted(outbound, key=lambda entry: entry.seq)
    sent = list(dict.fromkeys(entry.text for entry in in_order if times[entry.text]))
    once = [text for text in dict.fromkeys(shown) if text in known]
    if sent != once:
        yield f"order: replies to {customer}: {_first_difference(sent, once)}"


def _once(who: str, states: Sequence[str | None], count: int) -> Iterator[str]:
    """On the phone as often as it was sent, and perhaps where that is unknown."""
    arrived = sum(state in ARRIVED for state in states)
    unsure = sum(state not in ARRIVED and state != "failed" for state in states)
    if count < arrived:
        yield f"lost: {who} is {states[0]} and {count} times on the phone"
    elif count > arrived + unsure:
        kind = "doubled" if arrived + unsure else "state"
        yield f"{kind}: {who} is {states[0]} and {count} times on the phone"


def _explained(entry: Entry, channel: str, faults: Sequence[Fault]) -> bool:
    """Whether a fault of the run leaves a message unknown, or fails it."""
    if channel == OWN_CHANNEL:
        return False
    if entry.delivery == "failed":
        return any(fault.kind in REFUSING and fault.target == channel for fault in faults)
    return any(fault.kind not in _QUIET for fault in faults)


def _asked(ledger: Ledger, found: Found) -> Iterator[str]:
    """Each reply and note of an agent is done, stored once, and in its author's order."""
    by_text: dict[str, list[Entry]] = defaultdict(list)
    for entry in found.api:
        if entry.direction in {"outbound", "note"} and not entry.text.startswith(ANSWER):
            by_text[entry.text].append(entry)
    for asked in ledger.asked:
        entries = by_text.pop(asked.text, [])
        if asked.state != "done" or asked.said:
            yield f"command: {asked.kind} {asked.text!r} is {asked.state} {asked.said}".rstrip()
        if len(entries) != 1:
            kind = "doubled" if entries else "lost"
            yield f"{kind}: {asked.kind} {asked.text!r} is stored {len(entries)} times"
        elif asked.message_id not in {None, entries[0].id}:
            yield f"command: {asked.text!r} is stored as another message than was told"
    yield from (f"stranger: nobody asked for {text!r}" for text in by_text)
    yield from _in_order_of_asking(ledger.asked, found.api)


def _in_order_of_asking(asked: Sequence[Asked], api: Sequence[Entry]) -> Iterator[str]:
    seqs = {entry.id: entry.seq for entry in api}
    last: dict[tuple[str, str], int] = {}
    for one in asked:
        key = (one.author, one.conversation_id)
        seq = seqs.get(one.message_id or "", 0)
        if seq and seq < last.get(key, 0):
            yield f"order: {one.kind} {one.text!r} stands before what was done before it"
        last[key] = max(seq, last.get(key, 0))


def _live(found: Found) -> Iterator[str]:
    """What the live feed has told is what the API shows."""
    yield from (f"live: {text}" for text in found.live_wrong)
    api = {entry.id: entry for entry in found.api}
    for id, entry in api.items():
        shown = found.live.get(id)
        if shown is None:
            yield f"live: {entry.direction} {entry.text!r} was never shown"
        elif shown != entry:
            yield f"live: {entry.text!r} is shown as {shown}, the API says {entry}"
    for id, entry in found.live.items():
        if id not in api:
            yield f"live: {entry.text!r} is shown and not there"


def _letters(letters: Sequence[Letter], faults: Sequence[Fault]) -> Iterator[str]:
    """Each dead letter has a fault of the run that explains it, and no fault explains more than
    it did."""
    left = Counter[str]()
    for fault in faults:
        if fault.kind == "malformed":
            left[f"intake/{fault.target}"] += fault.times
    for letter in letters:
        if left[letter.source] <= 0:
            yield f"dead letter: {letter.source}: {letter.reason}"
        left[letter.source] -= 1


def _same(what: str, expected: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """``lost``, ``doubled``, ``stranger`` or ``order``, where two lists differ."""
    wanted, counted = Counter(expected), Counter(there)
    yield from (f"lost: {what}: {text!r}" for text in wanted - counted)
    for text in counted - wanted:
        kind = "doubled" if wanted[text] else "stranger"
        yield f"{kind}: {what}: {text!r} {counted[text]} times"
    both = wanted.keys() & counted.keys()
    before = [text for text in dict.fromkeys(expected) if text in both]
    after = [text for text in dict.fromkeys(there) if text in both]
    if before != after:
        yield f"order: {what}: {_first_difference(before, after)}"


def _first_difference(expected: Sequence[str], there: Sequence[str]) -> str:
    pairs = zip(expected, there, strict=False)
    wanted, found = next(((a, b) for a, b in pairs if a != b), ("the end", "more"))
    return f"{found!r} where {wanted!r} was to be"
