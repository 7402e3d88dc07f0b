import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.errors import InvalidInput, NotFound, StoreHeld
from monitoring.store import Store, registry
from monitoring.store.migrations import MIGRATIONS, Migration, migrate
from monitoring.store.registry import Version


def test_a_store_is_brought_up_to_date_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "vigie.duckdb"
    with Store.open(path) as store, store.read() as cursor:
        assert migrate(cursor) == []
        rows = cursor.execute("select number from registry.migration order by number").fetchall()
    assert [number for (number,) in rows] == [migration.number for migration in MIGRATIONS]


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = Migration(999, "broken", ("create table registry.half (x integer)", "select no_such_function()"))
    with Store.open(tmp_path / "vigie.duckdb") as store, store.read() as cursor:
        with pytest.raises(Exception, match="no_such_function"):
            migrate(cursor, (*MIGRATIONS, broken))
        assert cursor.execute(
            "select count(*) from duckdb_tables() where table_name = 'half'"
        ).fetchone() == (0,)


def test_a_store_of_a_newer_vigie_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path / "vigie.duckdb") as store, store.read() as cursor:
        migrate(cursor, (*MIGRATIONS, Migration(999, "later", ())))
        with pytest.raises(InvalidInput, match="newer Vigie"):
            migrate(cursor)


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vigie.duckdb"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(InvalidInput, match="cannot be opened"):
        Store.open(path)


def test_a_write_that_fails_leaves_nothing_behind(store: Store, version: Version) -> None:
    with pytest.raises(RuntimeError, match="halfway"), store.write() as cursor:
        cursor.execute("delete from registry.version")
        raise RuntimeError("halfway")
    assert registry.models(store) == [version.model]


def test_a_snapshot_sees_one_moment(store: Store, version: Version) -> None:
    with store.snapshot() as before:
        before.execute("select count(*) from registry.version").fetchone()
        with store.write() as cursor:
            cursor.execute("delete from registry.version")
        assert before.execute("select count(*) from registry.version").fetchone() == (1,)


def test_a_store_that_another_process_holds_says_so(tmp_path: Path) -> None:
    path = tmp_path / "vigie.duckdb"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreHeld, match="held by another process"):
            Store.open(path)
        holder.communicate("\n")


def test_what_was_registered_is_read_back(store: Store, version: Version) -> None:
    assert registry.version(store, "late-flights") == version
    assert registry.bins(store, "late-flights", "1")[0].record == {"edges": [1.0]}
    assert registry.content_hash(store, "late-flights", "1") == "hash-1"
    assert registry.content_hash(store, "late-flights", "2") is None
    assert registry.artifact(store, "late-flights", "1") is None


def test_what_does_not_exist_is_named_with_the_nearest(store: Store, version: Version) -> None:
    with pytest.raises(NotFound, match="Did you mean 'late-flights'"):
        registry.versions(store, "late-flight")
    with pytest.raises(NotFound, match="has no version '11'"):
        registry.version(store, "late-flights", "11")
    with pytest.raises(NotFound, match="Did you mean 'distance'"):
        version.column("distanse")
