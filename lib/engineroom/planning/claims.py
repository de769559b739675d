"""Claims against what others have reached: reference classes, output less its errors, and the months to watch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import results, scenarios
from engineroom.dictionary.columns import DataFrame, as_text, empty, words
from engineroom.planning import scenario
from engineroom.planning.scenario import DO_NOTHING, MONTHS, Option, Programme
from engineroom.readers.tables import Tables

SIGMAS = 3.0


def audit(programme: Programme, tables: Tables) -> DataFrame[scenarios.Claims]:
    """Return each claimed saving beside its reference class; `multiple` is the claim over the class's upper end.

    What is compared is the part of the claim that the class is about: its first year with a saving, or a year in full
    run, each as a share of what the work costs today.
    """
    rows = [_claim(option, tables) for option in programme.options if option.kind != DO_NOTHING]
    return scenarios.Claims.validate(pd.DataFrame(rows)) if rows else empty(scenarios.Claims)


def quality(programme: Programme, tables: Tables) -> DataFrame[scenarios.Qualities]:
    """Return what each option gains in output once its errors are paid for.

    For a gain g and a share d of wrong items: good = (1 + g)(1 - d), adjusted = good - c · (1 + g) · d, where c is the
    cost of a defect in items; break-even c = (good - 1) / ((1 + g) · d). The baseline has no defects.
    """
    rows = []
    for row in tables.options.to_dict("records"):
        gain, wrong = row["productivity_gain"], row["defect_rate"]
        if pd.isna(gain) or pd.isna(wrong):
            continue
        cost = _defect_in_items(row, tables)
        good = (1 + gain) * (1 - wrong)
        adjusted = good - cost * (1 + gain) * wrong
        break_even = (good - 1) / ((1 + gain) * wrong) if wrong else math.inf
        verdict = "not known" if math.isnan(cost) else "gain" if adjusted >= 1 else "loss"
        if math.isnan(cost) and break_even <= 0:
            verdict = "loss"  # whatever a defect costs
        rows.append(
            {
                "option": row["option"],
                "productivity_gain": gain,
                "defect_rate": wrong,
                "good": good,
                "defect_cost": cost,
                "adjusted": adjusted,
                "break_even": break_even,
                "verdict": verdict,
            }
        )
    return scenarios.Qualities.of(rows)


SERVICES = {"csat": "csat/mean_of_5", "nps": "nps/standard", "fcr": "fcr/all_contacts"}
"""What customers notice of an option (000-24), by the definition in which it is promised."""


def services(measures: DataFrame[results.Measures], tables: Tables) -> DataFrame[scenarios.Services]:
    """Return what each option promises customers beside today's figure; of KPIs that some option promises."""
    names = tables.definitions.set_index("definition")
    rows = []
    for row in tables.options[tables.options["kind"] != DO_NOTHING].to_dict("records"):
        places = [as_text(row["workflow"]), ""]
        for kpi in [kpi for kpi in SERVICES if tables.options[kpi].notna().any()]:
            known = measures[measures["definition"] == SERVICES[kpi]].sort_values("workflow", ascending=False)
            today = (known if len(known) == 1 and not places[0] else known[known["workflow"].isin(places)])["value"]
            about = {"option": row["option"], "kpi": kpi}
            figures = {"today": today.iloc[0] if len(today) else math.nan, "promised": row[kpi]}
            rows.append(about | figures | {label: names.at[SERVICES[kpi], label] for label in ("name", "unit")})
    return scenarios.Services.of(rows)


def canaries(programme: Programme, tables: Tables) -> DataFrame[scenarios.Canaries]:
    """Return, per option, the months in which escaped errors betray a failing programme, and the level of alarm.

    Months count from the day work first moves: the report's day, or the end of a transition that saves nothing before.
    The alarm is today's error rate plus three standard deviations of a month's items.
    """
    classes = tables.reference_classes[tables.reference_classes["measure"] == "month"]
    begin = pd.Timestamp(tables.engagement.header.as_of)
    rows = []
    for option in programme.options:
        fits = classes[classes["kinds"].map(lambda kinds, kind=option.kind: kind in words(kinds))]
        if fits.empty or not option.full:
            continue
        live = begin + pd.DateOffset(months=round(option.transition) if option.ramp == "step" else 0)
        spread = math.sqrt(option.error_rate * (1 - option.error_rate) / option.monthly_items)
        rows.append(
            {
                "option": option.name,
                "first": live + pd.DateOffset(months=int(fits["low"].iloc[0]) - 1),
                "last": live + pd.DateOffset(months=int(fits["high"].iloc[0])) - pd.Timedelta(days=1),
                "error_rate": option.error_rate,
                "alarm": min(option.error_rate + SIGMAS * spread, 1.0),
            }
        )
    return scenarios.Canaries.of(rows)


def _claim(option: Option, tables: Tables) -> dict[str, Any]:
    classes = tables.reference_classes
    classes = classes[(classes["measure"] == "saving") & (classes["line"] == "realised")]
    fits = classes[classes["kinds"].map(lambda kinds: option.kind in words(kinds))]
    workflow = tables.options.set_index("option")["workflow"].get(option.name)
    cost = scenario.cost_today(tables, as_text(workflow))
    row: dict[str, Any] = {
        "option": option.name,
        "kind": option.kind,
        "saving_full": option.full,
        "saving_first": option.first,
        "claimed": option.full / cost,
        "claim_grade": option.grade,
        "source": option.source,
    }
    if not option.full or math.isnan(cost) or fits.empty:
        return (
            row
            | dict.fromkeys(("basis", "reference_class", "label", "grade"))
            | {
                **dict.fromkeys(("low", "high", "money_low", "money_high", "multiple"), np.nan),
                "verdict": "no class" if option.full else "no claim",
            }
        )
    known = fits.iloc[0]
    claimed = (option.first if known["basis"] == "first_year" else option.full) / cost
    verdict = "above" if claimed > known["high"] else "below" if claimed < known["low"] else "within"
    return row | {
        "basis": known["basis"],
        "claimed": claimed,
        "reference_class": known["reference_class"],
        "label": known["label"],
        "low": known["low"],
        "high": known["high"],
        "money_low": known["low"] * cost,
        "money_high": known["high"] * cost,
        "multiple": claimed / known["high"],
        "verdict": verdict,
        "grade": known["grade"],
    }


def _defect_in_items(row: dict[str, Any], tables: Tables) -> float:
    """Return what a defect costs in items: cost of rework over unit cost, weighted by volume; NaN where not known."""
    flows = tables.workflows
    if isinstance(row["workflow"], str):
        flows = flows[flows["workflow"] == row["workflow"]]
    known = flows[flows["cost_of_rework"].notna() & flows["unit_cost"].gt(0)]
    volume = known["monthly_volume"] * MONTHS
    spent = (known["unit_cost"] * volume).sum()
    return float((known["cost_of_rework"] * volume).sum() / spent) if spent else math.nan
