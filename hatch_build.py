"""Refuses to build a wheel that would lack the web UI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebUiHook(BuildHookInterface[Any]):
    """The web UI is built by npm before the wheel is; this only sees to it that it was."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises ``SystemExit`` with cause and remedy when the built UI is not there."""
        del build_data
        built = Path(self.root, "inbox", "web", "dist", "index.html")
        if version != "editable" and not built.is_file():
            raise SystemExit("The web UI is not built (inbox/web/dist): make wheel builds it first")
