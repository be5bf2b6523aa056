"""The virtual environment: made, filled from the hashed locks, and pointed at the checkout."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

from hub.bootstrap.checkout import Checkout
from hub.bootstrap.problem import Problem
from hub.bootstrap.pythons import Python, fitting, probe
from hub.bootstrap.steps import Step, digest_of, run_step, run_tool

RUNTIME = ""
DEVELOPMENT = "-dev"
NODE = "-node"

_NETWORK = "check that the network and the Python package index can be reached, then run it again"
_PIP_ENV = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_USER": "0",  # a user's own default would be refused inside an environment
    "PYTHONUTF8": "1",
}
_LAUNCHER = """\
#!/bin/sh
# The hub of this checkout. It names no path, so that the checkout can be moved.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "$here/python" -P -c \
'import sys; sys.argv[0] = "hub"; from hub.cli import main; sys.exit(main())' "$@"
"""


def make_environment(checkout: Checkout) -> Python:
    """Make ``.venv`` if there is none that fits; answer with its interpreter."""
    begun = checkout.stamps / "venv.begun"
    python = probe(str(checkout.python))
    if python is not None and python.fits and not begun.exists() and _has_pip(checkout):
        return python
    base = fitting()
    print(f"Making .venv with Python {base.version[0]}.{base.version[1]} ...", flush=True)
    _clear(checkout)
    begun.parent.mkdir(parents=True, exist_ok=True)
    begun.touch()
    run_tool(
        [base.path, "-m", "venv", checkout.venv],
        what="The virtual environment could not be made",
        remedy="remove .venv and run it again",
        log=checkout.logs / "venv.txt",
        cwd=checkout.root,
    )
    begun.unlink()
    made = probe(str(checkout.python))
    if made is None:
        raise Problem(f"{checkout.python} does not run", "remove .venv and run it again")
    return made


def install(checkout: Checkout, python: Python, lock: str) -> None:
    """Install what the lock ``requirements<lock>.lock`` names, each file checked by its hash.

    The locks are compiled so that they agree: installing one never undoes another.
    """
    file = checkout.lock_file(lock)
    step = Step(
        name=f"packages{lock}",
        says=f"Installing the Python packages of {file.name} (a minute or two) ...",
        digest=digest_of(str(python.version), file, root=checkout.root),
        outputs=(checkout.python,),
        do=lambda: run_tool(
            [
                checkout.python, "-m", "pip", "install", "--require-hashes", "--no-deps",
                "-r", file,
            ],
            what="The Python packages could not be installed",
            remedy=_NETWORK,
            log=checkout.logs / f"packages{lock}.txt",
            cwd=checkout.root,
            env=_PIP_ENV,
        ),
    )  # fmt: skip
    run_step(checkout.stamps, step)


def link_checkout(checkout: Checkout, python: Python) -> None:
    """Let the environment import the checkout from anywhere, and give it the ``hub`` command."""
    folder = site_packages(checkout, python)
    step = Step(
        name="checkout",
        says="Linking the checkout into .venv ...",
        digest=digest_of(str(python.version), str(checkout.root), _LAUNCHER, root=checkout.root),
        outputs=(folder / "omnihub.pth", checkout.hub),
        do=lambda: _link(checkout, folder),
    )
    run_step(checkout.stamps, step)


def site_packages(checkout: Checkout, python: Python) -> Path:
    """Where the environment keeps pure Python packages."""
    return checkout.venv / "lib" / "python{}.{}".format(*python.version) / "site-packages"


def _link(checkout: Checkout, folder: Path) -> None:
    # A line that begins with "import" is run. Plain ASCII: which encoding Python reads these files
    # in depends on its version and on the locale, and the path may hold any letters.
    (folder / "omnihub.pth").write_text(
        f"import sys; sys.path.append({str(checkout.root)!a})\n", encoding="ascii"
    )
    checkout.hub.write_text(_LAUNCHER, encoding="ascii")
    checkout.hub.chmod(checkout.hub.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def _has_pip(checkout: Checkout) -> bool:
    command = [str(checkout.python), "-c", "import pip"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _clear(checkout: Checkout) -> None:
    if checkout.venv.is_symlink():
        checkout.venv.unlink()
    elif checkout.venv.exists():
        shutil.rmtree(checkout.venv)
