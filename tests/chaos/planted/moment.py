"""The moment of a fault: one message of one customer."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

SAID: Final = "shop-00 says 2"
"""On Telegram."""
ANSWERED: Final = f"re: {SAID}"
ON_SITE: Final = "site-02 says 2"
AFTER_ON_SITE: Final = "site-02 says 3"


def speaks_of(text: str, values: Mapping[str, Any]) -> bool:
    """Whether this text stands somewhere in there as a whole."""
    return f'"{text}"' in json.dumps(dict(values), default=str)


def first_time(what: str) -> bool:
    """True once for this hub, over all its processes."""
    mark = Path(os.environ["HUB_DATA_DIR"]) / f"planted-{what}"
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def die() -> None:
    """As by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
