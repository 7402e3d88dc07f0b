"""No drift to show yet."""

from monitoring.ui import _, empty, shell

context = shell("drift")
empty(
    _("No drift to show yet"),
    _("Drift is measured once inferences have been received and profiled."),
    "python -m monitoring refresh",
)
