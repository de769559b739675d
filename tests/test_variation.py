"""A shift is told from noise: how often, in simulation, and on the data of a change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engineroom.errors import EngineroomError
from engineroom.measures import control, variation

CHARTS = 250
SHIFT = 1.5


def rework(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a P′ chart of weeks that differ by more than chance; from the middle on the level lies elsewhere."""
    share, spread = 0.15, 0.02
    size = random.integers(140, 260, weeks)
    level = share + random.normal(0, spread, weeks)
    level[weeks // 2 :] += shift * np.sqrt(share * (1 - share) / 200 + spread**2)
    count = random.binomial(size, np.clip(level, 0, 1))
    return control.laney(pd.Series(range(weeks)), pd.Series(count), pd.Series(size))


def exceptions(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a U′ chart of counts that vary by more than a Poisson count would."""
    size = random.integers(140, 260, weeks)
    rate = 0.3 * random.gamma(50, 1 / 50, weeks)
    rate[weeks // 2 :] += shift * np.sqrt(0.3 / 200 + 0.3**2 / 50)
    count = random.poisson(size * rate)
    return control.laney_counts(pd.Series(range(weeks)), pd.Series(count), pd.Series(size))


def medians(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a chart of individuals of weekly medians."""
    values = random.normal(40, 5, weeks)
    values[weeks // 2 :] += shift * 5
    return control.individuals(pd.Series(range(weeks)), pd.Series(values))


def seen(draw, weeks: int, shift: float) -> tuple[float, float]:
    """Return how many of the simulated charts signal in a week, and how many are called shifted."""
    random = np.random.default_rng(8)
    charts = [draw(random, weeks, shift) for _ in range(CHARTS)]
    found = [(chart["is_signal"].any(), variation.shift(chart) is not None) for chart in charts]
    return tuple(np.mean(found, axis=0))


@pytest.mark.parametrize("draw", [rework, exceptions, medians])
def test_a_shift_of_one_and_a_half_sigma_is_found_within_a_year_on_over_dispersed_weeks(draw) -> None:
    _, shifted = seen(draw, 52, SHIFT)

    assert shifted >= 0.92


@pytest.mark.parametrize("draw", [rework, exceptions, medians])
def test_stable_charts_are_called_shifted_in_2_percent_and_signal_in_a_tenth_of_27_weeks(draw) -> None:
    signals, shifted = seen(draw, 27, 0.0)

    assert shifted <= 0.02 + 3 * np.sqrt(0.02 * 0.98 / CHARTS)
    assert signals <= 0.10 + 3 * np.sqrt(0.10 * 0.90 / CHARTS)


def test_the_week_of_the_shift_is_named_within_a_month() -> None:
    chart = rework(np.random.default_rng(1), 60, 3.0)

    assert variation.shift(chart) == pytest.approx(30, abs=4)


def test_plain_binomial_limits_would_call_over_dispersed_weeks_out_of_control() -> None:
    random = np.random.default_rng(2)
    weeks, size = 52, 20_000
    count = random.binomial(size, np.clip(0.15 + random.normal(0, 0.02, weeks), 0, 1))
    chart = control.laney(pd.Series(range(weeks)), pd.Series(count), pd.Series([size] * weeks))
    binomial = 3 * np.sqrt(0.15 * 0.85 / size)

    outside = (chart["value"] - chart["centre"]).abs() > binomial
    beyond = (chart["value"] < chart["low"]) | (chart["value"] > chart["high"])

    assert outside.sum() > 20
    assert not beyond.any()


def test_the_level_before_and_after_a_shift_is_the_pooled_rate_of_its_weeks() -> None:
    weekly = weeks_of([9, 15, 10, 16, 11, 14] * 3 + [20, 42, 21, 40, 22, 41] * 3).assign(judged=[50, 150] * 18)

    found = variation.signals(variation.points(weekly)).set_index("figure").loc["rework"]

    before, after = weekly[weekly["week"] < found["shifted"]], weekly[weekly["week"] >= found["shifted"]]
    pooled = [part["reworked"].sum() / part["judged"].sum() for part in (before, after)]
    assert [found["before"], found["after"]] == pytest.approx(pooled)
    assert found["before"] < found["centre"] < found["after"]


def test_the_levels_of_a_duration_lie_on_either_side_of_its_centre_however_skewed_the_weeks_are() -> None:
    weekly = weeks_of([0] * 20, [80, 120, 75, 60, 20, 100, 150, 170, 90, 95, 25, 5, 0.03, 100, 8, 0.02, 40, 4, 20, 3])

    found = variation.signals(variation.points(weekly)).iloc[0]

    assert found["after"] < found["centre"] < found["before"]
    assert found["centre"] == pytest.approx(np.sqrt(found["before"] * found["after"]))


def test_fewer_than_twenty_weeks_are_not_judged() -> None:
    weekly = weeks_of([5] * 19)

    found = variation.signals(variation.points(weekly))

    assert not found["is_judged"].any()


def weeks_of(reworked: list[int], hours: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "workflow": "Orders",
            "week": pd.date_range("2026-01-05", periods=len(reworked), freq="7D"),
            "completed": 100,
            "reworked": reworked,
            "judged": 100,
            "hours": hours or [10.0 + n % 3 for n in range(len(reworked))],
            "failures": np.nan,
            "followed": 0,
        }
    )


def test_a_change_is_confirmed_where_the_interval_of_the_difference_leaves_out_zero() -> None:
    better, same = weeks_of([20] * 10 + [10] * 10), weeks_of([20] * 10 + [19] * 10)
    durations = pd.DataFrame(columns=["workflow", "entered", "hours", "completed", "open", "is_after"])

    found = [variation.changes(weekly, durations, "2026-03-16").iloc[0] for weekly in (better, same)]

    assert [row["verdict"] for row in found] == ["better", "not confirmed"]
    assert (found[0]["before"], found[0]["after"]) == (0.8, 0.9)


def test_a_shorter_median_is_better_only_where_the_intervals_are_apart() -> None:
    rows = [
        ("Orders", -1.0, hours, 40, 0, after)
        for after, start in ((False, 20), (True, 10))
        for hours in range(start, start + 5)
    ]
    durations = pd.DataFrame(rows, columns=["workflow", "entered", "hours", "completed", "open", "is_after"])

    found = variation.changes(weeks_of([0] * 20), durations, "2026-03-16").set_index("figure").loc["cycle_time_p50"]

    assert (found["before"], found["after"], found["verdict"]) == (22.0, 12.0, "better")


def test_a_day_that_is_none_is_told_with_the_form_it_should_have() -> None:
    with pytest.raises(EngineroomError) as told:
        variation.day("31.3.2026")

    assert str(told.value) == 'changed is "31.3.2026"; write a day as 2026-03-31, or leave it blank'
