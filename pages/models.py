"""No models yet."""

from monitoring.ui import _, empty, shell

context = shell("models")
empty(
    _("No models yet"),
    _("Register a model, or build the demo models."),
    "python -m monitoring demo",
)
