"""The MongoDB wire server, as a process of its own: port and folder are its arguments."""

import sys
import threading

from secantus import SecantusDBServer  # type: ignore[import-untyped]  # it brings no types

TRANSACTION_LIMIT_S = 2.0
"""As docker-compose.yml sets it: what a killed process left open holds others up for so long."""


def main(port: str, storage_path: str) -> None:
    """Serve until killed."""
    with SecantusDBServer(
        port=int(port),
        storage_path=storage_path,
        enable_test_commands=False,
        transaction_lifetime_seconds=TRANSACTION_LIMIT_S,
    ):
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
