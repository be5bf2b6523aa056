"""Which version of the hub this is."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def hub_version() -> str:
    """The installed version; from a checkout the one that its ``pyproject.toml`` names."""
    try:
        return version("omnihub")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
    try:
        named = tomllib.loads(project.read_text(encoding="utf-8"))
        return str(named["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "unknown"
