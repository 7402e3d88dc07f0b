"""Every report by its name, and its outline in words for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitoring.document import document
from monitoring.drift.report import drift_report
from monitoring.explain.report import explain_inference, explain_report
from monitoring.kpis.report import kpi_report
from monitoring.performance.report import performance_report
from monitoring.quality.report import quality_report
from monitoring.scope import Scope
from monitoring.store import Store

REPORTS: Mapping[str, Callable[[Store, Scope], Any]] = {
    "quality": quality_report,
    "drift": drift_report,
    "performance": performance_report,
    "explain": explain_report,
    "kpis": kpi_report,
}

explain_one = explain_inference

_ROWS = {"features": "feature", "checks": "check", "kpis": "name", "attributions": "feature"}


def outline(report: object) -> str:
    """A report as a few lines of text: its heading, then a line per item of its main list."""
    content = document(report)
    lines = [f"{content['model']} {content['version']}  {content['from']} to {content['to']}"]
    if "status" in content:
        lines.append(f"status: {content['status']}")
    for key, name in _ROWS.items():
        lines += [_line(item, name) for item in content.get(key, [])]
    if "overall" in content:
        lines += [_line({"metric": k, **v}, "metric") for k, v in content["overall"]["metrics"].items()]
    return "\n".join(lines)


def _line(item: Mapping[str, Any], name: str) -> str:
    scalars = [
        f"{key} {value:.6g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in item.items()
        if key != name and value is not None and value != "" and not isinstance(value, dict | list)
    ]
    return f"  {item[name]:<28} {'  '.join(scalars)}"
