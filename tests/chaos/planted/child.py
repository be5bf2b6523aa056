"""What stands behind ``python -m`` for a hub with a planted fault: ``<fault> [kill]``."""

import sys

from tests.support.stand_in import stand_in

if __name__ == "__main__":
    stand_in("tests.chaos.planted.hub", sys.argv[1:])
