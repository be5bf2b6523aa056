"""The contract suite that every connector is held to; it needs pytest, pytest-asyncio, hypothesis.

A test module of a connector's own package needs these lines and no more:

    from pathlib import Path

    from connectors.contract import ConnectorContract


    class TestContract(ConnectorContract):
        folder = Path(__file__).parents[1]
"""

import pytest

# Before they are imported: what differs is then shown, and not only that something does.
pytest.register_assert_rewrite("connectors.contract.sending", "connectors.contract.suite")

from connectors.contract.cases import Case, Recorded  # noqa: E402 - see above
from connectors.contract.tests import ConnectorContract  # noqa: E402 - see above

__all__ = ["Case", "ConnectorContract", "Recorded"]
