"""The contract for a folder without tests of its own; ``HUB_TEST_CONNECTOR_FOLDER`` names it."""

import os
from pathlib import Path

from connectors.contract import ConnectorContract


class TestContract(ConnectorContract):
    """What every connector of the hub must keep."""

    folder = (
        Path(os.environ["HUB_TEST_CONNECTOR_FOLDER"])
        if "HUB_TEST_CONNECTOR_FOLDER" in os.environ
        else None
    )
