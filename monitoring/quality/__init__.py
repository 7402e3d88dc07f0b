"""Data quality, or whether what comes in is what the model was validated on.

checks: the checks of one column, pure. volume: how many rows come. evidence: what was found, for programs and
for readers. report: all checks of a scope. charts: results to figures.
"""
