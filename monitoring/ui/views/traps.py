"""How drift methods mislead, and their units, marked for translation: the domain knows no languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitoring.ui.i18n import N_

METHOD_TRAPS: Mapping[str, str] = MappingProxyType(
    {
        "psi": N_("Small windows and many bins raise it: about (B - 1)(1/n + 1/m) by chance alone."),
        "kolmogorov_smirnov": N_("It hardly sees the tails, and not at all how far values moved."),
        "wasserstein": N_("One absurd value can make up all of it."),
        "wasserstein_normalised": N_(
            "Outliers in the reference widen its deviation and shrink every later distance."
        ),
        "jensen_shannon": N_("In a window of 100 rows it passes 0.1 by chance alone most of the time."),
        "kullback_leibler": N_(
            "A bin that is new brings smoothing to its window, which is then not quite like the others."
        ),
        "hellinger": N_("Many rare categories that come and go raise it without any drift."),
        "total_variation": N_("It adds up the noise of all bins, so many bins raise it without any drift."),
        "l_infinity": N_("Many small changes that go the same way stay invisible."),
        "chi2": N_("It grows with the number of rows: it says how sure a change is, never how large."),
        "entropy_change": N_("Shares that swap bins leave it at zero."),
        "cardinality_change": N_(
            "A window is smaller than the reference and misses its rare values, so below zero is usual."
        ),
    }
)
"""How each drift method misleads."""

UNITS: Mapping[str, str] = MappingProxyType(
    {"nats": N_("nats"), "standard deviations": N_("standard deviations"), "values": N_("values")}
)
"""Units of drift methods that are the same for every column."""
