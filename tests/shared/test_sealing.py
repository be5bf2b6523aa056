"""Secrets at rest."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.errors import ChannelBroken
from shared.sealing import Seal, load_or_make_key


def test_what_is_sealed_is_opened_and_does_not_show() -> None:
    seal = Seal(SecretStr("a key"))

    sealed = seal.close({"token": "42:secret"})

    assert "42:secret" not in sealed
    assert seal.open(sealed) == {"token": "42:secret"}
    assert seal.open(None) == {}


def test_another_key_says_what_to_do() -> None:
    sealed = Seal(SecretStr("a key")).close({"token": "x"})

    with pytest.raises(ChannelBroken, match="HUB_SECRET_KEY"):
        Seal(SecretStr("another")).open(sealed)


def test_a_new_key_in_front_of_the_old_one_opens_both_and_derives_the_same() -> None:
    old, both = Seal(SecretStr("old")), Seal(SecretStr("new,old"))

    assert both.open(old.close({"token": "x"})) == {"token": "x"}
    assert both.open(both.close({"token": "y"})) == {"token": "y"}
    assert both.derive("hooks/shop") == old.derive("hooks/shop")
    assert both.derive("hooks/shop") != both.derive("hooks/other")


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    first = load_or_make_key(path)

    assert load_or_make_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
