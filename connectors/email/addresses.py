"""Addresses in the headers of a mail, read leniently. Pure."""

import re
from collections.abc import Iterable, Iterator
from email.utils import getaddresses
from typing import Final

from connectors.email.charset import storable
from connectors.email.headers import Headers, words
from shared.model.content import Address

_PLAUSIBLE: Final = re.compile(r"[^@\s<>\",;:\\()\[\]]{1,256}@[^@\s<>\",;:\\()]{1,256}")
_LONGEST: Final = 64 * 1024
_MOST: Final = 500
_NAME_MAX: Final = 300


def addresses(headers: Headers, *names: str) -> tuple[Address, ...]:
    """The addresses of these fields, in their order, each once; a group without any has none."""
    found: dict[str, Address] = {}
    for name in names:
        for address in _all_in(headers.all(name)):
            found.setdefault(address.email.lower(), address)
            if len(found) >= _MOST:
                return tuple(found.values())
    return tuple(found.values())


def first_address(headers: Headers, name: str) -> Address | None:
    """The address of a field that has one; of several such fields the first counts."""
    value = headers.plain(name)
    return None if value is None else next(_all_in([value]), None)


def canonical(email: str) -> str:
    """An address as it is compared: everybody's servers ignore the case."""
    return email.strip().lower()


def without_extension(email: str) -> str:
    """``name+anything@example.com`` as ``name@example.com``."""
    local, at, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _all_in(values: Iterable[str]) -> Iterator[Address]:
    for value in values:
        try:
            pairs = getaddresses([storable(value[:_LONGEST])])
        except (ValueError, IndexError, TypeError):
            pairs = []
        plausible = [(name, email) for name, email in pairs if _PLAUSIBLE.fullmatch(email)]
        if not plausible:
            plausible = [("", email) for email in _PLAUSIBLE.findall(value[:_LONGEST])][:_MOST]
        for name, email in plausible:
            local, _, domain = email.rpartition("@")
            shown = words(name).strip("\"' ")[:_NAME_MAX]
            yield Address(email=f"{local}@{domain.lower()}", name=shown or None)
