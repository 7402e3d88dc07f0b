"""Quarantine is empty."""

from monitoring.ui import _, empty, shell

context = shell("quarantine")
empty(
    _("Quarantine is empty"),
    _("Rows that do not fit their version's specification are kept here with the reason."),
)
