"""A bot as a program of its own: what it needs stands in the environment.

``BOT_URL`` is the hub's address, with the token in ``BOT_TOKEN``, or what ``hub bot add`` told of
the broker. ``BOT_PLACE`` names a file that keeps where the bot stands, over HTTP.
"""

import os
import sys
from pathlib import Path

from pydantic import SecretStr

from shared import log as logs
from shared.bots.kit import Bot
from shared.bots.runner import Answer, Runner
from shared.errors import HubError
from shared.process import Ending, run_until_told
from shared.runtime import Service, open_transport, running


def serve(bot: Bot) -> None:
    """Run the bot until SIGINT or SIGTERM. Blocks; ends the process where it cannot work."""
    logs.configure("info")
    url, token, place = (os.environ.get(name) for name in ("BOT_URL", "BOT_TOKEN", "BOT_PLACE"))
    if not url:
        sys.exit("BOT_URL: the hub's address, or that of the broker, is missing")
    try:
        serve_at(bot.name, bot.answer, url, token, Path(place) if place else None)
    except (HubError, OSError) as error:
        sys.exit(str(error))


def serve_at(name: str, answer: Answer, url: str, token: str | None, place: Path | None) -> None:
    """Run a bot until SIGINT or SIGTERM. Blocks. Raises ``HubError`` where it cannot work."""

    async def main(ending: Ending) -> None:
        secret = None if token is None else SecretStr(token)
        async with open_transport(SecretStr(url), token=secret, place=place) as transport:
            runner = Runner(name, answer, transport)
            async with running([Service(f"bot {name}", runner.run)]):
                await ending.wait()

    run_until_told(main)
