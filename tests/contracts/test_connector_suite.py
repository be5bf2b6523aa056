"""The connectors' contract suite bites: each planted fault is found by the check that is for it."""

import contextlib
from collections.abc import Callable

import pytest

from connectors.base import Connector
from connectors.contract import sending, suite
from connectors.contract.cases import Case, Recorded
from shared.errors import BadPayload, Throttled, Uncertain
from shared.model.channel import Capabilities, MediaLimit, RateLimit
from tests.contracts.connectors import faulty

Check = Callable[[Case, Connector, Recorded], None]

PAYLOAD_FAULTS: list[tuple[type, Check]] = [
    (faulty.LetsEverybodyIn, suite.check_signature),
    (faulty.SignsTheKeyOnly, suite.check_signature),
    (faulty.ComparesText, suite.check_signature),
    (faulty.TrustsTheShape, suite.check_odd_leaves),
    (faulty.TrustsTheClock, suite.check_odd_leaves),
    (faulty.DropsTheUnknown, suite.check_recorded),
    (faulty.ForgetsTheRaw, suite.check_says_something),
    (faulty.InventsKeys, suite.check_recorded),
    (faulty.TellsEchoes, suite.check_recorded),
    (faulty.CountsTwice, suite.check_recorded),
]
SECRET_FAULTS = [faulty.ShowsItself, faulty.LogsTheKey]
SENDING_FAULTS = [
    (faulty.RepeatsTheUncertain, "cut_after_write", Uncertain),
    (faulty.RepeatsTheUncertain, "502_html", Uncertain),
    (faulty.GivesUpOnThrottling, "429", Throttled),
    (faulty.LeaksTheForeignError, "500", Uncertain),
    (faulty.NamesTheToken, "500", Uncertain),
    (faulty.SendsNothing, "429", Throttled),
]


def found_by(check: Check, case: Case, connector: Connector) -> list[str]:
    """The recorded payloads on which the check finds something."""
    found = []
    for recorded in case.payloads:
        try:
            with contextlib.suppress(BadPayload):
                check(case, connector, recorded)
        except AssertionError:
            found.append(recorded.name)
    return found


@pytest.mark.parametrize("fault,check", PAYLOAD_FAULTS, ids=lambda value: value.__name__)
async def test_a_fault_in_reading_is_found(fault: faulty.Made, check: Check) -> None:
    case = faulty.with_fault(fault)

    async with case.opened() as connector:
        assert found_by(check, case, connector)


@pytest.mark.parametrize("fault", SECRET_FAULTS, ids=lambda value: value.__name__)
async def test_a_shown_secret_is_found(fault: faulty.Made) -> None:
    case = faulty.with_fault(fault)

    async with case.opened() as connector:
        with pytest.raises(AssertionError, match="a secret stands in"):
            suite.check_secrets_stay(case, connector)


@pytest.mark.parametrize(
    "fault,answer,meaning", SENDING_FAULTS, ids=lambda value: getattr(value, "__name__", value)
)
async def test_a_fault_in_sending_is_found(
    fault: faulty.Made, answer: str, meaning: type[Throttled | Uncertain]
) -> None:
    async with sending.line(faulty.with_fault(fault)) as line:
        with pytest.raises(AssertionError):
            await sending.check_meaning(line, answer, meaning)


async def test_a_message_that_never_left_is_found() -> None:
    async with sending.line(faulty.with_fault(faulty.SendsNothing)) as line:
        with pytest.raises(AssertionError):
            await sending.check_sends(line)


async def test_a_send_that_cannot_be_cancelled_is_found() -> None:
    async with sending.line(faulty.with_fault(faulty.SwallowsCancelling)) as line:
        with pytest.raises(AssertionError):
            await sending.check_cancels(line)


async def test_bytes_that_break_the_parser_are_found() -> None:
    case = faulty.with_fault(faulty.TrustsTheShape)

    async with case.opened() as connector:
        with pytest.raises(AssertionError, match=r"KeyError|TypeError"):
            suite.check_any_bytes(case, connector, b"{}")


@pytest.mark.parametrize(
    "capabilities",
    [
        Capabilities(max_text=0),
        Capabilities(max_text=100, max_caption=200),
        Capabilities(max_text=100, album_max=0),
        Capabilities(max_text=100, media=(MediaLimit(kind="file", max_bytes=0),)),
        Capabilities(max_text=100, rate_thread=RateLimit(count=0, per_s=1)),
    ],
)
def test_absurd_limits_are_found(capabilities: Capabilities) -> None:
    with pytest.raises(AssertionError):
        suite.check_capabilities(capabilities)
