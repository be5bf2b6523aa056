"""Channel types of other packages: found, and left out by name when they cannot be used."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.registry import Registry
from shared.ids import ChannelType

MANIFEST = """
from connectors.api import Capabilities, ChannelSettings, ChannelType, Manifest

MANIFEST = Manifest(
    channel_type=ChannelType("{name}"),
    title="Pigeon",
    summary={{"en": "By pigeon.", "ru": "Голубем."}},
    settings=ChannelSettings,
    capabilities=Capabilities(max_text=40),
    module="pigeons.connector",
)
"""
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts modules on the path and names them as entry points."""
    entries: list[EntryPoint] = []

    def found(*, group: str) -> list[EntryPoint]:
        assert group == "hub.connectors"
        return entries

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "entry_points", found)

    def installed(module: str, source: str, *, attribute: str = "MANIFEST") -> None:
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        entries.append(EntryPoint(module, f"{module}:{attribute}", "hub.connectors"))

    return installed


def test_an_installed_type_is_found(install: Install) -> None:
    install("pigeon_a", MANIFEST.format(name="pigeon"))

    found = Registry.discover()

    assert found.get(ChannelType("pigeon")) is not None
    assert found.unusable == ()


@pytest.mark.parametrize(
    "module, source, reason",
    [
        ("pigeon_b", "import no_such_library\n", "no_such_library"),
        ("pigeon_c", "raise SystemExit(3)\n", "SystemExit"),
        ("pigeon_d", "1 / 0\n", "ZeroDivisionError"),
        ("pigeon_e", "MANIFEST = 5\n", "names no Manifest"),
        ("pigeon_f", "", "MANIFEST"),
        ("pigeon_g", MANIFEST.format(name="telegram"), "there is a channel type telegram already"),
        ("pigeon_h", MANIFEST.format(name="hooks"), "cannot be the name of a channel type"),
        ("pigeon_i", MANIFEST.format(name="../x"), "cannot be the name of a channel type"),
    ],
)
def test_a_type_that_cannot_be_used_is_named_and_the_others_go_on(
    install: Install, module: str, source: str, reason: str
) -> None:
    install(module, source)
    install(f"{module}_well", MANIFEST.format(name="pigeon"))

    found = Registry.discover()

    (left_out,) = found.unusable
    assert left_out.name == module
    assert reason in left_out.reason
    assert {"pigeon", "telegram", "webhook"} <= set(found.manifests())


def test_the_doctor_names_what_cannot_be_used(install: Install) -> None:
    from hub.commands.doctor import _packages

    install("pigeon_j", "import no_such_library\n")

    (finding,) = _packages()

    assert finding.name == "channel type pigeon_j"
    assert not finding.ok
    assert "no_such_library" in finding.detail


def test_a_type_of_the_project_is_never_replaced(install: Install) -> None:
    before: Any = Registry.discover().get(ChannelType("telegram"))
    install("pigeon_k", MANIFEST.format(name="telegram"))

    assert Registry.discover().get(ChannelType("telegram")) is before
