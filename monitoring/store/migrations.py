"""The tables that every store has, as numbered steps; each is applied once, in one transaction with its own record."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from monitoring.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Migration:
    """A step from one shape of the store to the next."""

    number: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS = (
    Migration(
        1,
        "registry",
        (
            "create sequence registry.arrival",
            """create table registry.version (
                model varchar, version varchar, spec varchar, content_hash varchar, registered_at timestamptz,
                arrival bigint default nextval('registry.arrival'),
                stored map(varchar, varchar), classes varchar[], n_reference bigint, primary key (model, version))""",
            """create table registry.artifact (
                model varchar, version varchar, name varchar, sha256 varchar, content blob,
                primary key (model, version))""",
            """create table registry.bins (
                model varchar, version varchar, "column" varchar, role varchar, kind varchar, position integer,
                record varchar, primary key (model, version, "column"))""",
            """create table registry.intake (
                model varchar, version varchar, kind varchar, source varchar, received_at timestamptz,
                arrival bigint default nextval('registry.arrival'),
                accepted bigint, duplicates bigint, corrections bigint, quarantined bigint, notes varchar[])""",
            """create table registry.quarantine (
                model varchar, version varchar, kind varchar, source varchar, "row" bigint, id varchar,
                reason varchar, "column" varchar, value varchar, content varchar, received_at timestamptz,
                arrival bigint default nextval('registry.arrival'), timestamp timestamptz)""",
            """create table registry.stale (
                model varchar, version varchar, part varchar, window_start timestamptz,
                arrival bigint default nextval('registry.arrival'))""",
        ),
    ),
    Migration(
        2,
        "profiles and results",
        (
            """create table registry.profile (
                model varchar, version varchar, part varchar, segment varchar, segment_value varchar, "column" varchar,
                window_start timestamptz, n bigint, missing bigint, infinite bigint,
                bins usmallint[], counts ubigint[], sums double[], total double, squares double,
                minimum double, maximum double, unseen_values varchar[], unseen_counts ubigint[])""",
            """create table registry.performance (
                model varchar, version varchar, part varchar, segment varchar, segment_value varchar,
                window_start timestamptz, record varchar, scores double[], negatives ubigint[], positives ubigint[])""",
            """create table registry.result (
                model varchar, version varchar, domain varchar, metric varchar, "column" varchar, segment varchar,
                window_start timestamptz, window_end timestamptz, value double, lower double, upper double,
                status varchar, method varchar, computed_at timestamptz)""",
            """create table registry.watch (model varchar, version varchar, content varchar,
                primary key (model, version))""",
        ),
    ),
    Migration(
        3,
        "tokens",
        (
            """create table registry.token (name varchar primary key, sha256 varchar, scope varchar, model varchar,
                created_at timestamptz)""",
        ),
    ),
)


def migrate(
    connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...] = MIGRATIONS
) -> list[str]:
    """Apply what is pending, in order; say what was applied.

    Raises InvalidInput for a store made by a newer Vigie: writing to it could lose what this one does not know.
    """
    connection.execute("create schema if not exists registry")
    connection.execute(
        """create table if not exists registry.migration (
            number integer primary key, name varchar, applied_at timestamptz default current_timestamp)"""
    )
    rows = connection.execute("select number from registry.migration").fetchall()
    applied = {int(number) for (number,) in rows}
    if unknown := applied - {migration.number for migration in migrations}:
        raise InvalidInput(
            f"The store was made by a newer Vigie (migration {max(unknown)}).", "Update Vigie."
        )
    pending = [migration for migration in migrations if migration.number not in applied]
    for migration in pending:
        _apply(connection, migration)
    return [migration.name for migration in pending]


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute("begin transaction")
    try:
        for statement in migration.statements:
            connection.execute(statement)
        connection.execute(
            "insert into registry.migration (number, name) values (?, ?)", [migration.number, migration.name]
        )
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
