"""Nothing to watch yet."""

from monitoring.ui import _, empty, shell

context = shell("overview")
empty(
    _("Nothing to watch yet"),
    _("Register a model, or build the demo models, and their state will be told here."),
    "python -m monitoring demo",
)
