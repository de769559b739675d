"""Pilots of 60 days: what must be fixed before they start, how many items they need, and what they showed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import logtables, plans, results
from engineroom.dictionary.columns import DataFrame
from engineroom.measures import stated
from engineroom.readers.tables import Tables

DAYS = 60
FIRST = 3
FEWEST_ITEMS = 30
"""However large the difference: the formula leans on the normal distribution."""
SHARES = {
    "error_rate": ("defective", "inspected"),
    "rework_rate": ("reworked", "judged"),
    "first_pass_yield": ("first_pass", "judged"),
    "stp_rate": ("straight", "touched"),
    "sla_compliance": ("met", "due"),
}
"""KPI -> the counts of `Quarters` that its share is of, the most telling first: errors, then time."""
TURNAROUND = "turnaround"
TURNAROUND_NAME = "Done within today's median time"
"""Turnaround as a share, so that a pilot on it is judged as one on errors is: half of today's items are that quick."""
MOST_KPIS = 2


def plan(
    gaps: DataFrame[results.Gaps],
    rankings: DataFrame[plans.Rankings],
    quarters: DataFrame[logtables.Quarters],
    tables: Tables,
) -> DataFrame[plans.PilotPlans]:
    """Return, for the first three workflows of the shortlist, up to two KPIs with baseline, target and sample.

    One is turnaround, the other the first share that misses its benchmark. The target is what the client has reached
    before: the best whole quarter of the workflow itself. Where no quarter is better than the baseline the target is
    blank: it is to be agreed before the start. The sample is what a comparison of two shares needs to see the
    difference with 80% power at 5%; where 60 days do not bring as many items, the days that would are given. `visible`
    is the least change that the items of 60 days show: a target nearer than that would be luck.
    """
    period, rows = stated.period(tables), []
    ends = quarters["quarter"] + pd.offsets.QuarterEnd(0)
    whole = quarters[(quarters["quarter"] >= period["period_start"]) & (ends <= period["period_end"])]
    for ranked in rankings[rankings["is_shortlisted"]].head(FIRST).to_dict("records"):
        mine, of_it = (frame[frame["workflow"] == ranked["workflow"]] for frame in (gaps, whole))
        for kpi, counts in [*_turnaround(of_it), *_missing(mine)][:MOST_KPIS]:
            sign = -1.0 if kpi.pop("direction") == "down" else 1.0
            target = _best(of_it, *counts, sign=sign, than=kpi["baseline"])
            needed = statistics.sample_for_shares(kpi["baseline"], target, kpi["baseline_n"])
            needed = max(needed, FEWEST_ITEMS) if needed > 0 else needed
            expected = ranked["monthly_volume"] * 12 * DAYS / 365
            visible = statistics.visible_share(kpi["baseline"], kpi["baseline_n"], math.floor(expected), sign)
            days = math.nan if math.isnan(needed) or not expected > 0 else math.ceil(needed / expected * DAYS)
            rows.append(
                kpi
                | {"workflow": ranked["workflow"], "target": target, "visible": visible}
                | {"items_needed": needed, "items_expected": math.floor(expected), "days_needed": days}
                | {"is_enough": needed <= expected}
            )
    return plans.PilotPlans.of(rows)


def _turnaround(quarters: pd.DataFrame) -> Iterator[tuple[dict[str, Any], tuple[str, str]]]:
    """Yield the share that was done within today's median time, where the log tells times."""
    n = quarters["lasted"].sum()
    if n:
        today = {"baseline": quarters["quick"].sum() / n, "baseline_n": n, "direction": "up"}
        yield {"kpi": TURNAROUND, "name": TURNAROUND_NAME} | today, ("quick", "lasted")


def _missing(gaps: pd.DataFrame) -> Iterator[tuple[dict[str, Any], tuple[str, str]]]:
    """Yield the shares of a workflow that are on the worse side of their benchmark, the most telling first."""
    short = gaps[gaps["kpi"].isin(list(SHARES)) & (gaps["gap"] > 0)].drop_duplicates("kpi").set_index("kpi")
    for kpi in (name for name in SHARES if name in short.index):
        row = short.loc[kpi]
        today = {"baseline": row["value"], "baseline_n": row["n"], "direction": row["direction"]}
        yield {"kpi": kpi, "name": row["name"]} | today, SHARES[kpi]


def _best(quarters: pd.DataFrame, part: str, whole: str, *, sign: float, than: float) -> float:
    """Return the best share of a quarter with enough items; blank where none is better than today's."""
    enough = quarters[quarters[whole] >= FEWEST_ITEMS]
    shares = sign * enough[part] / enough[whole]
    return sign * float(shares.max()) if len(shares) and shares.max() > sign * than else math.nan


def judge(tables: Tables) -> DataFrame[plans.PilotResults]:
    """Return the verdict on each pilot that has run: pass, fail or inconclusive, with Newcombe's interval.

    pass: the whole interval shows improvement and the change reaches what was fixed as success. fail: the whole
    interval lies below it. A KPI that was fixed after the start gives no verdict, however good it looks.
    """
    defined = tables.definitions[tables.definitions["is_default"]].set_index("kpi")
    direction, names = defined["direction"], defined["name"]
    rows = []
    for one in tables.pilots.to_dict("records"):
        sign = -1.0 if direction.get(one["kpi"]) == "down" else 1.0
        after, n, before, n_before = (int(one[k]) for k in ("numerator", "n", "baseline_numerator", "baseline_n"))
        ends = sorted(sign * end for end in statistics.newcombe(after, n, before, n_before))
        change, least = sign * (after / n - before / n_before), one["least_change"]
        verdict, reason = _verdict(change, ends, least, one)
        rows.append(
            {key: one[key] for key in ("pilot", "workflow", "kpi")}
            | {"name": names.get(one["kpi"], one["kpi"])}
            | {"before": before / n_before, "during": after / n, "change": change, "low": ends[0], "high": ends[1]}
            | {"verdict": verdict, "reason": reason}
        )
    return plans.PilotResults.of(rows)


def _verdict(change: float, ends: list[float], least: float, one: dict[str, Any]) -> tuple[str, str]:
    if one["fixed"] > one["start"]:
        return "inconclusive", "fixed_after_start"
    if ends[0] > 0 and change >= least:
        return "pass", "improved_as_fixed"
    if ends[1] < least:
        return "fail", "below_what_was_fixed"
    return "inconclusive", "holds_success_and_failure"
