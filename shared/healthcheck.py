"""`python -m shared.healthcheck`: status 0 if the service of this container can work, else 1.

For images without curl; it asks ``/readyz`` on ``HUB_PORT`` and says what is broken.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException
from typing import Final

_LIMIT_S: Final = 2.5
_OK: Final = 200


def main() -> int:
    """Ask once; the exit status."""
    port = int(os.environ.get("HUB_PORT", "8080"))
    connection = HTTPConnection("127.0.0.1", port, timeout=_LIMIT_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        text, status = type(error).__name__, None
    else:
        status = answer.status
    finally:
        connection.close()
    sys.stdout.write(f"{text}\n")
    return 0 if status == _OK else 1


if __name__ == "__main__":
    sys.exit(main())
