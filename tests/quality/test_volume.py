from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from monitoring.quality.volume import MEMORY, log_ratio, usual_volume, volume_pvalue


def test_usual_is_the_median_of_earlier_windows() -> None:
    # The median of 10 and 30 is 20, that of 10, 30 and 200 is 30.
    assert usual_volume([10, 30, 200, 0]).tolist() == pytest.approx([math.nan, math.nan, 20, 30], nan_ok=True)


def test_a_weekly_season_compares_mondays_with_mondays() -> None:
    weekday, weekend = [100] * 5, [10] * 2
    usual = usual_volume((weekday + weekend) * 4, period=7)

    assert np.isnan(usual[:14]).all()
    assert usual[14:21].tolist() == weekday + weekend


def test_only_the_last_windows_of_a_phase_are_remembered() -> None:
    assert usual_volume([1000] * 5 + [10] * MEMORY + [10])[-1] == 10


def test_windows_that_are_not_complete_say_nothing_about_what_is_usual() -> None:
    assert usual_volume([math.nan, 100, 3, math.nan, 100, 100]).tolist() == pytest.approx(
        [math.nan, math.nan, math.nan, 51.5, 51.5, 100], nan_ok=True
    )


def test_silence_is_the_farthest_from_usual() -> None:
    assert log_ratio(0, 900) == -math.inf
    assert log_ratio(1800, 900) == pytest.approx(math.log(2))
    assert math.isnan(log_ratio(5, math.nan))
    assert math.isnan(log_ratio(5, 0))


def test_few_rows_prove_nothing() -> None:
    # P(X >= 3) for a mean of 1 is 0.0803, doubled 0.1606; P(X = 0) for a mean of 3 is 0.0498, doubled 0.0996.
    assert volume_pvalue(3, 1) == pytest.approx(0.1606, abs=1e-4)
    assert volume_pvalue(0, 3) == pytest.approx(0.0996, abs=1e-4)
    assert volume_pvalue(450, 900) < 1e-9
    assert volume_pvalue(900, 900) == 1.0
    assert math.isnan(volume_pvalue(5, math.nan))


def test_the_pvalue_is_that_of_counts_at_the_usual_rate() -> None:
    counts = np.random.default_rng(0).poisson(40, 4000)
    share = np.mean([volume_pvalue(count, 40) < 0.05 for count in counts])
    # Two-sided by doubling the smaller tail: never above the level.
    assert 0.02 < share < 0.05
    assert volume_pvalue(52, 40) == pytest.approx(2 * stats.poisson.sf(51, 40))
