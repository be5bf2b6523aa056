"""SQLite as the embedded bus and store use it: one writer with group commit, a few readers."""

from shared.sqlite.database import Database

__all__ = ["Database"]
