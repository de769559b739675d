"""What became of a change, month by month since it went live: is its gain still there, and which errors escaped.

Ungoverned gains are lost within 12 to 18 months (000-15); a failing programme shows itself first in the errors that
reach customers in its months 6 to 12 (002-13). Both are asked of monthly counts, with months as the unit: months differ
by more than their items explain, and a figure that ignored that would call every second month a change.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import columns, quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.readers.tables import Tables

GAINED = (1, 6)
"""Months of a programme in which its gain is measured."""

REGRESSION = (12, 18)
"""Months in which ungoverned gains are lost (000-15)."""

CANARY = (6, 12)
"""Months in which escaped errors betray a failing programme (002-13)."""

ESCAPED = "escaped_errors"
RISK = 0.01
"""Chance that one month of an unchanged process is worse than its limit."""

FEWEST_BASE, FEWEST_WATCHED = 6, 3
MOST_LOST = 0.5
"""Share of the gain that may at most be lost, over the whole interval, where it is called held."""


def months(tables: Tables) -> DataFrame[quality_tables.Months]:
    """Return every month of every change with the limit that an unchanged process keeps.

    The limit of a month lies on the worse side of the base: centre + t · √(1 + 1/n) · s · σ, with σ from the month's
    own items (binomial for shares, Poisson for counts per item), s the spread of the base months in such sigmas, never
    below 1, and t for one month in a hundred. Base: the six months of the gain; of escaped errors all months before
    the sixth.
    """
    known = tables.definitions[tables.definitions["is_default"]].set_index("kpi")
    found: list[pd.DataFrame] = []
    for (change, kpi), rows in tables.monthly_values.groupby(["change", "kpi"], sort=True):
        about = known.loc[kpi]
        frame = rows.sort_values("month", kind="stable").reset_index(drop=True)
        live, at = frame["go_live"].dt, frame["month"].dt
        number = (at.year - live.year) * 12 + at.month - live.month + 1
        frame = frame.assign(
            change=change,
            kpi=kpi,
            name=about["name"],
            unit=about["unit"],
            month=frame["month"].dt.to_period("M").dt.to_timestamp(),
            programme_month=number.astype(float),
            value=frame["numerator"] / frame["denominator"],
            is_base=number < CANARY[0] if kpi == ESCAPED else number.between(*GAINED),
        )
        found.append(_limited(frame, str(kpi), str(about["direction"])))
    if not found:
        return columns.empty(quality_tables.Months)
    frame = pd.concat(found, ignore_index=True)
    return quality_tables.Months.validate(frame[quality_tables.Months.names()])


def kept(found: DataFrame[quality_tables.Months], tables: Tables) -> DataFrame[quality_tables.Kept]:
    """Return what became of each change: held or slipped in months 12 to 18, alarm in months 6 to 12.

    A gain is **slipped** where the whole interval of what was lost since its first six months lies above nought
    (Welch, months as the unit), **held** where the interval leaves out the loss of half the gain, else not settled.
    Escaped errors are an **alarm** where a month from the sixth to the twelfth is above its limit.
    """
    known = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["direction"]
    live = tables.monthly_values.groupby("change")["go_live"].first()
    rows: list[dict[str, Any]] = []
    for (change, kpi), series in found.groupby(["change", "kpi"], sort=True):
        number = series["programme_month"]
        window = CANARY if kpi == ESCAPED else REGRESSION
        watched, base = series[number.between(*window)], series[series["is_base"]]
        sign = -1.0 if known[kpi] == "up" else 1.0
        row: dict[str, Any] = {
            **{name: series[name].iloc[0] for name in ("workflow", "name", "unit")},
            "change": change,
            "kpi": kpi,
            "go_live": live[change],
            "last_month": number.max(),
            "before": _pooled(series[number < GAINED[0]]),
            "gained": _pooled(base),
            "watched": _pooled(watched),
            "signals": int(series["is_signal"].sum()),
            "first_signal": series.loc[series["is_signal"], "month"].min(),
        }
        if len(watched) >= FEWEST_WATCHED and len(base) >= FEWEST_WATCHED:
            loss, *ends = (sign * one for one in statistics.welch(watched["value"], base["value"]))
            row |= {"loss": loss, "low": min(ends), "high": max(ends)}
        rows.append(row | {"verdict": _verdict(row, str(kpi), sign, watched, base)})
    frame = quality_tables.Kept.frame(rows)
    return quality_tables.Kept.validate(frame.astype({"first_signal": "datetime64[us]"}))


def _limited(frame: pd.DataFrame, kpi: str, direction: str) -> pd.DataFrame:
    base = frame[frame["is_base"]]
    if len(base) < FEWEST_BASE:
        return frame.assign(centre=math.nan, limit=math.nan, is_signal=False)
    centre = _pooled(base)
    spread = centre * (1 - centre) if frame["unit"].iloc[0] == "share" else centre
    sigma = np.sqrt(max(spread, 1e-12) / frame["denominator"])
    wide = max(float(((base["value"] - centre) / sigma[base.index]).std(ddof=1)), 1.0)
    sign = -1.0 if direction == "up" else 1.0
    limit = centre + sign * statistics.prediction_factor(len(base), RISK) * wide * sigma
    window = CANARY if kpi == ESCAPED else (GAINED[1] + 1, REGRESSION[1])
    is_watched = frame["programme_month"].between(*window) & ~frame["is_base"]
    return frame.assign(centre=centre, limit=limit, is_signal=is_watched & (sign * (frame["value"] - limit) > 0))


def _verdict(row: dict[str, Any], kpi: str, sign: float, watched: pd.DataFrame, base: pd.DataFrame) -> str:
    if kpi == ESCAPED:
        if row["signals"]:
            return "alarm"
        is_told = len(base) >= FEWEST_BASE and len(watched) > 0
        return "too early" if not is_told else "no alarm" if row["last_month"] >= CANARY[1] else "not settled"
    if "loss" not in row:
        return "too early"
    if row["low"] > 0:
        return "slipped"
    gain = sign * (row["before"] - row["gained"])
    return "held" if gain > 0 and row["high"] < MOST_LOST * gain else "not settled"


def _pooled(rows: pd.DataFrame) -> float:
    return float(rows["numerator"].sum() / rows["denominator"].sum()) if len(rows) else math.nan
