"""Which column of a file is which column that a model expects: by name, never by position."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitoring.errors import InvalidInput, nearest
from monitoring.ingest.dialects import looks_like_data
from monitoring.ingest.tables import shown

ColumnKind = Literal[
    "numeric",
    "categorical",
    "boolean",
    "datetime",
    "text",
    "id",
    "timestamp",
    "label",
    "probability",
    "quantity",
]
"""How a column's cells are read.

numeric: any number, infinite ones too. categorical, text: text as it is. boolean, datetime: as they say. id: text,
every digit kept. timestamp: a time between 1970 and tomorrow. label: a class, as text. probability: between 0 and 1.
quantity: a finite number, such as what a regression predicts.
"""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What is expected of a column.

    required: a file without the column is refused, and of an id, timestamp, label or quantity a row without a value.
    aliases: other names that it may have.
    """

    name: str
    kind: ColumnKind
    required: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renamed:
    """A missing column, and the unexpected one that is called nearly the same."""

    missing: str
    found: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Which column of the file is which.

    found: the file's column by expected name. folded: (file's name, expected name) where they differ in case, blanks
    or accents.
    """

    found: dict[str, str]
    folded: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    renamed: tuple[Renamed, ...]


def match_columns(source: str, present: Sequence[str], plan: Sequence[ColumnPlan]) -> Matching:
    """Find each expected column: by its name, by an alias, then by its name without case, blanks and accents.

    Raises InvalidInput when a required column is not there, naming the nearest that is.
    """
    found = _exactly(present, plan)
    folded = _folded([name for name in present if name not in found.values()], plan, found)
    found |= {expected: name for name, expected in folded}
    missing = [column for column in plan if column.name not in found]
    _refuse_missing(source, present, [column.name for column in missing if column.required])
    taken = set(found.values())
    extra = tuple(name for name in present if name not in taken)
    names = tuple(column.name for column in missing)
    return Matching(found, tuple(folded), names, extra, tuple(_renamed(names, extra)))


def notes_on(source: str, matching: Matching) -> list[str]:
    """What was found out, in sentences."""
    notes = []
    if matching.folded:
        pairs = ", ".join(f"{shown(name)} as {shown(expected)}" for name, expected in matching.folded[:10])
        notes.append(f"{source}: columns taken without regard to case, blanks and accents: {pairs}.")
    if matching.missing:
        notes.append(f"{source}: columns that are missing: {_listed(matching.missing)}.")
    for pair in matching.renamed:
        notes.append(f"{source}: {shown(pair.missing)} may now be called {shown(pair.found)}.")
    if matching.extra:
        notes.append(f"{source}: columns that are not expected, left out: {_listed(matching.extra)}.")
    return notes


def fold(name: str) -> str:
    """A name without case, accents and outer blanks; blanks inside are underscores.

    >>> fold(" Revenu Année ")
    'revenu_annee'
    """
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return re.sub(r"\s+", "_", bare.strip()).casefold()


def _exactly(present: Sequence[str], plan: Sequence[ColumnPlan]) -> dict[str, str]:
    found = {column.name: column.name for column in plan if column.name in present}
    for column in plan:
        for alias in column.aliases:
            if column.name not in found and alias in present and alias not in found.values():
                found[column.name] = alias
    return found


def _folded(free: Sequence[str], plan: Sequence[ColumnPlan], found: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of (file's name, expected name) that fold to the same, and nothing else does."""
    candidates: dict[str, list[str]] = defaultdict(list)
    for name in free:
        candidates[fold(name)].append(name)
    expected: dict[str, list[str]] = defaultdict(list)
    for column in plan:
        if column.name not in found:
            for name in dict.fromkeys(map(fold, (column.name, *column.aliases))):
                expected[name].append(column.name)
    pairs: dict[str, str] = {}
    for key, names in expected.items():
        if len(names) == 1 and len(candidates[key]) == 1:
            pairs.setdefault(names[0], candidates[key][0])
    return [(name, column) for column, name in pairs.items()]


def _refuse_missing(source: str, present: Sequence[str], names: Sequence[str]) -> None:
    if not names:
        return
    if looks_like_data(list(present)):
        hint = "Its first line looks like data: it must name the columns."
    else:
        hint = " ".join(filter(None, (nearest(name, present) for name in names[:3])))
    what = "column" if len(names) == 1 else "columns"
    raise InvalidInput(
        f"{source} has no {what} {_listed(names)}.", hint or f"Its columns are: {_listed(list(present))}."
    )


def _renamed(missing: Sequence[str], extra: Sequence[str]) -> list[Renamed]:
    by_folded = {fold(name): name for name in extra}
    pairs = []
    for name in missing:
        close = difflib.get_close_matches(fold(name), list(by_folded), n=1, cutoff=0.6)
        if close:
            pairs.append(Renamed(name, by_folded[close[0]]))
    return pairs


def _listed(names: Sequence[str], limit: int = 10) -> str:
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(map(shown, names[:limit])) + rest
