"""No model card yet."""

from monitoring.ui import _, empty, shell

context = shell("model_card")
empty(
    _("No model card yet"),
    _("A model card is written from the specification that a version was registered with."),
    "python -m monitoring register SPEC",
)
