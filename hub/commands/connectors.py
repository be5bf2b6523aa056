"""`hub connector`: channel types of one's own, from an empty folder to a tested package."""

import asyncio
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

import connectors
from hub.commands.running import fail
from shared.errors import HubError
from shared.webhooks.signing import new_secret

app = typer.Typer(help="Channel types of your own.", no_args_is_help=True)

_SKELETON: Final = Path(__file__).parents[1] / "skeleton"
_SUITE: Final = Path(connectors.__file__).parent / "contract" / "test_folder.py"
_ROOT: Final = Path(connectors.__file__).parents[1]
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,29}")
_TESTED_WITH: Final = ("pytest", "pytest-asyncio", "hypothesis")
_FOLDER: Final = "HUB_TEST_CONNECTOR_FOLDER"


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The type's name: a-z, 0-9 and _, such as acme_sms.")],
    path: Annotated[
        Path | None, typer.Option("--path", help="Where to write it; ./hub-NAME if not given.")
    ] = None,
) -> None:
    """Write a working connector with its simulator and tests, to be turned into yours."""
    if not _NAME.fullmatch(name):
        raise fail(f"{name!r} cannot be a type's name: use a-z, 0-9 and _, a letter first")
    from connectors.registry import Registry  # with the HTTP library: only who asks pays for it

    if any(name == known for known in Registry.discover().manifests()):
        raise fail(f"there is a channel type {name} already")
    folder = path or Path(f"hub-{name.replace('_', '-')}")
    if folder.exists() and any(folder.iterdir()):
        raise fail(f"{folder} is there already and not empty")
    for source in sorted(_SKELETON.rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            target = folder / _named(str(source.relative_to(_SKELETON)), name)
            if target.name == "gitignore":
                target = target.with_name(".gitignore")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            target.write_text(_named(text, name), encoding="utf-8")
    typer.echo(f"wrote {folder}: see its README.md")
    typer.echo(f"hub connector test {folder}   runs the contract suite against it")
    typer.echo(f"pip install --no-deps -e {folder}   lets the hub find it at its next start")


def _named(text: str, name: str) -> str:
    """The skeleton's text with another name in its place."""
    words = name.split("_")
    for old, put in (
        ("hub-example", f"hub-{'-'.join(words)}"),
        ("Example", "".join(word.capitalize() for word in words)),
        ("example", name),
    ):
        text = text.replace(old, put)
    return text


def _needs_tests() -> None:
    missing = [name for name in _TESTED_WITH if not find_spec(name.replace("-", "_"))]
    if missing:
        raise fail(f"{', '.join(missing)}: not installed; pip install {' '.join(_TESTED_WITH)}")


def _needs_manifest(path: Path) -> None:
    from connectors.contract.folder import manifest_path

    try:
        manifest_path(path)
    except HubError as error:
        raise fail(str(error)) from None


@app.command("test", context_settings={"ignore_unknown_options": True})
def run_suite(
    path: Annotated[Path, typer.Argument(help="The folder that holds the connector's package.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="What else pytest is told, such as -x or -k send.")
    ] = None,
) -> None:
    """Run the contract suite, and the folder's own tests, against a connector."""
    _needs_tests()
    folder = path.resolve()
    if not folder.is_dir():
        raise fail(f"there is no folder {path}")
    _needs_manifest(path)
    own = folder / "tests"
    tests = own if any(own.glob("test_*.py")) else _SUITE
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib"]
    command += ["-p", "no:cacheprovider", "--tb=short"]
    command += ["-p", "connectors.contract.plugin", str(tests), *(arguments or ())]
    search = [str(folder), str(_ROOT), os.environ.get("PYTHONPATH", "")]
    environ = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, search)),
        _FOLDER: str(folder),
    }
    ended = subprocess.run(command, cwd=folder, env=environ, check=False)  # noqa: S603 - pytest, told by whoever typed it
    raise typer.Exit(ended.returncode)


@app.command("parse")
def parse(
    path: Annotated[Path, typer.Argument(help="The folder that holds the connector's package.")],
    payload: Annotated[
        Path, typer.Argument(help="A recorded payload, here or in the folder: tests/inbound/a.json")
    ],
    write: Annotated[
        bool, typer.Option("--write", help="Put it into the payload's file, as `expected`.")
    ] = False,
) -> None:
    """Show what a connector says of a recorded payload, as its `expected` is written."""
    _needs_tests()
    from connectors.contract.folder import case_in
    from connectors.contract.showing import expected_of

    file = payload if payload.exists() else path / payload
    try:
        said = asyncio.run(expected_of(case_in(path), file))
    except (HubError, OSError, ValueError) as error:
        raise fail(str(error)) from None
    except Exception as error:
        # The connector is being written: what is wrong with it is no fault of this command's.
        raise fail(f"the connector raised {type(error).__name__}: {error}") from error
    typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
    if write:
        recorded = json.loads(file.read_text(encoding="utf-8")) | {"expected": said}
        text = json.dumps(recorded, indent=2, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")


@app.command("secret")
def secret() -> None:
    """Make a signing secret for a webhook channel."""
    typer.echo(new_secret())


@app.command("reference")
def reference() -> None:
    """What a connector imports, as the Markdown of docs/connector-reference.md."""
    from connectors.reference import reference_page

    typer.echo(reference_page(), nl=False)


@app.command("table")
def table() -> None:
    """What each channel type can do, as the Markdown of docs/capabilities.md."""
    from connectors.capability_table import capability_table
    from connectors.registry import Registry

    typer.echo(capability_table(Registry.discover().manifests().values()), nl=False)
