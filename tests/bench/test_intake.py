"""The intake's measurements: what is posted is real, and what came of it is judged rightly."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest
from yarl import URL

from connectors.base import RawRequest
from tests.bench.comparison import changes
from tests.bench.intake.mail import MAIL_BYTES, big_mail, mail_taken
from tests.bench.intake.measured import Measured, Round
from tests.bench.intake.parsing import connected, median_us
from tests.bench.intake.rounds import Load, measured_set_up
from tests.bench.intake.webhooks import KINDS, SETTINGS
from tests.bench.made_up import a_run, made_up
from tests.bench.results import Results
from tests.bench.set_ups import Node
from tests.bench.table import table

BROKER = (pytest.mark.broker, pytest.mark.xdist_group("broker"))

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("name", KINDS)
async def test_a_webhook_of_the_bench_is_let_in_and_brings_so_many_new_messages(name: str) -> None:
    kind = KINDS[name]
    found = []
    async with connected(kind.channel, dict(SETTINGS[kind.channel])) as connector:
        for number in range(2):
            headers, body = kind.make(number)
            lower = {key.lower(): value for key, value in headers.items()}
            connector.verify(RawRequest("POST", "/", {}, lower, body))
            parsed = [connector.parse(event) for event in connector.split(body)]
            found += [inbound for one in parsed for inbound in one.inbound]

    assert len({inbound.event_key for inbound in found}) == 2 * kind.messages
    assert all("zq" in inbound.content.text for inbound in found)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("services", marks=BROKER),
        pytest.param("embedded", marks=BROKER),
    ],
)
async def test_every_kind_of_webhook_is_taken(name: str, broker_url: str, tmp_path: Path) -> None:
    node = Node(broker_url, int(URL(broker_url).fragment), pid=None)
    numbers = count()

    few = Load(clients=2, warm_up_s=0.0, slices=1, slice_s=0.1, rounds=1)
    found = await measured_set_up(name, tmp_path / name, node, few, numbers)

    assert set(found) == set(KINDS)
    assert all(of["messages_per_s"] > 0 for of in found.values())
    assert all(of["bare_per_s"] > 0 for of in found.values())


async def test_an_event_is_read_and_timed() -> None:
    assert 0 < await median_us("vk", events=50) < 100_000


async def test_a_mail_of_ten_megabytes_is_taken_in_a_process_of_its_own() -> None:
    found = await mail_taken()

    assert len(big_mail()) == pytest.approx(MAIL_BYTES, rel=0.02)
    assert 0 < found["extra_mb"] < 150


def rates(bare: float = 1000, **services: float) -> Round:
    """One round: messages per second of each kind; a hundred of them in a request of one."""
    every = {"whatsapp": 900.0, "whatsapp_100": 5000.0, "telegram": 850.0, "vk": 800.0} | services

    def of(kind: str, value: float) -> Mapping[str, float]:
        requests = value / KINDS[kind].messages
        taken = {"messages_per_s": value, "requests_per_s": requests, "cpu_ms": 0.5}
        return taken | {"bare_per_s": bare}

    return {"services": {kind: of(kind, value) for kind, value in every.items()}}


def outcomes(measured: Measured) -> dict[str, str]:
    return {f"{one.target.set_up} {one.target.figure}": one.outcome for one in measured.judgements}


def test_webhooks_are_judged_by_messages_beside_the_baseline_that_took_turns() -> None:
    measured = Measured(rounds=[rates(), rates(500, vk=350), rates(2000, vk=1200)])

    assert measured.ratios["services"]["vk"] == 0.7
    assert measured.ratios["services"]["whatsapp_100"] == 5.0
    assert measured.request_ratios["services"]["whatsapp_100"] == pytest.approx(0.05)
    assert outcomes(measured) == {
        "services whatsapp": "goal met",
        "services whatsapp_100": "goal met",
        "services telegram": "goal met",
        "services vk": "FLOOR MISSED",
    }


@pytest.mark.parametrize("us, mb, outcome", [(199, 150, "goal met"), (201, 151, "FLOOR MISSED")])
def test_reading_is_judged_as_it_is(us: float, mb: float, outcome: str) -> None:
    measured = Measured(parse_us={"vk": us}, mail={"extra_mb": mb})

    assert outcomes(measured) == {"parse vk": outcome, "mail extra_mb": outcome}


def test_a_slow_baseline_makes_the_intake_void() -> None:
    assert Measured(rounds=[rates(200)]).void_because == []
    assert "199" in Measured(rounds=[rates(199)]).void_because[0]


def test_the_intake_stands_in_table_and_file_and_is_read_again() -> None:
    measured = Measured(rounds=[rates()], parse_us={"vk": 31.5}, mail={"extra_mb": 40.0})
    results = Results(
        {"bare": [a_run(400)]}, {}, machine=made_up().machine, intake=measured, full=False
    )

    again = Results.read(results.as_json())

    assert again.intake.ratios == measured.ratios
    assert "VK callbacks" in table(again)
    assert "0.85" in table(again)
    assert "median to read an event of VK, us" in table(again)


def test_results_of_before_the_intake_was_measured_are_read() -> None:
    text = made_up(bare=[a_run(400)]).as_json().replace('"intake"', '"something_else"')

    assert Results.read(text).intake == Measured()


def test_the_intake_is_compared_as_ratios_of_ratios() -> None:
    before = Results({}, {}, intake=Measured(rounds=[rates()]))
    now = Results({}, {}, intake=Measured(rounds=[rates(2000, telegram=3400)]))

    found = {change.figure: (change.times, change.words) for change in changes(before, now)}

    assert found["taken_telegram"] == (2.0, "better")
    assert found["taken_vk"] == (0.5, "worse")
