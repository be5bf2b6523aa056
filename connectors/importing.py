"""Importing a module that may take seconds, without keeping the event loop or the end waiting."""

import asyncio
import importlib
import threading
from types import ModuleType


async def imported_aside(module: str) -> ModuleType:
    """The module, imported in a thread of its own. Raises whatever the import raises.

    The thread is a daemon and none of the loop's pool, which a process waits for when it ends: a
    hub that is told to stop while a connector loads stops.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[ModuleType] = loop.create_future()

    def report(found: ModuleType | None, error: BaseException | None) -> None:
        if done.done():
            return
        if found is not None:
            done.set_result(found)
        else:
            done.set_exception(error or ImportError(module))

    def run() -> None:
        found, failure = None, None
        try:
            found = importlib.import_module(module)
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            failure = error
        try:
            loop.call_soon_threadsafe(report, found, failure)
        except RuntimeError:
            return  # the loop has ended, and with it whoever waited

    threading.Thread(target=run, name=f"import {module}", daemon=True).start()
    return await done
