"""Pilots of 60 days: what must be fixed before they start, how many items they need, and what they showed."""

from __future__ import annotations

import math
from typing import Any

from engineroom import statistics
from engineroom.dictionary import plans, results
from engineroom.dictionary.columns import DataFrame
from engineroom.readers.tables import Tables

DAYS = 60
FIRST = 3
FEWEST_ITEMS = 30
"""However large the difference: the formula leans on the normal distribution."""
KPIS = ("error_rate", "rework_rate", "first_pass_yield", "stp_rate", "sla_compliance")
"""Shares a pilot can be judged on, the most telling first."""


def plan(
    gaps: DataFrame[results.Gaps], rankings: DataFrame[plans.Rankings], tables: Tables
) -> DataFrame[plans.PilotPlans]:
    """Return, for the first three workflows of the shortlist, up to two KPIs with baseline, target and sample.

    The target is the benchmark of the workflow's own gap. The sample is what a comparison of two shares needs to see
    that difference with 80% power at 5%; where 60 days do not bring as many items, the days that would are given.
    """
    rows = []
    for ranked in rankings[rankings["is_shortlisted"]].head(FIRST).to_dict("records"):
        mine = gaps[(gaps["workflow"] == ranked["workflow"]) & gaps["kpi"].isin(KPIS) & (gaps["gap"] > 0)]
        order = mine["kpi"].map({kpi: place for place, kpi in enumerate(KPIS)})
        mine = mine.assign(order=order).sort_values("order", kind="stable").drop_duplicates("kpi")
        for gap in mine.head(2).to_dict("records"):
            needed = statistics.sample_for_shares(gap["value"], gap["benchmark_value"], gap["n"])
            needed = max(needed, FEWEST_ITEMS) if needed > 0 else needed
            expected = ranked["monthly_volume"] * 12 * DAYS / 365
            days = math.nan if math.isnan(needed) or not expected > 0 else math.ceil(needed / expected * DAYS)
            rows.append(
                {key: gap[key] for key in ("workflow", "kpi", "name")}
                | {"baseline": gap["value"], "baseline_n": gap["n"], "target": gap["benchmark_value"]}
                | {"items_needed": needed, "items_expected": math.floor(expected), "days_needed": days}
                | {"is_enough": needed <= expected}
            )
    return plans.PilotPlans.of(rows)


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
