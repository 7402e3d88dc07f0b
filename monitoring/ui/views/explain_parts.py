"""The parts of the page on explanations, drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from monitoring.explain.charts import (
    Texts,
    agreement_figure,
    beeswarm_figure,
    dependence_figure,
    importance_figure,
    importance_over_time_figure,
)
from monitoring.explain.job import WINDOW_SAMPLE, output_unit
from monitoring.explain.report import ExplainedRows, ExplainReport, explained_rows
from monitoring.explain.summary import levels_of, monotony
from monitoring.explain.trees import Output
from monitoring.scope import Scope
from monitoring.store import Store, registry
from monitoring.store.registry import Version
from monitoring.store.rows import Rows, readable
from monitoring.ui import answers
from monitoring.ui import format as fmt
from monitoring.ui.components import chart, explained, plain, section
from monitoring.ui.i18n import _
from monitoring.ui.state import Context
from monitoring.ui.url import choose, parameter, set_parameter
from monitoring.ui.views import explain, timeline
from monitoring.ui.views.names import Names
from monitoring.windows import Grain, Window

DRAWN_ROWS = 600
"""So many explained inferences are drawn point by point."""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the explanations of a version's inferences."""

    context: Context
    scope: Scope
    version: Version
    names: Names
    report: ExplainReport

    @property
    def store(self) -> Store:
        """Where it comes from."""
        return self.context.store()

    @property
    def output(self) -> Output:
        """The unit of attributions."""
        return answers.computed(_unit, self.store, self.scope.model, self.version.name)


def _unit(store: Store, model: str, version: str) -> Output:
    return output_unit(store, registry.version(store, model, version))


def show_importance(view: View) -> None:
    """Which features decide, beside what they are compared with; a click chooses a feature."""
    report, names = view.report, view.names
    section(
        _("Which features decide"),
        _(
            "Mean absolute attribution of each feature, as a share of all. A click on a bar looks at its feature."
        ),
    )
    figure = importance_figure(
        explain.as_shares(report),
        explain.share_texts(report),
        reference=explain.as_shares(report, reference=True),
        labels=explain.labels_of(view.version.spec.features or (), names),
    )
    key = "importance"
    chart(
        figure, alt=explain.answer(report, names).sentence, key=key, on_select=partial(_choose_feature, key)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _explain_method(view)
        with st.popover(_("As a table"), icon=":material/table:", type="tertiary", width="content"):
            st.dataframe(explain.importance_rows(report, names), hide_index=True)


def _choose_feature(key: str) -> None:
    for feature in timeline.clicked(st.session_state.get(key))[:1]:
        set_parameter("feature", str(feature))


def _explain_method(view: View) -> None:
    period = Window(view.report.heading.from_, view.report.heading.to)
    parts = [
        _(
            "An attribution (SHAP value) is what a feature's value added to the model's output for one inference, "
            "beside what is expected when it is not known. All attributions of an inference and the base value add up "
            "to the output exactly."
        ),
        _(
            "At most {count} inferences of each {window} are explained, chosen by their ids, so that anybody finds the "
            "same ones. Each stands for its share of the window."
        ).format(count=WINDOW_SAMPLE, window=_("hour") if view.version.spec.window == "hour" else _("day")),
    ]
    explained(
        "\n\n".join(map(plain, parts)),
        formula=r"\phi_j = \sum_{S \subseteq F \setminus \{j\}} \frac{|S|!\,(|F|-|S|-1)!}{|F|!}"
        r"\left(v(S \cup \{j\}) - v(S)\right)",
        rows=explain.rows_note(view.report, view.names),
        sql=readable(Rows(view.version, periods=(period,), segment=view.scope.segment)),
        reference="Shapley (1953); Lundberg and Lee (2017); Lundberg et al. (2020)",
    )


def show_shape(view: View) -> None:
    """How values work: all features as a swarm, the chosen one in detail."""
    rows = answers.computed(explained_rows, view.store, view.scope, DRAWN_ROWS)
    features = view.version.spec.features or ()
    labels = explain.labels_of(features, view.names)
    left, right = st.columns(2, gap="large")
    with left:
        section(
            _("What values do"),
            _(
                "Each point is one of {count} inferences; to the right its value raised the output. Red: a high value, "
                "blue: a low one, grey: no order."
            ).format(count=fmt.integer(len(rows.ids))),
        )
        levels = np.column_stack([levels_of(rows.values[feature.name]) for feature in features])
        texts = explain.swarm_texts(view.output)
        figure = beeswarm_figure(rows.attributions, levels, [f.name for f in features], texts, labels=labels)
        chart(figure, alt=_("Attributions of the features, point by point"), key="swarm")
    with right:
        _show_dependence(view, rows, labels)


def _show_dependence(view: View, rows: ExplainedRows, labels: dict[str, str]) -> None:
    options = [feature.feature for feature in view.report.features]
    section(_("One feature"), _("A click on a point opens the inference."))
    name = choose("feature", _("Feature"), options, caption=labels.__getitem__)
    feature = view.version.spec.feature(name)
    place = [f.name for f in view.version.spec.features or ()].index(name)
    attributions = rows.attributions[:, place]
    st.markdown(
        plain(
            explain.direction_sentence(
                name, monotony(rows.values[name], attributions), view.output, view.names
            )
        )
    )
    axis = explain.feature_label(feature, view.names) if feature else name
    texts = Texts(axis=explain.attribution_axis(view.output), current=axis)
    values = list(map(explain.drawn_value, rows.values[name]))
    key = f"dependence_{name}"
    chart(
        dependence_figure(values, attributions, rows.ids, texts),
        alt=_("{feature} and what it added, point by point").format(feature=labels[name]),
        key=key,
        height=320,
        on_select=partial(_open_inference, key),
    )


def _open_inference(key: str) -> None:
    for name in timeline.clicked(st.session_state.get(key))[:1]:
        set_parameter("id", str(name))
        set_parameter("view", "")


def show_history(view: View) -> None:
    """Whether the order of features and their shares have changed over time."""
    report, names = view.report, view.names
    if len(report.windows) < 2:  # noqa: PLR2004 - one window is no history
        return
    sentence = explain.agreement_sentence(report, names)
    section(_("Has the reasoning changed?"), sentence)
    points = explain.agreement_points(report, names)
    grain: Grain = report.heading.window  # type: ignore[assignment]
    figure = agreement_figure(points, explain.agreement_words(), limit=explain.LIMIT)
    key = f"agreement_{grain}"
    look = partial(timeline.look_at_window, key, view.context, grain)
    chart(figure, alt=sentence, key=key, height=260, on_select=look)
    explained(
        plain(
            _(
                "Agreement compares the order of the features by mean absolute attribution with their order before: "
                "the importances from before are added up in today's order, later ranks counting less, and divided "
                "by what the order from before would give. 1 is the same order; below 0.90 is reported."
            )
        ),
        formula=r"\mathrm{NDCG} = \frac{\sum_i a(f'_i) / \log_2(i + 1)}{\sum_i a(f_i) / \log_2(i + 1)}",
        rows=explain.rows_note(report, names),
        reference="Järvelin and Kekäläinen (2002); Amazon SageMaker Clarify",
    )
    starts, shares = explain.shares_over_time(report, names)
    labels = explain.labels_of(view.version.spec.features or (), names)
    section(
        _("Shares over time"), _("Share of all attributions of each feature, the largest features first.")
    )
    texts, windows = explain.share_texts(report), [point.label for point in points]
    lines = importance_over_time_figure(starts, shares, texts, labels=labels, windows=windows)
    key = f"shares_{grain}"
    look = partial(timeline.look_at_window, key, view.context, grain)
    chart(lines, alt=_("Shares of the features over time"), key=key, on_select=look)


def wants_inference() -> bool:
    """Whether the reader asks for one inference."""
    return parameter("id") != "" or parameter("view") == "decision"
