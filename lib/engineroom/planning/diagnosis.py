"""The diagnostic question: can the reduction somebody wants come from automation, and what must be asked first?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame, as_text, words
from engineroom.readers.tables import Tables

MONTHS = 12


def ask(tables: Tables, touches: pd.DataFrame) -> DataFrame[scenarios.Diagnoses]:
    """Return, per wanted reduction, manual load, the straight-through rate it takes, and what automation reaches.

    If each person handles as many items by hand as today, (1 - reduction) · FTE people can handle
    (1 - reduction) · (1 - STP) of the volume, so the rate must reach 1 - (1 - reduction)(1 - STP). Realistic and quoted
    are the ranges of the reference classes, as shares of the people. `touches` are the causes of manual work.
    """
    flows = tables.workflows.set_index("workflow")
    causes = touches.set_index("workflow")
    rows = []
    for target in tables.headcount_targets.to_dict("records"):
        if target["workflow"] not in flows.index:
            continue
        flow = flows.loc[target["workflow"]]
        volume, people = float(flow["monthly_volume"]), float(flow["fte"])
        stp = float(flow["monthly_straight_through"]) / volume if volume else float("nan")
        if not people or pd.isna(people) or pd.isna(stp):
            continue
        needed = 1 - (1 - target["reduction"]) * (1 - stp)
        out = target["reduction"] * people
        realised, quoted = (_range(tables, target["kind"], line) for line in ("realised", "quoted"))
        verdict = "no class" if pd.isna(realised[1]) else "above" if target["reduction"] > realised[1] else "within"
        known = causes.loc[target["workflow"]] if target["workflow"] in causes.index else None
        rows.append(
            {
                "workflow": target["workflow"],
                "monthly_volume": volume,
                "fte": people,
                "stp": stp,
                "manual": volume * (1 - stp),
                "manual_per_fte": volume * (1 - stp) / people,
                "items_per_fte": volume / people,
                "items_per_fte_year": volume * MONTHS / people,
                "reduction": target["reduction"],
                "fte_out": out,
                "fte_left": people - out,
                "stp_needed": needed,
                "stp_rise": needed - stp,
                "realised_low": realised[0] * people,
                "realised_high": realised[1] * people,
                "quoted_low": quoted[0] * people,
                "quoted_high": quoted[1] * people,
                "verdict": verdict,
                "upstream": float("nan") if known is None else known["upstream_data"],
                "judgement": float("nan") if known is None else known["judgement"],
                "asked_by": as_text(target["asked_by"]),
            }
        )
    return scenarios.Diagnoses.of(rows)


def _range(tables: Tables, kind: str, line: str) -> tuple[float, float]:
    """Return the first class of a line that fits a kind: document 002's, which document 003 contradicts."""
    classes: Any = tables.reference_classes
    fits = classes[(classes["measure"] == "saving") & (classes["line"] == line)]
    fits = fits[fits["kinds"].map(lambda kinds: kind in words(kinds))]
    return (float(fits["low"].iloc[0]), float(fits["high"].iloc[0])) if len(fits) else (float("nan"), float("nan"))
