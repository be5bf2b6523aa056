"""Fixtures that every test has. Nothing imports this file."""

from __future__ import annotations

import socket
from typing import Any

import pytest

_ON_THIS_MACHINE = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - compared, not bound


@pytest.fixture(autouse=True)
def only_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave the machine, but for tests that are made for them."""
    if {"connected", "live"} & {mark.name for mark in request.node.iter_markers()}:
        return

    def guard(name: str) -> None:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not str(address[0]).startswith(_ON_THIS_MACHINE):
                raise ConnectionRefusedError(f"a test may not connect to {address[0]}")
            return real(self, address)

        monkeypatch.setattr(socket.socket, name, connect)

    guard("connect")
    guard("connect_ex")
