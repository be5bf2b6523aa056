"""The contract suite; tests of the platform's own traps go into modules beside this one."""

from pathlib import Path

from connectors.contract import ConnectorContract


class TestContract(ConnectorContract):
    """What every connector of the hub must keep."""

    folder = Path(__file__).parents[1]
