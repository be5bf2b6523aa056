"""Every connector keeps the contract; a new one is found by its folder and needs no test code."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.manifest import Manifest
from connectors.registry import type_info
from shared.delivery.measure import measure
from shared.delivery.plan import plan
from shared.errors import HubError
from shared.model.content import Content
from tests.contracts.connectors import sending, suite
from tests.contracts.connectors.cases import (
    Case,
    Recorded,
    installed_cases,
    installed_manifests,
    recorded_in,
    sample_case,
)

MANIFESTS = installed_manifests()
CASES = [sample_case(), *installed_cases()]
PAYLOADS = [(case, recorded) for case in CASES for recorded in case.payloads]
SIMULATED = [case for case in CASES if case.manifest.simulator is not None]
MEANINGS = [
    (case, fault, meaning) for case in SIMULATED for fault, meaning in sending.MEANINGS.items()
]

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
by_payload = pytest.mark.parametrize(
    "case,recorded", PAYLOADS, ids=[f"{case.name}-{recorded.name}" for case, recorded in PAYLOADS]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.fixture(autouse=True)
def _no_collecting_at_the_end_of_the_stack() -> Iterator[None]:
    """Hypothesis times the garbage collector in a callback, which itself breaks (and warns) when a
    collection begins while an absurdly deep payload has used up the stack."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.channel_type)
def test_a_connector_has_recorded_settings_and_payloads(manifest: Manifest) -> None:
    folder = recorded_in(manifest)

    assert (folder / "settings.json").exists()
    assert list((folder / "inbound").glob("*.json")) or not (manifest.pulls or manifest.webhooks)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.channel_type)
def test_a_manifest_is_read_without_the_platforms_library(manifest: Manifest) -> None:
    name = f"connectors.{manifest.channel_type}.manifest"
    script = f"import sys, {name}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )

    heavy = {"aiogram", "aiohttp", "vk_api", "requests", "imap_tools", "aiosmtplib"}
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.channel_type)
def test_a_form_is_in_russian_too(manifest: Manifest) -> None:
    info = type_info(manifest)

    words = info.settings_words["ru"]

    assert words.keys() == info.settings_schema["properties"].keys()
    assert all(said.title and said.description for said in words.values())
    assert info.summary.keys() >= {"en", "ru"}


@by_case
def test_settings_refuse_what_they_do_not_know_and_explain_the_rest(case: Case) -> None:
    suite.check_settings(case)


@by_case
def test_secret_settings_are_marked_for_whoever_stores_them(case: Case) -> None:
    properties = type_info(case.manifest).settings_schema["properties"]

    marked = {name for name, schema in properties.items() if schema.get("writeOnly")}

    assert marked == set(case.manifest.secret_fields())


@by_case
def test_capabilities_make_sense_together(case: Case) -> None:
    suite.check_capabilities(case.manifest.capabilities)


@by_case
@given(text=st.text(max_size=600))
@settings(max_examples=25, deadline=None)
def test_planned_parts_fit_the_channel(case: Case, text: str) -> None:
    capabilities = case.manifest.capabilities
    long_text = f"a {text} " * (1 + 2 * capabilities.max_text // (len(text) + 3))

    parts = plan(Content(text=long_text), capabilities)

    sizes = [measure(part.text, capabilities.text_unit) for part in parts]
    assert max(sizes) <= capabilities.max_text


@by_payload
async def test_a_recorded_payload_gives_the_recorded_events(case: Case, recorded: Recorded) -> None:
    async with case.opened() as connector:
        suite.check_recorded(case, connector, recorded)
        suite.check_says_something(case, connector, recorded)


@by_payload
async def test_what_is_published_is_read_as_it_was_written(case: Case, recorded: Recorded) -> None:
    async with case.opened() as connector:
        suite.check_round_trip(case, connector, recorded)


@by_payload
async def test_odd_values_parse_or_are_refused(case: Case, recorded: Recorded) -> None:
    async with case.opened() as connector:
        suite.check_odd_leaves(case, connector, recorded)


@by_payload
async def test_a_request_with_a_wrong_signature_is_refused(case: Case, recorded: Recorded) -> None:
    if not case.manifest.webhooks:
        pytest.skip("this platform sends no webhooks")
    async with case.opened() as connector:
        suite.check_signature(case, connector, recorded)


@by_case
@given(body=st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_bytes_parse_or_are_refused(case: Case, body: bytes) -> None:
    async with case.opened() as connector:
        suite.check_any_bytes(case, connector, body)


@by_case
async def test_no_secret_is_shown_or_logged(case: Case) -> None:
    async with case.opened() as connector:
        suite.check_secrets_stay(case, connector)


@pytest.mark.parametrize("case", SIMULATED, ids=lambda case: case.name)
async def test_what_is_sent_arrives(case: Case) -> None:
    async with sending.line(case) as line:
        await sending.check_sends(line)


@pytest.mark.parametrize("case", SIMULATED, ids=lambda case: case.name)
async def test_a_cancelled_send_ends(case: Case) -> None:
    async with sending.line(case) as line:
        await sending.check_cancels(line)


@pytest.mark.parametrize(
    "case,fault,meaning", MEANINGS, ids=[f"{case.name}-{fault}" for case, fault, _ in MEANINGS]
)
async def test_each_answer_of_the_platform_has_one_meaning(
    case: Case, fault: str, meaning: type[HubError]
) -> None:
    async with sending.line(case) as line:
        await sending.check_meaning(line, fault, meaning)
