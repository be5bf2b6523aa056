"""The channel types that the project ships, and the made-up one, as cases of the contract."""

from pathlib import Path

from connectors.contract.cases import Case, case_of
from connectors.manifest import Manifest
from connectors.registry import Registry

_RECORDED = Path(__file__).parents[2] / "connectors"
_SAMPLE = Path(__file__).parent / "sample" / "recorded"


def sample_case() -> Case:
    """The made-up platform."""
    from tests.contracts.connectors.sample.connector import connect
    from tests.contracts.connectors.sample.manifest import MANIFEST

    return case_of(MANIFEST, _SAMPLE, connect)


def installed_manifests() -> list[Manifest]:
    """Every channel type that the project ships."""
    return list(Registry.discover().manifests().values())


def recorded_in(manifest: Manifest) -> Path:
    """Where the payloads of a type are."""
    return _RECORDED / manifest.channel_type


def installed_cases() -> list[Case]:
    """The types that have recorded settings, connectors not imported yet."""
    return [
        case_of(manifest, recorded_in(manifest))
        for manifest in installed_manifests()
        if (recorded_in(manifest) / "settings.json").exists()
    ]
