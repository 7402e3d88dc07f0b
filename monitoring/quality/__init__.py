"""Data quality: is what comes in what the model was validated on?

checks: the checks of one column, pure. volume: how many rows come. report: all checks of a scope.
"""
