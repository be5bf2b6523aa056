"""The rule for channel types finds what breaks it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from grimp import ImportGraph

from tests.house import ChannelTypeContract


def check(importer: str, imported: str) -> Sequence[tuple[str, str]]:
    """What the rule has against one import in a house of two channel types."""
    graph = ImportGraph()
    for module in (
        "connectors",
        "connectors.base",
        "connectors.intake",
        "connectors.pigeon",
        "connectors.pigeon.connector",
        "connectors.pigeon.manifest",
        "connectors.pigeonhole",
        "connectors.pigeonhole.manifest",
        "shared.ids",
    ):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    contract = ChannelTypeContract(
        name="A rule",
        session_options={"root_packages": ["connectors", "shared"]},
        contract_options={"container": "connectors", "allowed": ["base", "manifest"]},
    )
    illegal: Sequence[tuple[str, str]] = contract.check(graph, verbose=False).metadata["illegal"]
    return illegal


@pytest.mark.parametrize(
    "imported", ["connectors.base", "connectors.pigeon.manifest", "shared.ids"]
)
def test_a_connector_may_import_itself_the_port_and_what_is_shared(imported: str) -> None:
    assert check("connectors.pigeon.connector", imported) == []


@pytest.mark.parametrize("imported", ["connectors.intake", "connectors.pigeonhole.manifest"])
def test_a_connector_may_not_import_the_runtime_or_another_connector(imported: str) -> None:
    importer = "connectors.pigeon.connector"

    assert check(importer, imported) == [(importer, imported)]


def test_the_runtime_may_import_connectors() -> None:
    assert check("connectors.intake", "connectors.pigeon.manifest") == []
