"""How much a column's distribution changed (distances), and how sure that is (evidence).

Everything here reads counts in bins that were fixed by the reference, never rows. Names tell the direction: a
`*_change` is signed, current minus reference; everything else is at least 0, and 0 means no change.
"""
