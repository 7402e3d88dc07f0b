"""The store: one DuckDB file, the only place that speaks SQL.

connection: opening, transactions. migrations: the tables, numbered. One module per noun: registry, inferences, truths,
profiles, results, quarantine, staleness, intake. formula: KPI expressions, checked.
"""

from monitoring.store.connection import Store

__all__ = ["Store"]
