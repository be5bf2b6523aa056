"""Kinds of settings: addresses, lines, and how mail arrives."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

_MIB: Final = 1024 * 1024
_ADDRESS: Final = re.compile(r"[^@\s<>\",;:\\]{1,64}@[^@\s<>\",;:\\]{1,255}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
Tls = Literal["tls", "starttls", "none"]


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("an address such as support@example.com")
    local, _, domain = value.partition("@")
    return f"{local}@{domain.lower()}"


def _line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("one line without control characters")
    return value.strip()


def _endpoint(value: str | None) -> str | None:
    if value is not None and not re.match(r"https?://[^/@\s]+(/|$)", value):
        raise ValueError("an address such as https://oauth2.googleapis.com/token")
    return value


Mailbox = Annotated[str, AfterValidator(_address)]
Line = Annotated[str, AfterValidator(_line)]
Endpoint = Annotated[str | None, AfterValidator(_endpoint)]

ReceiveBy = Annotated[
    Literal["imap", "smtp", "lmtp"],
    Field(
        title="How mail arrives",
        description=(
            "imap: the hub reads the mailbox at your provider. smtp or lmtp: your own mail server"
            " hands each mail over to the hub, which listens on a port."
        ),
    ),
]
ListenHost = Annotated[
    Line,
    Field(
        min_length=1,
        max_length=253,
        title="Address to listen on",
        description=(
            "For smtp and lmtp. 127.0.0.1: only this machine. 0.0.0.0 or an address of this machine"
            " opens the port to others: let only your mail server reach it."
        ),
    ),
]
ListenPort = Annotated[
    int,
    Field(
        ge=1,
        le=65535,
        title="Port to listen on",
        description="For smtp and lmtp. Every such channel needs a port of its own.",
    ),
]
ListenTls = Annotated[
    Tls,
    Field(
        title="Encryption of what arrives",
        description=(
            "For smtp and lmtp: none within this machine or your own network, starttls, or tls from"
            " the first byte. With starttls nothing is taken before the line is encrypted."
        ),
    ),
]
ListenFile = Annotated[
    Line,
    Field(
        max_length=1000,
        title="Certificate file",
        description=(
            "For encryption of what arrives: a PEM file on the hub's machine with the certificate"
            " and those above it. A renewed file is noticed."
        ),
    ),
]
ListenKeyFile = Annotated[
    Line,
    Field(
        max_length=1000,
        title="Key file",
        description="The certificate's private key, a PEM file on the hub's machine.",
    ),
]
ListenBytes = Annotated[
    int,
    Field(
        ge=64 * 1024,
        le=50 * _MIB,
        title="Biggest mail that may arrive, bytes",
        description="For smtp and lmtp: a bigger one is refused, and its sender is told.",
    ),
]
