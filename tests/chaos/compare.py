"""Where the two ends of the ledger differ, in words. Pure.

Each line begins with what kind of thing is wrong: ``lost``, ``doubled``, ``order``, ``stranger``
(nobody wrote it), ``state``, ``unfinished``, ``live``, ``widget``, ``command``, ``dead letter``,
``undelivered``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.chaos.channel import CHANNELS, OWN_CHANNEL, Repeats
from tests.chaos.fault import REFUSING, Fault, Lane
from tests.chaos.ledger import ANSWER, Asked, Entry, Found, Ledger, Letter, Written

ARRIVED: Final = frozenset({"sent", "delivered", "read"})
FINAL: Final = ARRIVED | {"unknown", "failed"}
_QUIET: Final = frozenset(
    {
        "429", "421", "duplicate", "reorder", "malformed", "batch", "bad_signature",
        "early_status", "skip_delivered", "no_status", "imap_cut", "imap_hang", "renumber",
        "500_json", *REFUSING,
    }
)  # fmt: skip
"""Faults of a platform after which everybody knows what was sent."""
_SAME_SECOND_S: Final = 1.1
"""Messages that were written further apart have different times, in seconds, at the platform."""


def compare(
    ledger: Ledger, found: Found, faults: Sequence[Fault], channels: Mapping[str, str]
) -> list[str]:
    """Everything that is not as it must be; ``channels`` are those of the customers."""
    customers = _by_customer(found)
    quarantined = _quarantined(ledger, found.letters)
    wrong: list[str] = []
    for customer, channel in channels.items():
        threads = customers.pop(customer, {})
        entries = [entry for thread in threads.values() for entry in thread]
        phone = found.phones.get(customer, ())
        wrong += _inbound(customer, ledger, entries, quarantined)
        if CHANNELS[channel].one_thread and len(threads) > 1:
            wrong.append(f"stranger: {customer} has {len(threads)} conversations")
        written = [line for line in ledger.written if line.customer == customer]
        loose = not CHANNELS[channel].ordered and _mixes_up(channel, faults)
        for thread in threads.values():
            wrong += _order(customer, written, _of(thread, "inbound"), loose=loose)
            wrong += _answers(customer, thread)
            wrong += _order_on_phone(customer, _of(thread, "outbound"), phone)
        wrong += _phone(customer, channel, _of(entries, "outbound"), phone, faults)
        if channel == OWN_CHANNEL:
            told = [line.text for line in ledger.written if line.customer == customer]
            wrong += _same(f"phone of {customer}", told, found.own.get(customer, ()))
            history = found.histories.get(customer, ())
            if list(found.widgets.get(customer, ())) != list(history):
                wrong.append(f"widget: {customer}'s window does not show what its history holds")
    wrong += [f"stranger: there is a thread of {name}" for name in customers]
    wrong += _asked(ledger, found)
    wrong += _live(found)
    wrong += _letters(found.letters, faults)
    wrong += [
        f"undelivered: {count} updates of {channel} were never taken"
        for channel, count in found.undelivered.items()
        if count
    ]
    return wrong


def _by_customer(found: Found) -> dict[str, dict[str, list[Entry]]]:
    """Each customer's threads, by conversation."""
    customers: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in found.api:
        customer = found.conversations[entry.conversation_id]
        customers[customer][entry.conversation_id].append(entry)
    return customers


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
    """Accepted = stored, once."""
    lines = [line for line in ledger.written if line.customer == customer]
    yield from (f"lost: {line.text!r} was never accepted" for line in lines if not line.accepted)
    # What could not be read may have been found in the conversation itself after a gap.
    aside = quarantined - {entry.text for entry in entries}
    told = [line.text for line in lines if line.text not in aside]
    yield from _each_once(f"stored of {customer}", told, [e.text for e in _of(entries, "inbound")])
    gaps = [entry for entry in entries if entry.system == "gap"]
    if gaps:
        yield f"lost: {customer}'s thread has {len(gaps)} marks of a gap"


def _mixes_up(channel: str, faults: Sequence[Fault]) -> bool:
    return any(fault.kind == "reorder" and fault.target == channel for fault in faults)


def _order(
    customer: str, written: Sequence[Written], thread: Sequence[Entry], *, loose: bool
) -> Iterator[str]:
    """A thread stands in the order in which it was written; ``loose``: within a second in any."""
    texts = [entry.text for entry in thread]
    lines = {line.text: line for line in written if line.text in set(texts)}
    if not loose:
        yield from _in_order(f"stored of {customer}", list(lines), texts)
        return
    latest = -_SAME_SECOND_S
    for text in texts:
        at_s = lines[text].at_s if text in lines else latest
        if at_s + _SAME_SECOND_S <= latest:
            yield f"order: stored of {customer}: {text!r} stands behind what was written later"
        latest = max(latest, at_s)


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
    """What is on the phone is what was sent, at most once."""
    times = Counter(shown)
    for entry in outbound:
        who = f"{entry.text!r} to {customer}"
        if entry.delivery not in FINAL:
            yield f"unfinished: {who} is {entry.delivery}"
        arrived = times[entry.text] > 0
        full = entry.delivery == "failed" and _is_full(channel, shown)
        if not full and not _explained(entry.delivery, channel, faults, arrived=arrived):
            yield f"state: {who} is {entry.delivery} for no reason"
    for text in {entry.text: None for entry in outbound}:
        states = [entry.delivery for entry in outbound if entry.text == text]
        yield from _once(f"{text!r} to {customer}", states, times[text])
    known = {entry.text for entry in outbound}
    yield from (f"stranger: {text!r} on {customer}'s phone" for text in times if text not in known)


def _order_on_phone(
    customer: str, outbound: Sequence[Entry], shown: Sequence[str]
) -> Iterator[str]:
    """The replies of a thread arrived in their order."""
    there, known = set(shown), {entry.text for entry in outbound}
    in_order = sorted(outbound, key=lambda entry: entry.seq)
    sent = list(dict.fromkeys(entry.text for entry in in_order if entry.text in there))
    once = [text for text in dict.fromkeys(shown) if text in known]
    if sent != once:
        yield f"order: replies to {customer}: {_first_difference(sent, once)}"


def _is_full(channel: str, shown: Sequence[str]) -> bool:
    """Whether the customer has got as many messages as programs may write."""
    most = CHANNELS[channel].most
    return most is not None and len(shown) >= most


def _once(who: str, states: Sequence[str | None], count: int) -> Iterator[str]:
    """On the phone as often as it was sent, and perhaps where that is unknown."""
    arrived = sum(state in ARRIVED for state in states)
    unsure = sum(state not in ARRIVED and state != "failed" for state in states)
    if count < arrived:
        yield f"lost: {who} is {states[0]} and {count} times on the phone"
    elif count > arrived + unsure:
        kind = "doubled" if arrived + unsure else "state"
        yield f"{kind}: {who} is {states[0]} and {count} times on the phone"


def _explained(
    delivery: str | None, channel: str, faults: Sequence[Fault], *, arrived: bool
) -> bool:
    """Whether the state is a good one, or a fault of the run brings it about."""
    if delivery not in {"unknown", "failed"}:
        return True
    here = [fault for fault in faults if fault.lane is not Lane.PLATFORM or fault.target == channel]
    if delivery == "failed":
        return any(fault.kind in REFUSING and fault.target == channel for fault in here)
    repeats = CHANNELS[channel].repeats
    if repeats is Repeats.KNOWN:
        # Nothing but a refusal ends the repeating, and it says nothing of the call before it.
        refused = any(fault.kind in REFUSING and fault.target == channel for fault in here)
        return refused and any(fault.kind not in _QUIET for fault in here)
    if repeats is Repeats.TOLD and arrived:
        return any(_keeps_quiet(fault, channel) for fault in here)
    return any(fault.kind not in _QUIET for fault in here)


def _keeps_quiet(fault: Fault, channel: str) -> bool:
    """Whether a platform that tells what it has does not tell it after this, or is not asked."""
    forgotten = CHANNELS[channel].forgets and fault.lane is not Lane.PLATFORM
    return fault.kind == "no_status" or forgotten


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
    yield from _each_once(what, expected, there)
    yield from _in_order(what, expected, there)


def _each_once(what: str, expected: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    wanted, counted = Counter(expected), Counter(there)
    yield from (f"lost: {what}: {text!r}" for text in wanted - counted)
    for text in counted - wanted:
        kind = "doubled" if wanted[text] else "stranger"
        yield f"{kind}: {what}: {text!r} {counted[text]} times"


def _in_order(what: str, expected: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """What both have stands in one order."""
    both = set(expected) & set(there)
    before = [text for text in dict.fromkeys(expected) if text in both]
    after = [text for text in dict.fromkeys(there) if text in both]
    if before != after:
        yield f"order: {what}: {_first_difference(before, after)}"


def _first_difference(expected: Sequence[str], there: Sequence[str]) -> str:
    pairs = zip(expected, there, strict=False)
    wanted, found = next(((a, b) for a, b in pairs if a != b), ("the end", "more"))
    return f"{found!r} where {wanted!r} was to be"
