"""Whether a workflow is stable: control charts over weeks, the same for the page and for the gate before a bot.

A week signals outside its limits, or ends a run on one side of the centre that is too long for chance (Nelson 1984,
rules 1 and 2). The limits of a week are those of its own items, exact for any number of them: binomial for shares,
Poisson for counts, order statistics of all durations for a median. Where weeks differ more than that explains they are
widened by the moving range, as Laney's charts are. How long a run must be is taken from the same weeks in other orders,
so that ties and skew make no signal.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, columns, logtables, plans, quality_tables
from engineroom.dictionary.columns import DataFrame

FEWEST_WEEKS = 20
"""Weeks below which a chart is drawn, and not judged."""

FEWEST_ITEMS = 5
"""Completed items below which a week has no median worth drawing."""

RUN, RUNS = 9, 0.05
"""Weeks on one side that make a run, or more where so many stable charts or more would show a run of that length."""

SHUFFLED, SEED = 999, 1
"""Orders of the same weeks against which a run and a shift are held, and the seed that draws them."""

CHARTS = {"rework": "laney_rework", "exceptions": "laney_exceptions", "cycle time": "median_cycle_time"}
"""What is drawn -> the code of its chart."""


def points(weekly: DataFrame[logtables.WorkflowWeeks]) -> DataFrame[quality_tables.Points]:
    """Return the weeks of every control chart: reworked share, exceptions per item and median cycle time.

    Weeks in which quick and slow items had not the same chance to be completed are left out (`is_whole`).
    """
    found: list[pd.DataFrame] = []
    for workflow, weeks in weekly[weekly["is_whole"]].groupby("workflow", sort=True):
        ordered = weeks.sort_values("week", kind="stable")
        judged, followed = ordered[ordered["judged"] > 0], ordered[ordered["followed"] > 0]
        drawn = {"cycle time": medians(ordered[ordered["lasted"] >= FEWEST_ITEMS])}
        if judged["reworked"].sum() > 0:
            drawn["rework"] = shares(judged["week"], judged["reworked"], judged["judged"])
        if followed["failures"].sum() > 0:
            drawn["exceptions"] = counts(followed["week"], followed["failures"], followed["followed"])
        found += [
            chart.assign(workflow=workflow, figure=figure, chart=CHARTS[figure])
            for figure, chart in drawn.items()
            if len(chart) > 1
        ]
    if not found:
        return columns.empty(quality_tables.Points)
    frame = pd.concat(found, ignore_index=True)
    return quality_tables.Points.validate(frame[quality_tables.Points.names()])


def stability(
    weekly: DataFrame[logtables.WorkflowWeeks], drawn: DataFrame[quality_tables.Points]
) -> DataFrame[plans.Stability]:
    """Return whether each workflow ran in control, by its rework or else its cycle time; blank where none can tell."""
    charts = dict(list(drawn.groupby(["workflow", "figure"])))
    rows: list[dict[str, Any]] = []
    for workflow, weeks in weekly.groupby("workflow", sort=True):
        figure = next((one for one in ("rework", "cycle time") if (workflow, one) in charts), "cycle time")
        chart = charts.get((workflow, figure), drawn.head(0))
        row: dict[str, Any] = {"workflow": workflow, "chart": CHARTS[figure], "weeks": len(chart)}
        signals, cut = int(chart["is_signal"].sum()), int((~weeks["is_whole"]).sum())
        if len(chart) < FEWEST_WEEKS:
            name = "too_few_whole_weeks" if cut else "too_few_weeks"
            reason = codes.code(name, n=len(chart), needed=FEWEST_WEEKS, cut=cut)
            row |= {"signals": math.nan, "is_stable": None, "reason": reason}
        else:
            reason = codes.code("weeks_signal", signals=signals, weeks=len(chart), chart=CHARTS[figure])
            row |= {"signals": signals, "is_stable": signals == 0}
            row |= {"reason": reason if signals else codes.code("no_signal", weeks=len(chart))}
        rows.append(row)
    return plans.Stability.validate(plans.Stability.frame(rows).astype({"is_stable": "boolean"}))


def shares(week: pd.Series, count: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Return the points of a chart of shares: binomial limits, widened as Laney's P′ chart does."""
    centre = float(count.sum() / n.sum())
    return _of_counts(week, count, n, centre, centre * (1 - centre), statistics.binomial_limits)


def counts(week: pd.Series, count: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Return the points of a chart of counts per item: Poisson limits, widened as Laney's U′ chart does."""
    centre = float(count.sum() / n.sum())
    return _of_counts(week, count, n, centre, centre, statistics.poisson_limits)


def medians(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the points of a chart of weekly medians, on the scale of logarithms, told in hours.

    `weeks` has week, hours, lasted (items of the median), and the durations of all items that the median of so many
    passes by chance: low_hours, high_hours. `centre_hours` is the median of all items.
    """
    if weeks.empty:
        return pd.DataFrame()
    hours = weeks["hours"].to_numpy(float)
    centre = float(weeks["centre_hours"].iloc[0])
    least = max(centre, float(hours.max()), 1e-9) / 1000  # no logarithm of nought
    scaled, middle = np.log(np.maximum(hours, least)), math.log(max(centre, least))
    half = statistics.reach(scaled)
    low = np.minimum(weeks["low_hours"].to_numpy(float), math.exp(middle - half) if half else centre)
    high = np.maximum(weeks["high_hours"].to_numpy(float), math.exp(middle + half) if half else centre)
    return _points(weeks["week"], hours, low, centre, high, np.sign(hours - centre))


def _of_counts(
    week: pd.Series, count: pd.Series, n: pd.Series, centre: float, variance: float, law: Callable[[Any, float], Any]
) -> pd.DataFrame:
    """Return the points of a chart whose weekly counts follow a law, its limits widened by what the weeks vary more."""
    items, seen = n.to_numpy(float), count.to_numpy(float)
    rate, sigma = seen / items, np.sqrt(variance / items)
    least, middle, most = law(items, centre)
    scaled = (rate - centre) / np.where(sigma > 0, sigma, 1.0)
    half = sigma * max(statistics.reach(scaled), 3.0)
    low = np.maximum(np.minimum(least / items, centre - half), 0.0)
    high = np.maximum(most / items, centre + half)
    return _points(week, rate, low, centre, high, np.sign(seen - middle))


def _points(week: pd.Series, values: np.ndarray, low: Any, centre: Any, high: Any, side: np.ndarray) -> pd.DataFrame:
    """Return the points of a chart; `side` says on which side of the centre a week lies, 0 for neither."""
    near = 1e-9 * np.maximum(np.abs(values), 1e-9)
    outside = (values > high + near) | (values < low - near)
    table = pd.DataFrame({"week": week.to_numpy(), "value": values})
    return table.assign(low=low, centre=centre, high=high, is_signal=outside | _ends_run(side))


def _ends_run(side: np.ndarray) -> np.ndarray:
    """Return which weeks end a run too long for chance; weeks on neither side are passed over."""
    told = side[side != 0]
    found = np.zeros(len(side), bool)
    if len(told) >= RUN:
        longest = np.sort(_runs(shuffled(told)).max(axis=1))
        needed = max(RUN, int(longest[math.ceil((1 - RUNS) * len(longest)) - 1]) + 1)
        found[side != 0] = _runs(told[None, :])[0] >= needed
    return found


def _runs(side: np.ndarray) -> np.ndarray:
    """Return, for each order (a row), the length of the run that each place ends."""
    length = np.ones(side.shape, int)
    for place in range(1, side.shape[1]):
        length[:, place] = np.where(side[:, place] == side[:, place - 1], length[:, place - 1] + 1, 1)
    return length


def shuffled(values: np.ndarray) -> np.ndarray:
    """Return the same values in `SHUFFLED` other orders, a row each, the same for the same number of values."""
    return values[_orders(len(values))]


@functools.cache
def _orders(n: int) -> np.ndarray:
    return np.random.default_rng(SEED).permuted(np.tile(np.arange(n), (SHUFFLED, 1)), axis=1)
