"""Every connector keeps the contract; a new one is found by its folder and needs no test code."""

from collections.abc import Sequence

import pytest

from connectors.contract import Case, ConnectorContract
from connectors.manifest import Manifest
from connectors.registry import type_info
from tests.contracts.connectors.installed import (
    installed_cases,
    installed_manifests,
    recorded_in,
    sample_case,
)

MANIFESTS = installed_manifests()
CASES = [sample_case(), *installed_cases()]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.channel_type)
def test_a_connector_has_recorded_settings_and_payloads(manifest: Manifest) -> None:
    folder = recorded_in(manifest)

    assert (folder / "settings.json").exists()
    assert list((folder / "inbound").glob("*.json")) or not (manifest.pulls or manifest.webhooks)


class TestConnectors(ConnectorContract):
    """All that the project ships, and a made-up one."""

    @classmethod
    def cases(cls) -> Sequence[Case]:
        """Connectors are imported by their tests."""
        return CASES


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.channel_type)
def test_a_form_is_in_russian_too(manifest: Manifest) -> None:
    info = type_info(manifest)

    words = info.settings_words["ru"]

    assert words.keys() == info.settings_schema["properties"].keys()
    assert all(said.title and said.description for said in words.values())
    assert info.summary.keys() >= {"en", "ru"}
