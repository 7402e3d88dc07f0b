"""Opening the store, reading from it and writing to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from monitoring.errors import InvalidInput, StoreHeld
from monitoring.store.migrations import migrate

Cursor = duckdb.DuckDBPyConnection

_SETTINGS = (
    "set TimeZone = 'UTC'",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set preserve_insertion_order = true",
)


class Store:
    """One DuckDB file, held by one process.

    Any thread may read at any time; writers take turns, each in one transaction.
    """

    def __init__(self, connection: Cursor, path: Path | None) -> None:
        self._connection = connection
        self._writing = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open the store at that path, or make it, and bring its tables up to date.

        Raises StoreHeld while another process has it open, InvalidInput when the file is no store.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path)
        for setting in _SETTINGS:
            connection.execute(setting)
        migrate(connection)
        return cls(connection, path)

    def close(self) -> None:
        """Give the file back; what was committed is on disk."""
        with self._writing:
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """A cursor of one's own, which sees what was committed when each of its queries began."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def snapshot(self) -> Iterator[Cursor]:
        """A cursor whose queries all see the same moment."""
        with self.read() as cursor:
            cursor.execute("begin transaction read only")
            try:
                yield cursor
            finally:
                cursor.execute("rollback")

    @contextmanager
    def write(self) -> Iterator[Cursor]:
        """A cursor in a transaction: all of it is committed at the end, or none when anything is raised."""
        with self._writing, self.read() as cursor:
            cursor.execute("begin transaction")
            try:
                yield cursor
            except BaseException:
                cursor.execute("rollback")
                raise
            cursor.execute("commit")


def _connect(path: Path) -> Cursor:
    try:
        return duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreHeld(
                f"The store {str(path)!r} is held by another process.", "Stop it, or talk to it over HTTP."
            ) from error
        raise InvalidInput(f"The store {str(path)!r} cannot be opened: {error}") from error
