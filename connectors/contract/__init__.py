"""The contract suite that every connector is held to; it needs the extra ``omnihub[connectors]``.

A test module of a connector's own package needs these lines and no more:

    from pathlib import Path

    from connectors.contract import ConnectorContract


    class TestContract(ConnectorContract):
        folder = Path(__file__).parents[1]
"""

from connectors.contract.cases import Case, Recorded
from connectors.contract.tests import ConnectorContract

__all__ = ["Case", "ConnectorContract", "Recorded"]
