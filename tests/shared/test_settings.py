"""Settings: the file, the environment, and what is wrong said in one line."""

import tomllib
from pathlib import Path

import pytest

from shared.errors import BadRequest
from shared.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / "config" / "hub.example.toml"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)


def test_the_example_names_every_setting_with_its_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = tomllib.loads(text)

    unnamed = [name for name in Settings.model_fields if f"{name} =" not in text]
    assert unnamed == []
    assert load_settings(config=EXAMPLE) == load_settings()
    assert set(shown) <= set(Settings.model_fields)


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('port = 1111\nhost = "127.0.0.2"\nundo_s = 3\n', encoding="utf-8")
    monkeypatch.setenv("HUB_PORT", "2222")
    monkeypatch.setenv("HUB_HOST", "127.0.0.3")

    settings = load_settings(config=file, overrides={"host": "127.0.0.4"})

    assert (settings.port, settings.host, settings.undo_s) == (2222, "127.0.0.4", 3)


def test_an_unknown_key_of_the_file_is_named_with_what_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("prot = 1\n", encoding="utf-8")

    with pytest.raises(BadRequest, match=r"unknown setting prot \(HUB_PROT\); did you mean port\?"):
        load_settings(config=file)


def test_an_unknown_key_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATADIR", "/somewhere")

    with pytest.raises(BadRequest, match="HUB_DATADIR"):
        load_settings()


@pytest.mark.parametrize(
    "line, named",
    [
        ("port = 70000", "port"),
        ('log_level = "loud"', "log_level"),
        ("undo_s = -1", "undo_s"),
        ('host = ["a"]', "host"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, line: str, named: str) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(line, encoding="utf-8")

    with pytest.raises(BadRequest, match=f"setting {named} "):
        load_settings(config=file)


def test_a_file_that_is_missing_or_no_toml_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("port =", encoding="utf-8")

    with pytest.raises(BadRequest, match="cannot read the settings file"):
        load_settings(config=tmp_path / "none.toml")
    with pytest.raises(BadRequest, match="is not TOML"):
        load_settings(config=broken)


def test_secrets_of_the_settings_do_not_show_in_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SECRET_KEY", "very-secret")
    monkeypatch.setenv("HUB_ADMIN_PASSWORD", "also-secret")

    shown = repr(load_settings()) + load_settings().model_dump_json()

    assert "very-secret" not in shown
    assert "also-secret" not in shown


def test_private_networks_are_a_list_of_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PRIVATE_NETWORKS", "10.1.0.0/16, fd00::/8")

    assert load_settings().private_networks == ("10.1.0.0/16", "fd00::/8")


def test_a_private_network_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PRIVATE_NETWORKS", "10.1.0.0/16,office")

    with pytest.raises(BadRequest, match=r"HUB_PRIVATE_NETWORKS.*office"):
        load_settings()
