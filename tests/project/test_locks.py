"""The locks: hashed, of one mind, free of addresses, and of licences that may be shipped."""

from __future__ import annotations

import json
import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_OTHER_CLASSIFIERS = (
    "Development Status ::", "Environment ::", "Framework ::", "Intended Audience ::",
    "Natural Language ::", "Operating System ::", "Programming Language ::", "Topic ::",
    "Typing ::",
)  # fmt: skip
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]


def entries(name: str) -> list[str]:
    """The entries of a lock, each with its marker and hashes on one line."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> set[str]:
    """The entries of a lock without their hashes."""
    return {entry.split(" --hash", 1)[0].strip() for entry in entries(name)}


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences(distribution: Distribution) -> list[str]:
    """Everything that the metadata says about the licence."""
    metadata = distribution.metadata
    told: list[str] = []
    for field in ("License-Expression", "License", "Classifier"):
        told += metadata.get_all(field) or []
    # A field may hold the whole text of a licence; its first line names it.
    names = [licence.strip().partition("\n")[0] for licence in told]
    return [name for name in names if name and not name.startswith(_OTHER_CLASSIFIERS)]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    unsafe = [e for e in entries(name) if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:", e)]

    assert unsafe == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    assert "://" not in text
    assert "index-url" not in text


def test_the_locks_agree_so_that_installing_one_does_not_undo_the_other() -> None:
    runtime = {pin.split(" ;")[0].strip() for pin in pins("requirements.lock")}
    development = {pin.split(" ;")[0].strip() for pin in pins("requirements-dev.lock")}

    assert runtime - development == set()


def test_the_web_lock_holds_no_download_addresses() -> None:
    lock = json.loads((ROOT / "inbox" / "web" / "package-lock.json").read_text(encoding="utf-8"))

    downloaded = [name for name, package in lock["packages"].items() if "resolved" in package]

    assert downloaded == []


def test_no_package_that_is_shipped_has_a_gpl_licence() -> None:
    shipped = {entry.split("==")[0] for entry in entries("requirements.lock")}
    told = {
        normal(found.metadata["Name"]): licences(found)
        for found in distributions()
        if normal(found.metadata["Name"]) in shipped
    }

    # LGPL and AGPL are found as well: nothing that we ship needs an exception.
    gpl = {name: said for name, said in told.items() if re.search("GPL|General Public", str(said))}
    silent = [name for name, said in told.items() if not said]
    assert gpl == {}
    assert silent == []
    assert len(told) > len(shipped) / 2
