# ruff: noqa: S101 - a suite of tests asserts
"""The contract as tests: whoever inherits them and names a folder or cases gets them all."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import sending, suite
from connectors.contract.cases import Case, Recorded
from connectors.contract.folder import case_in
from connectors.registry import type_info
from shared.delivery.measure import measure
from shared.delivery.plan import plan
from shared.errors import HubError
from shared.model.content import Content

_HEAVY = frozenset({"aiogram", "aiohttp", "vk_api", "requests", "imap_tools", "aiosmtplib"})
_CHECKS = (HealthCheck.function_scoped_fixture, HealthCheck.differing_executors)
_LONG_TEXT = 10_000

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


class ConnectorContract:
    """What every connector must keep. Inherit it, and name the ``folder`` of one."""

    folder: ClassVar[Path | None] = None

    @classmethod
    def cases(cls) -> Sequence[Case]:
        """The connectors that are looked at. Raises ``BadRequest`` when the folder holds none."""
        return [] if cls.folder is None else [case_in(cls.folder)]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each connector, and for each of its payloads or faults."""
        cases = self.cases()
        wanted = set(metafunc.fixturenames)
        if "recorded" in wanted:
            pairs = [(case, recorded) for case in cases for recorded in case.payloads]
            names = [f"{case.name}-{recorded.name}" for case, recorded in pairs]
            metafunc.parametrize(("case", "recorded"), pairs, ids=names)
        elif "signed" in wanted:
            hooks = [case for case in cases if case.manifest.webhooks]
            pairs = [(case, signed) for case in hooks for signed in case.payloads]
            names = [f"{case.name}-{signed.name}" for case, signed in pairs]
            metafunc.parametrize(("case", "signed"), pairs, ids=names)
        elif "fault" in wanted:
            simulated = [case for case in cases if case.manifest.simulator is not None]
            triples = [(case, *one) for case in simulated for one in sending.MEANINGS.items()]
            names = [f"{case.name}-{fault}" for case, fault, _ in triples]
            metafunc.parametrize(("case", "fault", "meaning"), triples, ids=names)
        elif "simulated" in wanted:
            simulated = [case for case in cases if case.manifest.simulator is not None]
            metafunc.parametrize("simulated", simulated, ids=[case.name for case in simulated])
        elif "case" in wanted:
            metafunc.parametrize("case", cases, ids=[case.name for case in cases])

    @pytest.fixture(autouse=True)
    def _no_collecting_at_the_end_of_the_stack(self) -> Iterator[None]:
        """Hypothesis times the garbage collector in a callback, which itself breaks (and warns)
        when a collection begins while an absurdly deep payload has used up the stack."""
        gc.disable()
        yield
        gc.enable()

    def test_it_has_recorded_payloads(self, case: Case) -> None:
        assert case.payloads or not (case.manifest.pulls or case.manifest.webhooks)

    def test_a_manifest_is_read_without_the_platforms_library(self, case: Case) -> None:
        module = case.manifest.settings.__module__
        script = (
            f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
        )

        done = subprocess.run(  # noqa: S603 - our own interpreter and a module's name
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

        assert _HEAVY & set(done.stdout.split()) == set()

    def test_settings_refuse_what_they_do_not_know_and_explain_the_rest(self, case: Case) -> None:
        suite.check_settings(case)

    def test_secret_settings_are_marked_for_whoever_stores_them(self, case: Case) -> None:
        properties = type_info(case.manifest).settings_schema["properties"]

        marked = {name for name, schema in properties.items() if schema.get("writeOnly")}

        assert marked == set(case.manifest.secret_fields())

    def test_what_makes_up_the_account_are_settings(self, case: Case) -> None:
        unknown = set(case.manifest.exclusive) - set(case.manifest.settings.model_fields)

        assert not unknown, f"exclusive names what is no setting: {sorted(unknown)}"

    def test_capabilities_make_sense_together(self, case: Case) -> None:
        suite.check_capabilities(case.manifest.capabilities)

    @given(text=st.text(max_size=600))
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=_CHECKS)
    def test_planned_parts_fit_the_channel(self, case: Case, text: str) -> None:
        # A channel that takes whole books is split by the same rules as one that takes pages.
        most = min(case.manifest.capabilities.max_text, _LONG_TEXT)
        capabilities = case.manifest.capabilities.model_copy(update={"max_text": most})
        long_text = f"a {text} " * (1 + 2 * capabilities.max_text // (len(text) + 3))

        parts = plan(Content(text=long_text), capabilities)

        sizes = [measure(part.text, capabilities.text_unit) for part in parts]
        assert max(sizes) <= capabilities.max_text

    @pytest.mark.asyncio
    async def test_a_recorded_payload_gives_the_recorded_events(
        self, case: Case, recorded: Recorded
    ) -> None:
        async with case.opened() as connector:
            suite.check_recorded(case, connector, recorded)
            suite.check_says_something(case, connector, recorded)

    @pytest.mark.asyncio
    async def test_what_is_published_is_read_as_it_was_written(
        self, case: Case, recorded: Recorded
    ) -> None:
        async with case.opened() as connector:
            suite.check_round_trip(case, connector, recorded)

    @pytest.mark.asyncio
    async def test_odd_values_parse_or_are_refused(self, case: Case, recorded: Recorded) -> None:
        async with case.opened() as connector:
            suite.check_odd_leaves(case, connector, recorded)

    @pytest.mark.asyncio
    async def test_a_request_with_a_wrong_signature_is_refused(
        self, case: Case, signed: Recorded
    ) -> None:
        async with case.opened() as connector:
            suite.check_signature(case, connector, signed)

    @given(body=st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()))
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=_CHECKS)
    @pytest.mark.asyncio
    async def test_any_bytes_parse_or_are_refused(self, case: Case, body: bytes) -> None:
        async with case.opened() as connector:
            suite.check_any_bytes(case, connector, body)

    @pytest.mark.asyncio
    async def test_no_secret_is_shown_or_logged(self, case: Case) -> None:
        async with case.opened() as connector:
            suite.check_secrets_stay(case, connector)

    @pytest.mark.asyncio
    async def test_whoever_is_written_to_first_is_found_by_an_address(self, case: Case) -> None:
        async with case.opened() as connector:
            suite.check_reach(case, connector)

    @pytest.mark.asyncio
    async def test_what_is_sent_arrives(self, simulated: Case) -> None:
        async with sending.line(simulated) as line:
            await sending.check_sends(line)

    @pytest.mark.asyncio
    async def test_a_repeat_that_is_said_to_be_sent_once_is(self, simulated: Case) -> None:
        async with sending.line(simulated) as line:
            await sending.check_repeats(line)

    @pytest.mark.asyncio
    async def test_a_mark_of_the_platform_names_what_was_sent(self, simulated: Case) -> None:
        async with sending.line(simulated) as line:
            await sending.check_marks(line)

    @pytest.mark.asyncio
    async def test_the_account_of_the_simulator_is_found_well(self, simulated: Case) -> None:
        async with sending.line(simulated) as line:
            await sending.check_account(line)

    @pytest.mark.asyncio
    async def test_a_cancelled_send_ends(self, simulated: Case) -> None:
        async with sending.line(simulated) as line:
            await sending.check_cancels(line)

    @pytest.mark.asyncio
    async def test_each_answer_of_the_platform_has_one_meaning(
        self, case: Case, fault: str, meaning: type[HubError]
    ) -> None:
        async with sending.line(case) as line:
            await sending.check_meaning(line, fault, meaning)
