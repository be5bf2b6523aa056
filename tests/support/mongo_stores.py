"""MongoDB as an implementation of the store, for the contract suite.

``HUB_TEST_MONGO_URL`` names a real server; without it a wire server of its own is started by the
fixture ``mongo``, which puts its address there for the child processes of a test. A folder is a
database: opened again, it is a restart.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from yarl import URL

from shared.ports.store import Collection
from shared.store.mongo import MongoStore
from tests.support.places import place_of

MONGO_VARIABLE: Final = "HUB_TEST_MONGO_URL"
_TIMEOUT_S: Final = 20.0
"""The wire server is slow, and the tests' machine has other things to do."""


@asynccontextmanager
async def open_mongo(
    folder: Path, collections: Sequence[Collection[Any]]
) -> AsyncIterator[MongoStore]:
    """The store in a database of the folder's own."""
    url = URL(os.environ[MONGO_VARIABLE])
    name = place_of(folder)
    store = await MongoStore.open(str(url.with_path(f"/{name}")), timeout_s=_TIMEOUT_S)
    try:
        await store.prepare(collections)
        yield store
    finally:
        await store.close()
