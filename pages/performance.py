"""No performance to show yet."""

from monitoring.ui import _, empty, shell

context = shell("performance")
empty(
    _("No performance to show yet"),
    _("Performance is measured once ground truth has been received."),
    "python -m monitoring refresh",
)
