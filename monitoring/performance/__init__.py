"""How good a model was, once truth has come: metrics with intervals, from summaries that can be merged.

A profile (BinaryProfile, MulticlassProfile, RegressionProfile) summarises the rows of a window. Profiles of
parts merge into exactly the profile of the whole, bit by bit, in whatever order and however the rows were
split, as long as no scores had to be grouped. Everything else reads profiles: the metrics of
`methods.METHODS`, thresholds, figures.

Names tell the direction: `*_error`, `*_loss` and `brier_score` are better when lower, the others when higher;
`mean_error` has no better side, its best value is 0.
"""
