"""No data to check yet."""

from monitoring.ui import _, empty, shell

context = shell("data_quality")
empty(
    _("No data to check yet"),
    _("Checks appear here once inferences have been received."),
    "python -m monitoring refresh",
)
