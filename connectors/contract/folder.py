"""A connector in a folder, installed or not, inside this repository or not."""

import importlib
import sys
from pathlib import Path
from typing import Final

from connectors.contract.cases import Case, case_of
from connectors.manifest import Manifest
from shared.errors import BadRequest

_PLACES: Final = ("manifest.py", "*/manifest.py", "src/*/manifest.py")


def case_in(folder: Path) -> Case:
    """The connector of a folder, with the payloads recorded in its ``tests``.

    Raises ``BadRequest`` saying what the folder lacks.
    """
    manifest = manifest_in(folder)
    return case_of(manifest, recorded_for(folder.resolve(), manifest))


def manifest_in(folder: Path) -> Manifest:
    """The manifest of the one package in a folder. Raises ``BadRequest``."""
    path = manifest_path(folder)
    root, name = path.parent, "manifest"
    while (root / "__init__.py").exists():
        root, name = root.parent, f"{root.name}.{name}"
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        manifest = importlib.import_module(name).MANIFEST
    except (ImportError, AttributeError) as error:
        raise BadRequest(f"{path} cannot be read: {error}") from None
    if not isinstance(manifest, Manifest):
        raise BadRequest(f"MANIFEST in {path} is no Manifest")
    return manifest


def manifest_path(folder: Path) -> Path:
    """Where the folder's manifest is. Raises ``BadRequest`` unless there is exactly one."""
    whole = folder.resolve()
    found = [path for place in _PLACES for path in sorted(whole.glob(place))]
    if len(found) != 1:
        how_many = "no" if not found else "more than one"
        raise BadRequest(f"{folder} holds {how_many} package with a manifest.py", field="path")
    return found[0]


def recorded_for(folder: Path, manifest: Manifest) -> Path:
    """The folder of ``settings.json`` and ``inbound/``: ``tests`` beside the package, or
    ``tests/connectors/<type>`` further up. Raises ``BadRequest``."""
    places = [folder / "tests"]
    places += [up / "tests" / "connectors" / manifest.channel_type for up in folder.parents]
    for place in places:
        if (place / "settings.json").exists():
            return place
    raise BadRequest(f"{folder / 'tests' / 'settings.json'} is not there: the settings for tests")
