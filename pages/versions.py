"""No versions to compare yet."""

from monitoring.ui import _, empty, shell

context = shell("versions")
empty(
    _("No versions to compare yet"),
    _("Versions stand side by side here once they are registered."),
    "python -m monitoring register SPEC",
)
