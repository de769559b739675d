"""Whether the reports of one client agree: two answers to one question, an order that cannot be, a sum that is none.

Every report is made of the same assessment, so what differs here differs on pages. A report that is to be final is
refused while one point is open; a draft names it on its last page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, governance_tables, plans, quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.planning.scenario import Programme

CENT = 0.005
"""Amounts that differ by less are the same."""
GOOD = ("ahead", "on the path")


def check(
    worths: DataFrame[results.Worths],
    values: DataFrame[results.Values],
    bridge: DataFrame[plans.Bridge],
    plan: DataFrame[plans.Plan],
    decisions: DataFrame[plans.Decisions],
    prerequisites: DataFrame[plans.Prerequisites],
    paths: DataFrame[plans.Paths],
    kept: DataFrame[quality_tables.Kept],
    agenda: DataFrame[plans.Agenda],
    pressures: DataFrame[governance_tables.Pressures],
    answers: DataFrame[Findings],
    programme: Programme,
) -> DataFrame[plans.Disagreements]:
    """Return what does not agree among the tables of an assessment: none, where all is well."""
    counted = worths[worths["is_counted"]]
    found = [
        *_sums("values", values, "worth", counted, "worth"),
        *_sums("bridge", bridge, "gap", counted, "worth"),
        *_parts(bridge),
        *_order(plan, decisions),
        *_rests_on(plan, prerequisites),
        *_gains(paths, kept),
        *_early(agenda, decisions),
        *_backed(answers, programme, pressures, decisions),
    ]
    return plans.Disagreements.of([{"question": name, "said": codes.code(name, **about)} for name, about in found])


Found = Iterator[tuple[str, dict[str, Any]]]


def _sums(table: str, parts: pd.DataFrame, part: str, whole: pd.DataFrame, total: str) -> Found:
    """Yield a table whose rows do not add up to the total that another table holds."""
    for end in ("low", "high"):
        left, right = parts[f"{part}_{end}"].sum(), whole[f"{total}_{end}"].sum()
        if abs(left - right) > CENT * (len(parts) + 1):
            yield "sum_is_none", {"table": table, "sum": float(left), "total": float(right)}


def _parts(bridge: pd.DataFrame) -> Found:
    """Yield the workflows of a bridge whose steps do not lead from the gap to the net."""
    for row in bridge.to_dict("records"):
        for end, other in (("low", "high"), ("high", "low")):
            gap = row[f"addressed_{end}"] + row[f"open_{end}"]
            net = row[f"brings_{end}"] - row[f"cost_{other}"]
            if abs(gap - row[f"gap_{end}"]) > CENT or abs(net - row[f"net_{end}"]) > CENT:
                yield "bridge_breaks", {"workflow": row["workflow"]}


def _order(plan: pd.DataFrame, decisions: pd.DataFrame) -> Found:
    """Yield the initiatives that start before what opens a gate of theirs has ended, unless an override says so."""
    ends, starts = (plan.set_index("item")[name].to_dict() for name in ("end", "start"))
    for row in decisions[decisions["decision"] == "waits"].to_dict("records"):
        for opener in codes.each(row["opened_by"]):
            before = codes.read(opener)[1].get("item", "")
            if row["initiative"] in starts and ends.get(before, pd.NaT) >= starts[row["initiative"]]:
                yield "starts_too_early", {"initiative": row["initiative"], "before": before}


def _rests_on(plan: pd.DataFrame, prerequisites: pd.DataFrame) -> Found:
    """Yield the prerequisites that the plan calls met before one that they rest on."""
    known = prerequisites.drop_duplicates("prerequisite").set_index("prerequisite")
    asked = plan[plan["kind"] == "prerequisite"]
    asked = asked.assign(prerequisite=[codes.read(name)[1]["prerequisite"] for name in asked["name"]])
    for row in asked.to_dict("records"):
        before = asked[asked["prerequisite"].isin(codes.items(known.loc[row["prerequisite"], "after"]))]
        before = before[before["workflow"].isin(["", row["workflow"]]) & (before["end"] > row["end"])]
        for one in before["prerequisite"]:
            names = (known.loc[name, "name"] for name in (row["prerequisite"], one))
            yield "met_too_early", dict(zip(("prerequisite", "before"), names, strict=True))


def _gains(paths: pd.DataFrame, kept: pd.DataFrame) -> Found:
    """Yield the workflows whose gain one report calls lost and another well on its way."""
    lost = kept[(kept["verdict"] == "slipped") & (kept["kpi"] == "stp_rate")]
    for row in paths[paths["verdict"].isin(GOOD) & paths["workflow"].isin(lost["workflow"])].to_dict("records"):
        yield "gain_told_twice", {"workflow": row["workflow"]}


def _early(agenda: pd.DataFrame, decisions: pd.DataFrame) -> Found:
    """Yield the changes that the agenda calls too early although nobody overrode a gate for them."""
    overridden = set(decisions.loc[decisions["decision"] == "overridden", "initiative"])
    for initiative in (one for cell in agenda["early"] for one in codes.items(cell)):
        if initiative not in overridden:
            yield "early_without_override", {"initiative": initiative}


def _backed(answers: pd.DataFrame, programme: Programme, pressures: pd.DataFrame, decisions: pd.DataFrame) -> Found:
    """Yield what one report recommends, or fears, although the roadmap refuses it."""
    refused = set(decisions.loc[decisions["decision"] == "refused", "initiative"])
    for row in answers[(answers["question"] == "answer") & (answers["verdict"] == "leads")].to_dict("records"):
        option = codes.unpacked(row["mentions"])["option"]
        for initiative in refused.intersection(programme[option].initiatives):
            yield "backed_and_refused", {"option": option, "initiative": initiative}
    for initiative in dict.fromkeys(pressures.loc[pressures["asks"].isin(refused), "asks"]):
        yield "feared_and_refused", {"initiative": initiative}
