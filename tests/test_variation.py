"""A shift is told from noise: how often, in simulation, and on the data of a change."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from proofs import cases

from engineroom.errors import EngineroomError
from engineroom.logs import drilldown, event_log
from engineroom.measures import control, variation
from engineroom.readers import engagement

CHARTS = 250
SHIFT = 1.5


def rework(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a P′ chart of weeks that differ by more than chance; from the middle on the level lies elsewhere."""
    share, spread = 0.15, 0.02
    size = random.integers(140, 260, weeks)
    level = share + random.normal(0, spread, weeks)
    level[weeks // 2 :] += shift * np.sqrt(share * (1 - share) / 200 + spread**2)
    count = random.binomial(size, np.clip(level, 0, 1))
    return control.shares(pd.Series(range(weeks)), pd.Series(count), pd.Series(size))


def exceptions(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a U′ chart of counts that vary by more than a Poisson count would."""
    size = random.integers(140, 260, weeks)
    rate = 0.3 * random.gamma(50, 1 / 50, weeks)
    rate[weeks // 2 :] += shift * np.sqrt(0.3 / 200 + 0.3**2 / 50)
    count = random.poisson(size * rate)
    return control.counts(pd.Series(range(weeks)), pd.Series(count), pd.Series(size))


def medians(random: np.random.Generator, weeks: int, shift: float) -> pd.DataFrame:
    """Return a chart of weekly medians of a hundred items; from the middle on they lie elsewhere."""
    level = random.normal(40, 5, weeks)
    level[weeks // 2 :] += shift * 5
    return control.medians(medians_of([level_ + random.normal(0, 8, 100) for level_ in level]))


def medians_of(durations: list[np.ndarray]) -> pd.DataFrame:
    """Return the weeks of a log with the limits of their medians, as `drilldown.workflow_weeks` makes them."""
    every = np.quantile(np.concatenate(durations), drilldown.GRID)
    rows = [{"week": n, "hours": np.median(one), "lasted": len(one)} for n, one in enumerate(durations)]
    weeks = pd.DataFrame(rows).assign(all_hours=[every] * len(rows), timed=sum(map(len, durations)))
    return weeks.assign(**drilldown.limits(weeks))


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
    chart = control.shares(pd.Series(range(weeks)), pd.Series(count), pd.Series([size] * weeks))
    binomial = 3 * np.sqrt(0.15 * 0.85 / size)

    outside = (chart["value"] - chart["centre"]).abs() > binomial
    beyond = (chart["value"] < chart["low"]) | (chart["value"] > chart["high"])

    assert outside.sum() > 20
    assert not beyond.any()


def test_the_level_before_and_after_a_shift_is_the_pooled_rate_of_its_weeks() -> None:
    weekly = weeks_of([9, 15, 10, 16, 11, 14] * 3 + [20, 42, 21, 40, 22, 41] * 3).assign(judged=[50, 150] * 18)

    found = variation.signals(control.points(weekly)).set_index("figure").loc["rework"]

    before, after = weekly[weekly["week"] < found["shifted"]], weekly[weekly["week"] >= found["shifted"]]
    pooled = [part["reworked"].sum() / part["judged"].sum() for part in (before, after)]
    assert [found["before"], found["after"]] == pytest.approx(pooled)
    assert found["before"] < found["centre"] < found["after"]


def test_the_levels_of_a_duration_lie_on_either_side_of_its_centre_however_skewed_the_weeks_are() -> None:
    weekly = weeks_of([0] * 20, [80, 120, 75, 60, 20, 100, 150, 170, 90, 95, 25, 5, 0.03, 100, 8, 0.02, 40, 4, 20, 3])

    found = variation.signals(control.points(weekly)).iloc[0]

    assert found["after"] < found["centre"] < found["before"]


def test_fewer_than_twenty_weeks_are_not_judged() -> None:
    weekly = weeks_of([5] * 19)

    found = variation.signals(control.points(weekly))

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
            "lasted": 100,
            "low_hours": 9.0,
            "centre_hours": float(np.median(hours or [11.0])),
            "high_hours": 13.0,
            "is_whole": True,
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


# ---------------------------------------------------------------------------------------------------- false alarms

DRAWS = {
    "log-normal": lambda random, n: random.lognormal(3, 1, n),
    "exponential": lambda random, n: random.exponential(30, n),
    "narrow": lambda random, n: random.normal(360, 3, n),
    "heavy": lambda random, n: random.pareto(1.2, n) * 10,
    "constant": lambda random, n: np.full(n, 24.0),
}
RARE = [(kind, each) for kind in ("shares", "counts") for each in (0.1, 0.5, 2, 5)]
TIMED = [(draw, unit) for draw in DRAWS for unit in (1 / 60, 1, 24)]
ALARMS = {26: 0.10, 52: 0.10}
"""Share of stable charts of so many weeks of which the page says that at most so many signal."""


def alarms(made, weeks: int, charts: int) -> float:
    random = np.random.default_rng(11)
    return float(np.mean([made(random, weeks)["is_signal"].any() for _ in range(charts)]))


def rare(kind: str, each: float, random: np.random.Generator, weeks: int) -> pd.DataFrame:
    """Return a stable chart with so many reworked items, or exceptions, a week."""
    size = np.maximum(random.poisson(50, weeks), 1)
    count = random.binomial(size, each / 50) if kind == "shares" else random.poisson(size * each / 50)
    count[0] += not count.sum()
    return getattr(control, kind)(pd.Series(range(weeks)), pd.Series(count), pd.Series(size))


def timed(draw: str, unit: float, random: np.random.Generator, weeks: int) -> pd.DataFrame:
    """Return a stable chart of durations that the log writes in minutes, hours or days."""
    sizes = np.maximum(random.poisson(20, weeks), 1)
    return control.medians(medians_of([np.round(DRAWS[draw](random, size) / unit) * unit for size in sizes]))


@pytest.mark.proof
@pytest.mark.parametrize("weeks", ALARMS)
@pytest.mark.parametrize(
    "made",
    [partial(rare, *one) for one in RARE] + [partial(timed, *one) for one in TIMED],
    ids=[f"{kind} {each}" for kind, each in RARE] + [f"{draw} {unit:.2g} h" for draw, unit in TIMED],
)
def test_stable_charts_signal_no_more_often_than_the_page_says(made, weeks) -> None:
    charts, most = cases(30, 300), ALARMS[weeks]

    assert alarms(made, weeks, charts) <= most + 3 * np.sqrt(most * (1 - most) / charts)


@pytest.mark.parametrize(("median_days", "received"), [(30, 365), (12, 91)])
def test_a_log_drawn_by_receipt_of_a_stable_process_does_not_shift(make_engagement, median_days, received) -> None:
    random = np.random.default_rng(3)
    came = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.uniform(0, received, 3000), unit="D")
    done = came + pd.to_timedelta(random.lognormal(np.log(median_days), 0.8, 3000), unit="D")
    frame = pd.DataFrame({"id": range(3000), "got": came, "sent": done})[done < "2026-01-01"]
    toml = '[cases]\nsource = "log.csv"\ncase = "id"\nreceived = "got"\ncompleted = "sent"\ntimezone = "UTC"\n'
    place = make_engagement(
        toml, {"log.csv": frame.to_csv(index=False)}, period=("2025-01-01", "2025-12-31"), as_of="2026-01-15"
    )

    weekly = drilldown.workflow_weeks(event_log.open(engagement.open(place)))
    found = variation.signals(control.points(weekly))

    assert not weekly["is_whole"].all()
    assert found[found["is_judged"]]["shifted"].isna().all()
    assert (found[found["is_judged"]]["signals"] <= 1).all()
