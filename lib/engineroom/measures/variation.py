"""Whether a figure has changed or only varies: weekly control charts, lasting shifts, and before against after.

A chart tells which weeks are out of the ordinary (`control`); whether the level as a whole moved is asked once per
chart, by the two-sample statistic that is largest over all weeks at which it could have moved, held against the same
weeks in other orders, so that one stable chart in fifty is called shifted (docs/method/quality.md).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import columns, quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.errors import EngineroomError
from engineroom.measures import control

SIDE = 5
"""Weeks that a level must have lasted on either side."""

SHIFTED = 0.02
"""Share of stable charts that are called shifted."""


def signals(drawn: DataFrame[quality_tables.Points]) -> DataFrame[quality_tables.Signals]:
    """Return what each chart says: weeks that signal, and the week from which its level lies elsewhere."""
    rows: list[dict[str, Any]] = []
    for (figure, workflow), chart in drawn.groupby(["figure", "workflow"], sort=True):
        judged = len(chart) >= control.FEWEST_WEEKS
        at = shift(chart) if judged else None
        rows.append(
            {
                "workflow": workflow,
                "figure": figure,
                "chart": chart["chart"].iloc[0],
                "weeks": len(chart),
                "centre": chart["centre"].iloc[0],
                "signals": int(chart["is_signal"].sum()),
                "shifted": pd.NaT if at is None else chart["week"].iloc[at],
                "before": math.nan if at is None else _level(chart.iloc[:at]),
                "after": math.nan if at is None else _level(chart.iloc[at:]),
                "is_judged": judged,
            }
        )
    return quality_tables.Signals.of(rows)


def _level(weeks: pd.DataFrame) -> float:
    """Return the level of some weeks: the median of their durations, or their rates pooled.

    A rate weighs as its limits say: half the width shrinks with the root of its items.
    """
    if weeks["figure"].iloc[0] == "cycle time":
        return float(weeks["value"].median())
    weight = 1 / (weeks["high"] - weeks["centre"]) ** 2
    return float(np.average(weeks["value"], weights=weight))


def shift(chart: pd.DataFrame) -> int | None:
    """Return the place of the first week of another level, None where the weeks do not show one.

    Values are measured in the sigma of their own week, so that large and small weeks weigh alike, and then ranked:
    a few wild weeks make no shift, and what is called one by chance does not depend on how the values are spread.
    """
    sigma = ((chart["high"] - chart["centre"]) / 3).to_numpy(float)
    if len(chart) < 2 * SIDE or not (sigma > 0).all():
        return None
    ranks = ((chart["value"] - chart["centre"]) / sigma).rank().to_numpy(float)
    if not ranks.std() > 0:
        return None
    z = (ranks - ranks.mean()) / ranks.std()
    found = _steps(z[None, :])[0]
    by_chance = np.sort(_steps(control.shuffled(z)).max(axis=1))
    limit = by_chance[math.ceil((1 - SHIFTED) * len(by_chance)) - 1]
    return int(found.argmax()) + SIDE if found.max() > limit + 1e-9 else None


def _steps(z: np.ndarray) -> np.ndarray:
    """Return the two-sample statistic of standardised values at each place, for each order (a row) of them."""
    n = z.shape[1]
    place = np.arange(SIDE, n - SIDE + 1)
    sums = np.cumsum(z, axis=1)
    before, after = sums[:, place - 1] / place, (sums[:, -1:] - sums[:, place - 1]) / (n - place)
    return np.asarray(np.abs(after - before) / np.sqrt(1 / place + 1 / (n - place)))


# --------------------------------------------------------------------------------------------- before against after


def changes(weekly: pd.DataFrame, durations: pd.DataFrame, changed: str) -> DataFrame[quality_tables.Changes]:
    """Return first-pass yield and median cycle time before a day and from it on, with what can be said.

    The yield is compared by Newcombe's interval of the difference; weeks are whole, so the week that holds the day
    counts as after. The median is called better or worse where the order-statistic intervals of both sides do not
    overlap, which is stricter than a test at 5%.
    """
    if not changed or weekly.empty:
        return columns.empty(quality_tables.Changes)
    monday = day(changed) - pd.Timedelta(days=day(changed).weekday())
    weekly = weekly.assign(is_after=weekly["week"] >= monday)
    rows: list[dict[str, Any]] = []
    for workflow, mine in weekly.groupby("workflow", sort=True):
        sides = mine.groupby("is_after")[["reworked", "judged"]].sum().reindex([False, True], fill_value=0)
        (bad, all_before), (bad_after, all_after) = sides.to_numpy(float)
        if all_before and all_after:
            low, high = statistics.newcombe(
                int(all_after - bad_after), int(all_after), int(all_before - bad), int(all_before)
            )
            ends = {"before": 1 - bad / all_before, "after": 1 - bad_after / all_after, "low": low, "high": high}
            verdict = "better" if low > 0 else "worse" if high < 0 else "not confirmed"
            counts = {"n_before": all_before, "n_after": all_after, "verdict": verdict}
            rows.append({"workflow": workflow, "figure": "first_pass_yield"} | ends | counts)
        done = durations[(durations["workflow"] == workflow) & (durations["completed"] > 0)]
        parts = [_median(done[done["is_after"] == side]) for side in (False, True)]
        if all(n for _, _, _, n in parts):
            (before, low_before, high_before, n), (after, low, high, n_after) = parts
            verdict = "better" if high < low_before else "worse" if low > high_before else "not confirmed"
            ends = {"before": before, "after": after, "low": low, "high": high}
            ends["relative"] = statistics.relative_change(before, after)
            counts = {"n_before": n, "n_after": n_after, "verdict": verdict}
            rows.append({"workflow": workflow, "figure": "cycle_time_p50"} | ends | counts)
    return quality_tables.Changes.of(rows)


def day(changed: str) -> pd.Timestamp:
    """Return the day a parameter names; raise `EngineroomError` where it names none."""
    try:
        return pd.Timestamp(pd.to_datetime(changed, format="%Y-%m-%d"))
    except ValueError:
        raise EngineroomError(f'changed is "{changed}"; write a day as 2026-03-31, or leave it blank') from None


def _median(done: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return the median of counted durations, its order-statistic interval, and n."""
    ordered = done.groupby("hours")["completed"].sum().sort_index()
    n = int(ordered.sum())
    if not n:
        return math.nan, math.nan, math.nan, 0
    upto = ordered.cumsum().to_numpy()
    ranks = [int(rank[0]) for rank in statistics.quantile_ranks(n, 0.5)]
    at = [
        float(ordered.index[np.searchsorted(upto, rank)]) if 1 <= rank <= n else math.nan
        for rank in ((n + 1) // 2, *ranks)
    ]
    return at[0], at[1], at[2], float(n)
