"""Profiles as plain numbers and lists, for whoever stores or sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring.performance.scores import ScoreCounts
from monitoring.performance.sums import BoolArray, ExactSum, Moments


@dataclass(frozen=True, slots=True)
class Record:
    """A profile without its types.

    content: what JSON can hold: whole numbers, floats, texts, lists. scores, negatives, positives: the counts
    of truth by score, of equal length; with several classes one class after the other, content says how many
    each has.
    """

    content: dict[str, Any]
    scores: list[float]
    negatives: list[int]
    positives: list[int]


def parts_of(sums: Sequence[ExactSum]) -> list[list[float]]:
    """Sums as lists of floats that add up to them."""
    return [list(each.parts) for each in sums]


def sums_of(parts: Sequence[Sequence[float]]) -> tuple[ExactSum, ...]:
    """The way back."""
    return tuple(ExactSum(tuple(map(float, each))) for each in parts)


def moments_to_list(moments: Moments) -> list[Any]:
    """Number, sum and sum of squares."""
    return [moments.n, *parts_of((moments.total, moments.squares))]


def moments_from_list(values: Sequence[Any]) -> Moments:
    """The way back."""
    n, *sums = values
    return Moments(int(n), *sums_of(sums))


def score_lists(counts: Sequence[ScoreCounts]) -> tuple[list[float], list[int], list[int]]:
    """Scores, negatives and positives of several counts, one after the other."""
    return (
        [value for each in counts for value in each.scores.tolist()],
        [value for each in counts for value in each.negatives.tolist()],
        [value for each in counts for value in each.positives.tolist()],
    )


def score_facts(counts: Sequence[ScoreCounts]) -> list[list[Any]]:
    """What `counts_of` needs beside the lists: length, both reaches, a bit for each grouped score."""
    return [
        [c.scores.size, c.reach_negatives, c.reach_positives, np.packbits(c.grouped).tobytes().hex()]
        for c in counts
    ]


def counts_of(facts: Sequence[Sequence[Any]], record: Record) -> tuple[ScoreCounts, ...]:
    """The way back."""
    ends = np.cumsum([0, *(size for size, *_ in facts)])
    return tuple(
        ScoreCounts(
            np.array(record.scores[start:end], np.float64),
            np.array(record.negatives[start:end], np.int64),
            np.array(record.positives[start:end], np.int64),
            _bits(marks, end - start),
            *reach,
        )
        for start, end, (_, *reach, marks) in zip(ends[:-1], ends[1:], facts, strict=True)
    )


def _bits(marks: str, size: int) -> BoolArray:
    return np.unpackbits(np.frombuffer(bytes.fromhex(marks), np.uint8), count=size).astype(np.bool_)
