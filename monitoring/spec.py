"""What a model version is: its specification, as written in YAML and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from monitoring.errors import InvalidInput, one_of
from monitoring.windows import Grain

Task = Literal["binary_classification", "multiclass_classification", "regression", "uplift"]
Kind = Literal["numeric", "categorical", "boolean", "datetime", "text"]
Season = Literal["none", "day", "week", "year"]
Severity = Literal["warning", "critical"]
Domain = Literal["quality", "drift", "performance", "estimate", "explain", "kpi"]
Label = str | int | bool | float

KINDS: tuple[Kind, ...] = get_args(Kind)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

_DURATION = re.compile(r"(\d+)\s*([mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def _localised(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _seconds(value: object) -> object:
    if isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
        return int(match[1]) * _SECONDS[match[2]]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("is not a duration; write a number and m, h, d or w, such as 2d")


def _zone(value: object) -> object:
    try:
        ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not a time zone; write a name such as UTC or Europe/Paris") from error
    return value


Text = Annotated[dict[str, str], BeforeValidator(_localised)]
Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0)]
Zone = Annotated[str, BeforeValidator(_zone)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Feature(_Part):
    """A column that the model reads, and that Vigie watches."""

    name: str = Field(min_length=1)
    kind: Kind
    unit: str | None = None
    label: Text = Field(default_factory=dict)


class Columns(_Part):
    """Which column plays which part."""

    id: str
    timestamp: str
    timezone: Zone = "UTC"
    prediction: str
    score: str | dict[str, str] | None = None
    truth: str | None = None
    positive: Label | None = None
    treatment: str | None = None

    @property
    def scores(self) -> dict[str, str]:
        """Score column by class; a single score column stands under the empty name."""
        if self.score is None:
            return {}
        return self.score if isinstance(self.score, dict) else {"": self.score}

    def names(self) -> Iterator[str]:
        """All columns that play a part."""
        yield from (self.id, self.timestamp, self.prediction, *self.scores.values())
        yield from (name for name in (self.truth, self.treatment) if name is not None)


class Kpi(_Part):
    """A business figure: one aggregate expression over the rows of a window."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    label: Text = Field(default_factory=dict)
    formula: str
    unit: str | None = None
    direction: Literal["up", "down"]
    target: float | None = None
    per: Grain | None = None


class AlertRule(_Part):
    """A limit that somebody wrote down."""

    on: Domain
    metric: str
    column: str | None = None
    segment: str | None = None
    below: float | None = None
    above: float | None = None
    severity: Severity = "warning"
    for_: int = Field(default=1, ge=1, alias="for")

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.below is None and self.above is None:
            raise ValueError("needs below or above")
        return self


class Attributions(_Part):
    """Where SHAP values that are logged with the inferences stand."""

    prefix: str = Field(min_length=1)


class Spec(_Part):
    """A model version."""

    model: str
    version: str = Field(min_length=1, max_length=100)
    title: Text = Field(default_factory=dict)
    task: Task
    owner: str | None = None
    reference: str
    training: str | None = None
    columns: Columns
    features: tuple[Feature, ...] | None = None
    segments: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    window: Grain = "day"
    truth_delay: Seconds = 0
    season: Season = "none"
    artifact: str | None = None
    attributions: Attributions | None = None
    kpis: tuple[Kpi, ...] = ()
    alerts: tuple[AlertRule, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        if not SLUG.fullmatch(self.model):
            yield f"model {self.model!r} is not a slug: lower-case letters, digits and hyphens only, at most 63"
        if self.task == "binary_classification" and self.columns.positive is None:
            yield "columns.positive is missing: a binary classification needs to know which value is positive"
        if self.task == "multiclass_classification" and isinstance(self.columns.score, str):
            yield "columns.score of a multiclass classification maps each class to its column, {class: column}"
        if self.task != "multiclass_classification" and isinstance(self.columns.score, dict):
            yield f"columns.score is a mapping, which only multiclass classification has; this is {self.task}"
        if self.task == "uplift" and self.columns.treatment is None:
            yield "columns.treatment is missing: uplift needs to know who was treated"
        yield from self._repeated()

    def _repeated(self) -> Iterator[str]:
        roles = list(self.columns.names())
        names = [feature.name for feature in self.features or ()]
        for group, what in ((roles, "columns"), (names, "features"), ([k.name for k in self.kpis], "kpis")):
            for name in sorted({name for name in group if group.count(name) > 1}):
                yield f"{what} names {name!r} more than once"
        for name in sorted(set(roles) & set(names)):
            yield f"{name!r} is a feature and plays a part in columns too; it can be one of them"

    def feature(self, name: str) -> Feature | None:
        """The feature of that name, if there is one."""
        return next((feature for feature in self.features or () if feature.name == name), None)

    def labelled(self, name: str, language: str) -> str:
        """How a reader of that language calls a feature."""
        feature = self.feature(name)
        return localise(feature.label, language, name) if feature else name

    def kpi_grain(self, kpi: Kpi) -> Grain:
        """The window that a KPI's target is for."""
        return kpi.per or self.window


def localise(text: dict[str, str], language: str, default: str) -> str:
    """The text in that language, else in English, else the default."""
    return text.get(language) or text.get("en") or default


def load_spec(path: Path) -> Spec:
    """Read a specification from a YAML (or JSON) file.

    Raises InvalidInput naming the key that is wrong and the nearest right one.
    """
    return parse_spec(_read(path), str(path))


def parse_spec(text: str, source: str = "specification") -> Spec:
    """Check a specification's text; `source` names it in errors."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise InvalidInput(f"{source} is not valid YAML: {_one_line(str(error))}.") from error
    except ValueError as error:
        raise InvalidInput(f"{source} holds a value that cannot be read: {_one_line(str(error))}.") from error
    if not isinstance(content, dict):
        raise InvalidInput(f"{source} is not a specification: it is no mapping of keys to values.")
    return spec_from(content, source)


def spec_from(content: dict[str, Any], source: str = "specification") -> Spec:
    """Check a specification that is already a mapping."""
    try:
        return Spec.model_validate(content)
    except ValidationError as error:
        raise InvalidInput("; ".join(_explain(detail, source) for detail in error.errors()[:5])) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no file {str(path)!r}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{str(path)!r} cannot be read as UTF-8 text: {error}.") from error


def _explain(detail: ErrorDetails, source: str) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    value = repr(detail["input"])[:80]
    if detail["type"] == "extra_forbidden":
        return (
            f"{source}: unknown key {place!r}. {one_of(str(detail['loc'][-1]), _allowed_keys(detail['loc']))}"
        )
    if detail["type"] == "missing":
        return f"{source}: the key {place!r} is missing."
    message = detail["msg"].removeprefix("Value error, ")
    return f"{source}: {place}: {value} {message}." if place else f"{source}: {message}."


def _allowed_keys(location: tuple[int | str, ...]) -> list[str]:
    parts: dict[str, type[BaseModel]] = {
        "columns": Columns,
        "features": Feature,
        "kpis": Kpi,
        "alerts": AlertRule,
        "attributions": Attributions,
    }
    model = parts.get(str(location[0]), Spec) if len(location) > 1 else Spec
    return [field.alias or name for name, field in model.model_fields.items()]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
