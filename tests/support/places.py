"""Names of places on servers of the tests, which outlive the folders that they stand for."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def place_of(folder: Path) -> str:
    """The virtual host, database or bucket that stands for a folder.

    The same for every process that opens the folder, and another for one that is made at the same
    path later: pytest removes what passed and uses its name again.
    """
    kept = folder / ".place"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".place-{os.getpid()}-{token_hex(4)}"
        draft.write_text(f"t{token_hex(4)}", encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, kept)  # whoever is first names it
        draft.unlink()
    return kept.read_text(encoding="ascii")
