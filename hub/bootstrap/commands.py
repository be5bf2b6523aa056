"""The commands of the Makefile, on a Python that fits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.bootstrap.checkout import Checkout
from hub.bootstrap.checks import check_port, check_space, check_writable
from hub.bootstrap.foreground import hand_over
from hub.bootstrap.packages import DEVELOPMENT, RUNTIME, install, link_checkout, make_environment
from hub.bootstrap.parts import PARTS, provide_parts
from hub.bootstrap.problem import Problem
from hub.bootstrap.pythons import Python
from hub.bootstrap.secret_files import make_secrets
from hub.bootstrap.suite import run_suite
from hub.bootstrap.web import (
    build_web,
    has_web,
    install_web_packages,
    run_web_script,
    web_scripts,
)

_LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command;"
    " sys.exit(lint_imports_command())"
)
BROKER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def run_command(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names; its exit status.

    Raises ``Problem`` for whatever the person at the terminal has to put right first.
    """
    commands = {
        "run": _run,
        "services": _services,
        "secrets": _secrets,
        "test": _test,
        "chaos": _chaos,
        "crashes": _crashes,
        "bench": _bench,
        "check": _check,
        "wheel": _wheel,
        "tools": _tools,
    }
    command = commands.get(arguments[0]) if arguments else None
    if command is None:
        raise Problem("No such command", f"use one of {', '.join(commands)}")
    checkout = Checkout(Path(__file__).resolve().parents[2])
    try:
        return command(checkout, arguments[1:])
    except OSError as error:
        place = f" in {error.filename}" if error.filename else ""
        raise Problem(
            f"The system refuses{place} ({error.strerror})", "put that right and run it again"
        ) from None


def _run(checkout: Checkout, arguments: Sequence[str]) -> int:
    _check_writable(checkout)
    data = Path(os.environ.get("HUB_DATA_DIR") or checkout.root / ".data")
    check_writable(data, "the data", "choose another folder, HUB_DATA_DIR=/path make run")
    check_port(os.environ)
    with checkout.locked():
        python = _set_up(checkout, RUNTIME)
        if has_web(checkout):
            build_web(checkout, python)
    return hand_over([str(checkout.hub), "up", "--simulators", *arguments])


def _services(checkout: Checkout, arguments: Sequence[str]) -> int:
    _check_broker()
    with checkout.locked():
        python = _set_up(checkout, RUNTIME)
        if has_web(checkout):
            build_web(checkout, python)
    return hand_over([str(checkout.hub), "services", "--simulators", *arguments])


def _check_broker() -> None:
    if not BROKER.exists():
        raise Problem(
            f"RabbitMQ is missing ({BROKER})",
            "apt-get install --no-install-recommends rabbitmq-server",
        )


def _secrets(checkout: Checkout, arguments: Sequence[str]) -> int:
    del arguments
    made = make_secrets(checkout.root)
    for path in made:
        print(f"made {path.relative_to(checkout.root)}", flush=True)
    if not made:
        print("All secrets are there already", flush=True)
    return 0


def _test(checkout: Checkout, arguments: Sequence[str]) -> int:
    with checkout.locked():
        python = _set_up(checkout, DEVELOPMENT)
        web = has_web(checkout)
        if web:
            build_web(checkout, python)
        missing = provide_parts(os.environ, checkout.logs / "parts.txt")
    status = run_suite(checkout, missing, arguments)
    # With arguments of one's own only the tests that they name are wanted.
    if web and not arguments and "test" in web_scripts(checkout):
        install_web_packages(checkout, python)
        status = status or int(not run_web_script(checkout, python, "test"))
    return status


def _chaos(checkout: Checkout, arguments: Sequence[str]) -> int:
    return _with_broker(checkout, "tests.chaos", arguments, needed="embedded" not in arguments)


def _crashes(checkout: Checkout, arguments: Sequence[str]) -> int:
    needed = "services-sqlite" in arguments
    return _with_broker(checkout, "tests.chaos.crash_points", arguments, needed=needed)


def _bench(checkout: Checkout, arguments: Sequence[str]) -> int:
    return _with_broker(checkout, "tests.bench", arguments)


def _with_broker(
    checkout: Checkout, module: str, arguments: Sequence[str], *, needed: bool = True
) -> int:
    with checkout.locked():
        _set_up(checkout, DEVELOPMENT)
        if needed:
            parts = [part for part in PARTS if part.marker == "broker"]
            provide_parts(os.environ, checkout.logs / "parts.txt", parts)
            _check_broker()
    command = [str(checkout.python), "-m", module, *arguments]
    return subprocess.run(command, cwd=checkout.root, check=False).returncode


def _check(checkout: Checkout, arguments: Sequence[str]) -> int:
    del arguments
    with checkout.locked():
        python = _set_up(checkout, DEVELOPMENT)
        web = has_web(checkout) and "check" in web_scripts(checkout)
        if web:
            install_web_packages(checkout, python)
    failed = [name for name, tool in _CHECKS.items() if not _runs(checkout, name, tool)]
    if web:
        print("== web types", flush=True)
        failed += [] if run_web_script(checkout, python, "check") else ["web types"]
    if failed:
        raise Problem(f"Checks failed ({', '.join(failed)})", "what is wrong stands above")
    print("All checks passed", flush=True)
    return 0


_CHECKS: Mapping[str, Sequence[str]] = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "import-linter": ("-c", _LINT_IMPORTS, "--no-logo"),
}


def _runs(checkout: Checkout, name: str, tool: Sequence[str]) -> bool:
    print(f"== {name}", flush=True)
    command = [str(checkout.python), *tool]
    return subprocess.run(command, cwd=checkout.root, check=False).returncode == 0


def _wheel(checkout: Checkout, arguments: Sequence[str]) -> int:
    with checkout.locked():
        python = _set_up(checkout, DEVELOPMENT)
        if has_web(checkout):
            build_web(checkout, python)
    command = [str(checkout.python), "-m", "build", "--wheel", "--no-isolation", *arguments]
    return subprocess.run(command, cwd=checkout.root, check=False).returncode


def _tools(checkout: Checkout, arguments: Sequence[str]) -> int:
    del arguments
    with checkout.locked():
        _set_up(checkout, DEVELOPMENT)
    return 0


def _set_up(checkout: Checkout, lock: str) -> Python:
    """The environment with the packages of one lock and the checkout linked into it."""
    _check_writable(checkout)
    if not (checkout.stamps / f"packages{lock}").exists():
        check_space(checkout.root)
    python = make_environment(checkout)
    install(checkout, python, lock)
    link_checkout(checkout, python)
    return python


def _check_writable(checkout: Checkout) -> None:
    remedy = "make the checkout your own (chown) or clone it elsewhere"
    check_writable(checkout.root, "the set-up", remedy)
