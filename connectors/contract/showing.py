"""What a connector says of one payload, for whoever records payloads."""

from pathlib import Path
from typing import Any

from connectors.contract.cases import Case, recorded_at
from connectors.contract.suite import parsed, shown


async def expected_of(case: Case, path: Path) -> dict[str, Any]:
    """The ``expected`` of a recorded payload.

    Raises ``BadPayload``, ``OSError`` and ``ValueError``.
    """
    recorded = recorded_at(path)
    async with case.opened() as connector:
        return shown(parsed(case, connector, recorded.body))
