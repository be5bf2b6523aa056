"""`hub connector`: from an empty folder to a package that keeps the contract."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors import api
from connectors.capability_table import capability_table
from connectors.reference import reference_page
from connectors.registry import Registry
from shared.webhooks.signing import checked_secret
from tests.support.hub_command import hub_command

ROOT = Path(__file__).parents[2]
SMS = ROOT / "docs" / "examples" / "sms"
SLOW_S = 120
"""Two processes are started, one after the other, and the machine may be busy."""
pytestmark = pytest.mark.timeout(SLOW_S)


async def test_a_new_connector_keeps_the_contract_as_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    written = await hub_command(tmp_path, "connector", "new", "acme_sms", "--path", str(folder))
    sources = text_in(folder)
    tested = await hub_command(tmp_path, "connector", "test", str(folder), limit_s=SLOW_S)

    assert written.status == 0, written.err
    assert tested.status == 0, tested.out + tested.err
    assert "class AcmeSmsConnector" in sources
    assert "xample" not in sources


async def test_a_fault_in_a_new_connector_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    await hub_command(tmp_path, "connector", "new", "acme", "--path", str(folder))
    connector = folder / "hub_acme" / "connector.py"
    text = connector.read_text()
    assert 'raise Unauthorised("the signature does not fit")' in text
    connector.write_text(text.replace('raise Unauthorised("the signature does not fit")', "return"))

    tested = await hub_command(
        tmp_path, "connector", "test", str(folder), "-x", "-k", "signature", limit_s=SLOW_S
    )

    assert tested.status == 1
    assert "was let in" in tested.out


async def test_the_worked_example_keeps_the_contract(tmp_path: Path) -> None:
    tested = await hub_command(tmp_path, "connector", "test", str(SMS), limit_s=SLOW_S)

    assert tested.status == 0, tested.out + tested.err


async def test_a_folder_of_the_checkout_is_tested_too(tmp_path: Path) -> None:
    folder = ROOT / "connectors" / "webhook"

    tested = await hub_command(
        tmp_path, "connector", "test", str(folder), "-k", "settings_refuse", limit_s=SLOW_S
    )

    assert tested.status == 0, tested.out + tested.err
    assert "1 passed" in tested.out


async def test_what_a_connector_says_of_a_payload_is_shown(tmp_path: Path) -> None:
    payload = SMS / "tests" / "inbound" / "delivered.json"

    shown = await hub_command(tmp_path, "connector", "parse", str(SMS), str(payload))

    assert shown.status == 0, shown.err
    assert json.loads(shown.out) == json.loads(payload.read_text())["expected"] | {"inbound": []}


async def test_a_folder_whose_tests_leave_the_contract_out_is_no_success(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    await hub_command(tmp_path, "connector", "new", "acme", "--path", str(folder))
    (folder / "tests" / "test_contract.py").write_text("def test_nothing() -> None: ...\n")

    tested = await hub_command(tmp_path, "connector", "test", str(folder), limit_s=SLOW_S)

    assert tested.status != 0
    assert "ConnectorContract" in tested.out + tested.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("new", "Acme Sms"), "cannot be a type's name"),
        (("new", "telegram"), "there is a channel type telegram already"),
        (("test", "nowhere"), "there is no folder nowhere"),
    ],
)
async def test_what_cannot_be_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = await hub_command(tmp_path, "connector", *arguments)

    assert ended.status == 1
    assert words in ended.err
    assert ended.err.count("\n") == 1


async def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    ended = await hub_command(tmp_path, "connector", "new", "acme", "--path", str(tmp_path))

    assert ended.status == 1
    assert names_in(tmp_path) == ["mine.txt"]


def text_in(folder: Path) -> str:
    """Everything that is written in a folder."""
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def names_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_a_secret_is_made_for_a_webhook_channel(tmp_path: Path) -> None:
    ended = await hub_command(tmp_path, "connector", "secret")

    assert checked_secret(SecretStr(ended.out.strip()))


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    written = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")

    assert written == capability_table(Registry.discover().manifests().values())


def test_the_reference_in_the_documentation_is_up_to_date() -> None:
    written = (ROOT / "docs" / "connector-reference.md").read_text(encoding="utf-8")

    assert written == reference_page()


def test_every_public_name_is_in_the_reference() -> None:
    page = reference_page()

    assert [name for name in api.__all__ if f"## {name}\n" not in page] == []


async def test_what_a_parser_says_is_written_into_the_payload(tmp_path: Path) -> None:
    folder = tmp_path / "hub-acme"
    await hub_command(tmp_path, "connector", "new", "acme", "--path", str(folder))
    payload = folder / "tests" / "inbound" / "message.json"
    before = json.loads(payload.read_text())
    payload.write_text(json.dumps({**before, "expected": {}}))

    ended = await hub_command(
        tmp_path, "connector", "parse", str(folder), "tests/inbound/message.json", "--write"
    )

    assert ended.status == 0
    assert json.loads(payload.read_text())["expected"]["inbound"] == before["expected"]["inbound"]


async def test_a_folder_without_a_package_is_named_in_one_line(tmp_path: Path) -> None:
    ended = await hub_command(tmp_path, "connector", "test", str(tmp_path))

    assert ended.status == 1
    assert "no package with a manifest.py" in ended.err
    assert ended.err.count("\n") == 1
