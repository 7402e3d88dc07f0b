"""Taking data in: files become typed rows, and what cannot be taken is put aside with its reason.

reading: a file's content as text or typed columns, whatever its format, encoding and dialect. validation:
rows against what is expected of each column. plan: what a specification expects. labels: how classes are
written. intake: inferences and truth into the store.
"""
