"""A pytest plugin: a run without a single contract test is no success."""

from collections.abc import Sequence

import pytest

from connectors.contract.tests import ConnectorContract


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Raises ``UsageError`` when nobody inherits the contract."""
    if not any(_is_contract(item) for item in items):
        raise pytest.UsageError(
            "no test of the folder inherits connectors.contract.ConnectorContract"
        )


def _is_contract(item: pytest.Item) -> bool:
    made_of = item.cls if isinstance(item, pytest.Function) else None
    return made_of is not None and issubclass(made_of, ConnectorContract)
