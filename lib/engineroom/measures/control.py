"""Whether a workflow is stable: control charts over weeks, as the gate before a bot needs them.

Shares are drawn on a Laney P′ chart, whose limits allow for weeks that differ more than chance alone explains; where
no share is known, the weekly cycle time is drawn on a chart of individuals. A week signals where it lies outside three
sigma, or ends a run of nine weeks on one side of the centre (Nelson 1984, rules 1 and 2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame

FEWEST_WEEKS = 20
RUN = 9
MOVING_RANGE = 1.128
"""Expected moving range of two normal values, in sigmas."""
LANEY, INDIVIDUALS = "laney_rework", "individuals_cycle_time"
"""Codes of the charts."""


def stability(weekly: pd.DataFrame) -> DataFrame[plans.Stability]:
    """Return whether each workflow ran in control; blank where fewer than twenty weeks were seen.

    `weekly` has a row per workflow and week: completed, reworked, judged (completed with known rework), hours (median).
    """
    rows: list[dict[str, Any]] = []
    for workflow, weeks in weekly.groupby("workflow", sort=True):
        name, drawn = chart(weeks)
        row: dict[str, Any] = {"workflow": workflow, "chart": name, "weeks": len(drawn)}
        signals = int(drawn["is_signal"].sum())
        if len(drawn) < FEWEST_WEEKS:
            reason = codes.code("too_few_weeks", n=len(drawn), needed=FEWEST_WEEKS)
            row |= {"signals": math.nan, "is_stable": None, "reason": reason}
        else:
            reason = codes.code("weeks_signal", signals=signals, weeks=len(drawn), chart=name)
            row |= {"signals": signals, "is_stable": signals == 0}
            row |= {"reason": reason if signals else codes.code("no_signal", weeks=len(drawn))}
        rows.append(row)
    return plans.Stability.validate(plans.Stability.frame(rows).astype({"is_stable": "boolean"}))


def chart(weeks: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the name of the chart that fits a workflow's weeks, and its points: week, value, low, centre, high."""
    ordered = weeks.sort_values("week", kind="stable")
    judged = ordered[ordered["judged"] > 0]
    if len(judged) and judged["reworked"].sum() > 0:
        return LANEY, laney(judged["week"], judged["reworked"], judged["judged"])
    timed = ordered[ordered["hours"].notna()]
    return INDIVIDUALS, individuals(timed["week"], timed["hours"])


def laney(week: pd.Series, count: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Return the points of a Laney P′ chart: binomial limits, widened by how much more than chance the weeks differ."""
    centre = float(count.sum() / n.sum())
    return _widened(week, count, n, centre, centre * (1 - centre))


def laney_counts(week: pd.Series, count: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Return the points of a Laney U′ chart: Poisson limits of a count per item, widened as on the P′ chart."""
    centre = float(count.sum() / n.sum())
    return _widened(week, count, n, centre, centre)


def _widened(week: pd.Series, count: pd.Series, n: pd.Series, centre: float, variance: float) -> pd.DataFrame:
    """Return the points of a chart whose items vary by `variance`, its limits widened by what the weeks vary more."""
    rate, sigma = count.to_numpy(float) / n.to_numpy(float), np.sqrt(variance / n.to_numpy(float))
    scaled = (rate - centre) / np.where(sigma > 0, sigma, 1.0)
    spread = float(np.abs(np.diff(scaled)).mean() / MOVING_RANGE) if len(rate) > 1 else 0.0
    return _points(week, rate, centre, 3 * sigma * spread, floor=0.0)


def individuals(week: pd.Series, values: pd.Series, floor: float = 0.0) -> pd.DataFrame:
    """Return the points of a chart of individuals: limits from the mean moving range, none below `floor`."""
    seen = values.to_numpy(float)
    spread = float(np.abs(np.diff(seen)).mean() / MOVING_RANGE) if len(seen) > 1 else 0.0
    return _points(week, seen, float(seen.mean()) if len(seen) else math.nan, np.full(len(seen), 3 * spread), floor)


def _points(week: pd.Series, values: np.ndarray, centre: float, half: np.ndarray, floor: float) -> pd.DataFrame:
    side = np.sign(values - centre)
    run, runs = 0, []
    for place, now in enumerate(side):
        run = run + 1 if place and now == side[place - 1] and now else 1
        runs.append(run)
    outside = np.abs(values - centre) > half + 1e-12
    return pd.DataFrame(
        {
            "week": week.to_numpy(),
            "value": values,
            "low": np.maximum(centre - half, floor),
            "centre": centre,
            "high": centre + half,
            "is_signal": outside | (np.asarray(runs, int) >= RUN),
        }
    )
