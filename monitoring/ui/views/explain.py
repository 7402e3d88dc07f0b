"""What the page on explanations says of a model: which features decide, and whether that has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from monitoring.explain.charts import AgreementPoint, AgreementWords, Texts
from monitoring.explain.report import ExplainedFeature, ExplainReport
from monitoring.explain.summary import FeatureImportance
from monitoring.spec import Feature
from monitoring.thresholds import ATTRIBUTION_DISORDER, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.labels import status_word
from monitoring.ui.views.metrics import against_label, against_noun
from monitoring.ui.views.names import Names, listed
from monitoring.ui.views.timeline import axis_label
from monitoring.windows import Grain

LIMIT = 1.0 - ATTRIBUTION_DISORDER.warning
NAMED = 3
_NOTABLE = 0.01

UNITS = {
    "log_odds": N_("log-odds"),
    "probability": N_("probability"),
    "value": N_("unit of the prediction"),
    "log_value": N_("logarithm of the prediction"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the page: a sentence, and below it over which rows."""

    sentence: str
    note: str


def answer(report: ExplainReport, names: Names) -> Answer:
    """Which features decide, and whether that has changed."""
    if not report.n_explained:
        return Answer(_("No inference of this period has been explained."), period_of(report, names))
    return Answer(f"{_deciding(report, names)} {changed(report, names)}", rows_note(report, names))


def _deciding(report: ExplainReport, names: Names) -> str:
    top = [
        _("{feature} ({share})").format(feature=names.column(f.feature), share=fmt.percent(f.share, 0))
        for f in report.features[:NAMED]
    ]
    return _("What decides most: {features}.").format(features=listed(top))


def changed(report: ExplainReport, names: Names) -> str:
    """Whether the order of the features is still that of what they are compared with."""
    drift = report.attribution_drift
    against = against_noun(report.against)
    if drift.status is Status.NOT_ENOUGH_DATA:
        return _("Too few inferences are explained to say whether that has changed.")
    if fmt.absent(drift.ndcg):
        return _("There is nothing to compare it with.")
    if needs_attention(drift.status):
        text = _(
            "That is another order than in {against}: they agree by {agreement} only, less than {limit}."
        )
    else:
        text = _("The order is that of {against} (agreement {agreement}).")
    order = text.format(against=against, agreement=fmt.number(drift.ndcg, 2), limit=fmt.number(LIMIT, 2))
    return f"{order} {_moved(report.features, names)}".rstrip()


def _moved(features: Sequence[ExplainedFeature], names: Names) -> str:
    """The feature whose share changed most, if any changed by a hundredth of the whole."""
    known = [f for f in features if f.share_reference is not None]
    most = max(known, key=lambda f: abs(f.share - (f.share_reference or 0.0)), default=None)
    if most is None or abs(most.share - (most.share_reference or 0.0)) < _NOTABLE:
        return ""
    text = _("{feature} changed most: {now} instead of {before}.")
    return text.format(
        feature=names.column(most.feature),
        now=fmt.percent(most.share, 0),
        before=fmt.percent(most.share_reference, 0),
    )


def period_of(report: ExplainReport, names: Names) -> str:
    """The period as people say it."""
    return fmt.period(report.heading.from_, report.heading.to, names.timezone)


def rows_note(report: ExplainReport, names: Names) -> str:
    """Over which rows: the period, how many were explained, and of what they are compared with."""
    count = ngettext("{count} inference explained", "{count} inferences explained", report.n_explained)
    return " · ".join(
        [
            period_of(report, names),
            count.format(count=fmt.integer(report.n_explained)),
            _("{against}: {count} rows").format(
                against=against_label(report.against).lower(), count=fmt.integer(report.n_reference)
            ),
        ]
    )


def labels_of(features: Sequence[Feature], names: Names) -> dict[str, str]:
    """The features' names in the reader's language."""
    return {feature.name: names.column(feature.name) for feature in features}


def as_shares(report: ExplainReport, *, reference: bool = False) -> list[FeatureImportance]:
    """Importances as shares of the whole, for figures that compare periods."""
    return [
        FeatureImportance(
            f.feature, (f.share_reference or 0.0) if reference else f.share, f.mean, f.share, f.rank
        )
        for f in report.features
    ]


def share_texts(report: ExplainReport) -> Texts:
    """The words of figures of shares."""
    return Texts(
        axis=_("Share of all attributions"),
        current=_("Chosen period"),
        reference=against_label(report.against),
        number=".0%",
    )


def swarm_texts(output: str) -> Texts:
    """The words of a swarm."""
    return Texts(axis=attribution_axis(output), low=_("low value"), high=_("high value"))


def attribution_axis(output: str) -> str:
    """What attributions are measured in."""
    return _("Attribution ({unit})").format(unit=_(UNITS[output]))


def importance_rows(report: ExplainReport, names: Names) -> list[dict[str, str]]:
    """A table of the features: share now and before, rank, mean attribution."""
    before = against_label(report.against)
    return [
        {
            _("Feature"): names.column(f.feature),
            _("Share"): fmt.percent(f.share),
            _("{against}: share").format(against=before): fmt.percent(f.share_reference),
            _("Rank"): fmt.integer(f.rank),
            _("{against}: rank").format(against=before): fmt.integer(f.rank_reference),
            _("Mean absolute attribution"): fmt.number(f.mean_absolute, 4),
            _("Mean attribution"): fmt.signed(fmt.number(f.mean, 4), f.mean),
        }
        for f in report.features
    ]


def agreement_points(report: ExplainReport, names: Names) -> list[AgreementPoint]:
    """How far the order of features agreed in each window."""
    zone = ZoneInfo(names.timezone)
    grain: Grain = report.heading.window  # type: ignore[assignment]
    years = {window.start.year for window in report.windows}
    return [
        AgreementPoint(
            window.start.astimezone(zone),
            window.attribution_drift.ndcg,
            window.attribution_drift.status,
            axis_label(window.start, grain, names.timezone, with_year=len(years) > 1),
            "<br>".join(
                [
                    f"<b>{escape(fmt.window(window.start, grain, names.timezone))}</b>",
                    _("Agreement: {value}").format(value=fmt.number(window.attribution_drift.ndcg, 3)),
                    status_text(window.attribution_drift.status),
                    ngettext(
                        "{count} inference explained", "{count} inferences explained", window.n_explained
                    ).format(count=fmt.integer(window.n_explained)),
                ]
            ),
        )
        for window in report.windows
    ]


def agreement_words() -> AgreementWords:
    """The words of agreement over time."""
    return AgreementWords(
        axis=_("Agreement (NDCG)"),
        limit=_("Limit: {value}").format(value=fmt.number(LIMIT, 2)),
        statuses={status: status_word(status) for status in Status},
    )


def agreement_sentence(report: ExplainReport, names: Names) -> str:
    """In how many windows the order of features was another one."""
    judged = [w for w in report.windows if w.attribution_drift.status is not Status.NOT_ENOUGH_DATA]
    low = [w for w in judged if needs_attention(w.attribution_drift.status)]
    if not judged:
        return _("No window has enough explained inferences for a verdict.")
    limit = fmt.number(LIMIT, 2)
    if not low:
        text = _("In no window was the agreement below {limit}; the lowest was {value}.")
        return text.format(limit=limit, value=fmt.number(min(w.attribution_drift.ndcg for w in judged), 2))
    worst = min(low, key=lambda w: w.attribution_drift.ndcg)
    grain: Grain = report.heading.window  # type: ignore[assignment]
    text = _("The agreement was below {limit} in {count} of {total} windows, the lowest {value} ({window}).")
    return text.format(
        limit=limit,
        count=fmt.integer(len(low)),
        total=fmt.integer(len(judged)),
        value=fmt.number(worst.attribution_drift.ndcg, 2),
        window=fmt.window(worst.start, grain, names.timezone),
    )


def shares_over_time(
    report: ExplainReport, names: Names
) -> tuple[list[datetime], dict[str, list[float | None]]]:
    """Each feature's share in each window, for the lines of a figure."""
    zone = ZoneInfo(names.timezone)
    starts = [window.start.astimezone(zone) for window in report.windows]
    by_window = [{f.feature: f.share for f in window.features} for window in report.windows]
    return starts, {f.feature: [shares.get(f.feature) for shares in by_window] for f in report.features}


def direction_sentence(feature: str, rank_correlation: float, output: str, names: Names) -> str:
    """Which way a feature works, in a sentence."""
    label = names.column(feature)
    strong = 0.6
    if fmt.absent(rank_correlation):
        return _("{feature}: each point is an inference, as high as the value raised the output.").format(
            feature=label
        )
    what = _("the predicted probability") if output in ("log_odds", "probability") else _("the prediction")
    if rank_correlation >= strong:
        text = _("{feature}: higher values raise {what}.")
    elif rank_correlation <= -strong:
        text = _("{feature}: higher values lower {what}.")
    else:
        text = _("{feature}: no simple direction, {what} can go either way.")
    return text.format(feature=label, what=what)


def shown_value(value: object, feature: Feature | None, timezone: str) -> str:
    """A feature's value as the reader writes it, with its unit."""
    if value is None:
        return _("missing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return fmt.instant(value, timezone)
    if isinstance(value, int | float):
        return fmt.quantity(float(value), feature.unit if feature else None)
    return str(value)


def drawn_value(value: object) -> object:
    """A feature's value for the axis of a figure: truth values are named."""
    return (_("yes") if value else _("no")) if isinstance(value, bool) else value


def feature_label(feature: Feature, names: Names) -> str:
    """A feature with its unit, for an axis."""
    label = names.column(feature.name)
    return f"{label} ({feature.unit})" if feature.unit else label
