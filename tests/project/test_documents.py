"""The documents say what the commands do."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "make run" in readme
    assert "make test" in readme


def test_every_variable_of_the_set_up_is_documented() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "hub" / "bootstrap").glob("*.py"))
    document = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")

    used = set(re.findall(r"\bHUB_[A-Z_]+", sources))

    assert {name for name in used if name not in document} == set()


def test_every_error_line_is_documented() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "hub" / "bootstrap").glob("*.py"))
    document = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")

    causes = re.findall(r'\b(?:Problem\(\s*f?|what=|Problem\(f)"([^"{]+)', sources)

    assert len(causes) > 5
    assert {cause for cause in causes if cause.strip() not in document} == set()
