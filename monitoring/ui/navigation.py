"""The pages: what they are called, which question they answer, which filters they obey."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from monitoring.ui.i18n import N_

MODEL_FILTERS = ("model", "version")
SCOPE_FILTERS = (*MODEL_FILTERS, "period", "segment")
ALL_FILTERS = (*SCOPE_FILTERS, "against")


@dataclass(frozen=True, slots=True)
class PageInfo:
    """A page of the navigation; texts are in English here and translated where they are shown."""

    name: str
    group: str
    title: str
    question: str
    icon: str
    filters: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The script, relative to app.py."""
        return f"pages/{self.name}.py"


_PAGES = (
    PageInfo(
        "overview",
        N_("Business"),
        N_("Overview"),
        N_("Are the models still doing their job, and what needs attention?"),
        ":material/explore:",
    ),
    PageInfo(
        "data_quality",
        N_("Investigation"),
        N_("Data quality"),
        N_("Can the data be trusted?"),
        ":material/fact_check:",
        SCOPE_FILTERS,
    ),
    PageInfo(
        "drift",
        N_("Investigation"),
        N_("Drift"),
        N_("What has changed in the data, when, and does it matter?"),
        ":material/waves:",
        ALL_FILTERS,
    ),
    PageInfo(
        "performance",
        N_("Investigation"),
        N_("Performance"),
        N_("How right is the model, where the ground truth is known?"),
        ":material/target:",
        ALL_FILTERS,
    ),
    PageInfo(
        "explainability",
        N_("Investigation"),
        N_("Explainability"),
        N_("Why does the model say what it says?"),
        ":material/account_tree:",
        SCOPE_FILTERS,
    ),
    PageInfo(
        "versions",
        N_("Governance"),
        N_("Versions"),
        N_("How do the versions of a model compare?"),
        ":material/difference:",
        ("model", "period", "segment"),
    ),
    PageInfo(
        "model_card",
        N_("Governance"),
        N_("Model card"),
        N_("What is this model, what was it made from, and what is it for?"),
        ":material/id_card:",
        MODEL_FILTERS,
    ),
    PageInfo(
        "models",
        N_("Data"),
        N_("Models"),
        N_("Which models are monitored?"),
        ":material/deployed_code:",
    ),
    PageInfo(
        "inferences",
        N_("Data"),
        N_("Inferences received"),
        N_("What came in, and when?"),
        ":material/inbox:",
        SCOPE_FILTERS,
    ),
    PageInfo(
        "quarantine",
        N_("Data"),
        N_("Quarantine"),
        N_("Which rows were set aside, and why?"),
        ":material/shield_question:",
        ("model", "version", "period"),
    ),
)
PAGES = MappingProxyType({page.name: page for page in _PAGES})
"""All pages by name, in the order of the navigation; the first one opens by default."""
