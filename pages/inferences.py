"""Nothing received yet."""

from monitoring.ui import _, empty, shell

context = shell("inferences")
empty(
    _("Nothing received yet"),
    _("What comes in is counted here, window by window."),
    "python -m monitoring log MODEL FILE",
)
