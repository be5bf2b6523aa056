"""A look at the port where mail is handed over: open to our own channel, free, or somebody's."""

import asyncio
import ssl
from contextlib import suppress
from typing import Final

from connectors.base import CheckItem
from connectors.email.certificate import Certificate
from connectors.email.manifest import EmailSettings
from connectors.email.reception import bound, greeting
from shared.errors import ChannelBroken, HubError

_LIMIT_S: Final = 5.0
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, never bound


async def door(settings: EmailSettings) -> CheckItem:
    """Whether mail servers reach us where the settings say. Changes nothing."""
    name, where = "listening", f"{settings.listen_host} port {settings.listen_port}"
    try:
        if settings.listen_tls != "none":
            Certificate(settings.listen_certificate, settings.listen_key)
        bound(settings).close()
    except ChannelBroken as error:
        return CheckItem(name, ok=False, detail=str(error), remedy="Look at the settings.")
    except HubError as error:
        if await _is_ours(settings):
            return CheckItem(name, ok=True, detail=f"the hub takes mail on {where}")
        remedy = "Choose another port, or end the program that has it."
        return CheckItem(name, ok=False, detail=str(error), remedy=remedy)
    return CheckItem(name, ok=True, detail=f"{where} is free; a channel that is on listens there")


async def _is_ours(settings: EmailSettings) -> bool:
    """Whether whoever listens there greets as this channel does."""
    host = _ANYWHERE.get(settings.listen_host, settings.listen_host)
    context = None
    if settings.listen_tls == "tls":
        # Our own machine: whether others trust the certificate is theirs to see.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(_LIMIT_S):
            reader, writer = await asyncio.open_connection(host, settings.listen_port, ssl=context)
            try:
                said = await reader.readline()
                writer.write(b"QUIT\r\n")
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    return said.decode("ascii", "replace").strip() == greeting(settings)
