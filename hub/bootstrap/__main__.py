"""``python3 -m hub.bootstrap COMMAND``: on a Python that fits, or by handing over to one."""

import os
import sys

from hub.bootstrap.problem import Problem
from hub.bootstrap.pythons import NEWEST, OLDEST, fitting


def main() -> int:
    """Run the command; every problem is one line on standard error and exit status 1."""
    try:
        if not OLDEST <= sys.version_info[:2] <= NEWEST:
            python = fitting().path
            os.execv(python, [python, "-m", "hub.bootstrap", *sys.argv[1:]])
        from hub.bootstrap.commands import run_command  # its syntax needs a Python that fits

        return run_command(sys.argv[1:])
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
