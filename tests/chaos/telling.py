"""The report of a run, from what is left of it. Pure."""

from collections import Counter, defaultdict

from tests.chaos.channel import CHANNELS
from tests.chaos.drama import Drama
from tests.chaos.fault import Fault, Lane
from tests.chaos.ledger import Entry, Found
from tests.chaos.recovery import late_spans, recovery_s
from tests.chaos.report import Report


def told(drama: Drama) -> Report:
    """The run in numbers."""
    found = drama.found or Found()
    inbound = [entry for entry in found.api if entry.direction == "inbound"]
    return Report(
        seed=drama.plan.seed,
        set_up=drama.plan.set_up,
        wrong=list(drama.wrong),
        accepted=sum(line.accepted for line in drama.ledger.written),
        stored=len(inbound),
        shown=sum(entry.id in found.live for entry in inbound),
        quarantined=sum(letter.source.startswith("intake/") for letter in found.letters),
        notes=sum(entry.direction == "note" for entry in found.api),
        replies=_replies(drama, found),
        faults=dict(Counter(_name(struck.fault) for struck in drama.struck)),
        recovery_s=_recovery(drama),
        starts=sum(keeper.starts for keeper in drama.stage.keepers.values()),
        ended_hard=sum(keeper.ended_hard for keeper in drama.stage.keepers.values()),
        connections=drama.screen.connections,
        settled_s=round(drama.settled_s - drama.over_s, 1),
        took_s=round(drama.timing.now(), 1),
    )


def _name(fault: Fault) -> str:
    """What was struck without its number: one router is like the other."""
    if fault.lane is Lane.PLATFORM:
        return f"platform {fault.kind}"
    target = fault.target.partition("-")[0] if "=" not in fault.target else ""
    return f"{fault.kind} {target}".rstrip()


def _replies(drama: Drama, found: Found) -> dict[str, int]:
    channels = drama.plan.customers
    counted = Counter(
        f"{_type(channels.get(found.conversations[entry.conversation_id]))} {entry.delivery}"
        for entry in found.api
        if _is_reply(entry)
    )
    return dict(counted)


def _is_reply(entry: Entry) -> bool:
    return entry.direction == "outbound"


def _type(channel: str | None) -> str:
    return CHANNELS[channel].type if channel is not None else "nobody's"


def _recovery(drama: Drama) -> dict[str, list[float]]:
    shown = drama.screen.shown_at
    late = late_spans(
        (line.at_s, shown[line.text])
        for line in drama.ledger.written
        if line.text in shown and CHANNELS[line.channel].prompt
    )
    disturbing = [struck for struck in drama.struck if struck.fault.disturbs]
    times: dict[str, list[float]] = defaultdict(list)
    for struck in disturbing:
        others = [(o.began_s, o.ended_s) for o in disturbing if o is not struck]
        took_s = recovery_s(struck.ended_s, late, others)
        if took_s is not None:
            times[_name(struck.fault)].append(round(took_s, 2))
    return dict(times)
