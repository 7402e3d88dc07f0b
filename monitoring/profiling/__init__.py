"""Profiles: small summaries of a column, per window, that add up.

binning: bins, learned from the reference only. values: columns as numbers or text. profile: counts and sums
per bin, and merging. lookup, kernel: the bin of a number, fast, and sums that no order of rows can change.
engine: batches of rows in, profiles out. What profiles need to be stored is Arrow and JSON; this package
knows no store.
"""
