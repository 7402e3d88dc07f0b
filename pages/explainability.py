"""No explanation to show yet."""

from monitoring.ui import _, empty, shell

context = shell("explainability")
empty(
    _("No explanation to show yet"),
    _("Explanations appear here once a version has an artifact, or logs its attributions."),
    "python -m monitoring refresh",
)
