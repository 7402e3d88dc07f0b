"""Business figures: a formula over the rows of each window, against a target."""
