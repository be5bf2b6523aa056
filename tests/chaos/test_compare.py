"""What the ledger sees: each thing that can be wrong, by itself."""

from dataclasses import replace

import pytest

from tests.chaos.compare import compare
from tests.chaos.fault import Fault, Lane
from tests.chaos.ledger import Asked, Entry, Found, Ledger, Letter, Written

CHANNELS = {"anna": "shop", "victor": "site"}


def inbound(number: int, who: str, text: str) -> Entry:
    return Entry(f"m{number}", f"c-{who}", "inbound", text, seq=number, sort=f"{number:03d}")


def reply(number: int, who: str, text: str, delivery: str = "sent") -> Entry:
    return replace(inbound(number, who, text), direction="outbound", delivery=delivery)


ENTRIES = (
    inbound(1, "anna", "one"),
    reply(2, "anna", "re: one"),
    inbound(3, "anna", "two"),
    reply(4, "anna", "re: two"),
    reply(5, "anna", "from an agent"),
    replace(inbound(6, "anna", "a note"), direction="note"),
    inbound(1, "victor", "three"),
    reply(2, "victor", "re: three"),
)
# Ids are unique over all conversations.
API = tuple(replace(entry, id=f"{entry.conversation_id}/{entry.id}") for entry in ENTRIES)
FOUND = Found(
    conversations={"c-anna": "anna", "c-victor": "victor"},
    api=API,
    live={entry.id: entry for entry in API},
    phones={"anna": ["re: one", "re: two", "from an agent"], "victor": ["re: three"]},
    own={"victor": ["three"]},
    histories={"victor": ["three", "re: three"]},
    widgets={"victor": ["three", "re: three"]},
)
HANG = Fault("hang", "shop", at_s=1, times=1, lane=Lane.PLATFORM)
REFUSED = Fault("400", "shop", at_s=1, times=1, lane=Lane.PLATFORM)
MALFORMED = Fault("malformed", "shop", at_s=1, times=1, lane=Lane.PLATFORM)


def ledger() -> Ledger:
    return Ledger(
        written=[
            Written("shop", "anna", "one", 0, accepted=True),
            Written("shop", "anna", "two", 1, accepted=True),
            Written("site", "victor", "three", 2, accepted=True),
        ],
        asked=[
            Asked("1", "agent", "c-anna", "reply", "from an agent", "done", "c-anna/m5"),
            Asked("2", "agent", "c-anna", "note", "a note", "done", "c-anna/m6"),
        ],
    )


def kinds(found: Found, *faults: Fault, given: Ledger | None = None) -> set[str]:
    """The kinds of what is wrong."""
    wrong = compare(given or ledger(), found, faults, CHANNELS)
    return {line.partition(":")[0] for line in wrong}


def changed(position: int, **values: object) -> Found:
    """One message is otherwise, wherever it is shown."""
    api = list(API)
    api[position] = replace(api[position], **values)  # type: ignore[arg-type]  # by name
    return replace(FOUND, api=api, live={entry.id: entry for entry in api})


def without(position: int) -> Found:
    api = [entry for number, entry in enumerate(API) if number != position]
    return replace(FOUND, api=api, live={entry.id: entry for entry in api})


def with_more(entry: Entry) -> Found:
    api = [*API, entry]
    return replace(FOUND, api=api, live={one.id: one for one in api})


def phones(*annas: str) -> Found:
    return replace(FOUND, phones={**FOUND.phones, "anna": list(annas)})


def test_two_ends_that_agree_are_clean() -> None:
    assert compare(ledger(), FOUND, (), CHANNELS) == []


ORDER = replace(FOUND, api=(API[2], API[1], API[0], *API[3:]))
TWICE = with_more(replace(API[0], id="again", seq=9))
ANSWERED_TWICE = with_more(replace(API[1], id="again", seq=9))
ANSWERS_SWAPPED = replace(
    FOUND, api=(API[0], replace(API[1], seq=4), API[2], replace(API[3], seq=2), *API[4:])
)
GAP = with_more(Entry("gap", "c-anna", "system", "", seq=9, system="gap"))


@pytest.mark.parametrize(
    "found, expected",
    [
        pytest.param(without(2), {"lost", "stranger"}, id="a message that is not stored"),
        pytest.param(TWICE, {"doubled", "lost"}, id="a message that is stored twice"),
        pytest.param(ORDER, {"order"}, id="messages in another order"),
        pytest.param(without(1), {"lost", "stranger"}, id="an answer that was never given"),
        pytest.param(ANSWERED_TWICE, {"doubled", "lost"}, id="an answer that is stored twice"),
        pytest.param(GAP, {"lost"}, id="a mark of a gap"),
        pytest.param(without(4), {"lost", "stranger"}, id="an agent's reply that is not stored"),
        pytest.param(without(5), {"lost"}, id="a note that is not stored"),
        pytest.param(
            phones("re: one", "from an agent"), {"lost"}, id="sent and not on the phone"
        ),
        pytest.param(
            phones("re: one", "re: one", "re: two", "from an agent"), {"doubled"},
            id="on the phone twice",
        ),
        pytest.param(
            phones("re: two", "re: one", "from an agent"), {"order"}, id="arrived in another order"
        ),
        pytest.param(
            phones("re: one", "re: two", "from an agent", "what?"), {"stranger"},
            id="on the phone and nobody wrote it",
        ),
        pytest.param(changed(4, delivery="queued"), {"unfinished"}, id="never left"),
        pytest.param(changed(4, delivery="sending"), {"unfinished"}, id="still sending"),
        pytest.param(changed(4, delivery="unknown"), {"state"}, id="unknown for no reason"),
        pytest.param(changed(7, delivery="unknown"), {"state"}, id="unknown on our own channel"),
        pytest.param(
            changed(4, delivery="failed"), {"state"}, id="failed and on the phone all the same"
        ),
        pytest.param(
            replace(FOUND, own={"victor": []}), {"lost"}, id="the visitor does not see it"
        ),
        pytest.param(
            replace(FOUND, widgets={"victor": ["three"]}), {"widget"}, id="an open window missed it"
        ),
        pytest.param(
            replace(FOUND, live={e.id: e for e in API[1:]}), {"live"}, id="never shown live"
        ),
        pytest.param(
            replace(FOUND, live={**FOUND.live, API[4].id: replace(API[4], delivery="queued")}),
            {"live"},
            id="a receipt that was never shown live",
        ),
        pytest.param(
            replace(FOUND, live={**FOUND.live, "x": API[4]}), {"live"}, id="shown and not there"
        ),
        pytest.param(
            replace(FOUND, live_wrong=["an event came twice"]), {"live"}, id="told twice"
        ),
        pytest.param(
            replace(FOUND, letters=[Letter("router/p03", "KeyError")]), {"dead letter"},
            id="a dead letter without a cause",
        ),
        pytest.param(
            replace(FOUND, undelivered={"shop": 2}), {"undelivered"}, id="left at the platform"
        ),
        pytest.param(
            replace(FOUND, conversations={**FOUND.conversations, "c-x": "eve"},
                    api=[*API, Entry("x", "c-x", "inbound", "hello")]),
            {"stranger", "live"},
            id="a thread of nobody",
        ),
    ],
)  # fmt: skip
def test_the_ledger_sees(found: Found, expected: set[str]) -> None:
    assert kinds(found) == expected


def test_answers_in_another_order_than_the_messages_are_seen() -> None:
    assert "order" in kinds(ANSWERS_SWAPPED)


def test_a_message_that_was_never_accepted_is_lost() -> None:
    given = ledger()
    given.written[0].accepted = False

    assert kinds(FOUND, given=given) == {"lost"}


@pytest.mark.parametrize(
    "state, said", [("unanswered", ""), ("refused", "not now"), ("done", "another outcome")]
)
def test_a_command_that_is_not_done_or_was_told_otherwise_is_wrong(state: str, said: str) -> None:
    given = ledger()
    given.asked[0].state, given.asked[0].said = state, said

    assert kinds(FOUND, given=given) == {"command"}


def test_deeds_of_an_author_stand_in_the_order_in_which_they_were_done() -> None:
    given = ledger()
    given.asked.reverse()

    assert kinds(FOUND, given=given) == {"order"}


@pytest.mark.parametrize("shown", [("re: one", "re: two"), ("re: one", "re: two", "from an agent")])
def test_unknown_after_a_call_that_hung_may_have_arrived_or_not(shown: tuple[str, ...]) -> None:
    found = replace(changed(4, delivery="unknown"), phones={**FOUND.phones, "anna": shown})

    assert kinds(found, HANG) == set()


def test_failed_after_a_refusal_is_right_when_it_is_not_on_the_phone() -> None:
    found = replace(
        changed(4, delivery="failed"), phones={**FOUND.phones, "anna": ["re: one", "re: two"]}
    )

    assert kinds(found, REFUSED) == set()
    assert kinds(found, HANG) == {"state"}


def test_a_message_in_quarantine_is_not_lost_when_the_platform_spoiled_it() -> None:
    letter = Letter("intake/shop", "no chat", '{"message": {"text": "two"}}')
    api = [entry for entry in API if not entry.text.endswith("two")]
    found = replace(
        FOUND,
        api=api,
        live={entry.id: entry for entry in api},
        phones={**FOUND.phones, "anna": ["re: one", "from an agent"]},
        letters=[letter],
    )

    assert kinds(found, MALFORMED) == set()
    assert kinds(found) == {"dead letter"}
    assert kinds(replace(found, letters=[letter, letter]), MALFORMED) == {"dead letter"}
