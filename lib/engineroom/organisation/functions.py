"""What a back office does, by department, and how its items travel: functions, touches, handoffs, and waiting."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, operating_tables, results
from engineroom.dictionary.columns import DataFrame, as_text, words
from engineroom.readers.tables import Tables

CUSTOMER = ("customer support",)
"""Functions that serve customers; whatever is no department of the taxonomy and none of these is industry-specific."""

PERSPECTIVES = {
    "cost": ("cost_per_transaction", "rework_cost", "cost_per_denial", "finance_cost_share", "legal_spend_share"),
    "quality": (
        "error_rate", "first_pass_yield", "rework_rate", "order_accuracy", "invoice_accuracy", "clean_claim_rate",
        "matter_field_error_rate", "first_pass_acceptance", "initial_denial_rate", "billing_guideline_compliance",
    ),
    "time": ("sla_compliance", "cycle_time_p90", "cycle_time_p50", "cycle_time_mean", "on_time_delivery"),
    "customer": ("csat", "nps", "fcr"),
    "people": ("utilisation", "productivity", "employee_engagement"),
}  # fmt: skip
"""What a balanced scorecard looks at (000-16), each with the KPIs that measure it, the plainest first."""

SIDES = ("cost", "quality", "time", "customer")
"""The perspectives that every workflow can be asked for; people belong to teams."""

ENOUGH = 2
"""Perspectives from which on a workflow counts as measured."""


def coverage(tables: Tables, measures: DataFrame[results.Measures]) -> DataFrame[operating_tables.Coverage]:
    """Return every activity of the taxonomy with the workflows of the assessment that belong to it.

    A workflow belongs to the activity that names its process; one whose function is a department but whose process is
    in no activity is listed under the department as another activity. `measured` counts the perspectives (cost,
    quality, time, customer) of which a KPI is known in each of its workflows.
    """
    found = placed(tables)
    rows = []
    for function in tables.functions.to_dict("records"):
        mine = found[found["activity"] == function["activity"]]
        rows.append(_covered(function, mine, measures, tables))
    extra = found[found["activity"].isna() & (found["kind"] == "administrative")]
    names = tables.functions.drop_duplicates("function").set_index("function")["department"]
    for function_id, mine in extra.groupby("function", sort=True):
        other = {"department": names[function_id], "function": function_id, "activity": "other work", "row": "001-01"}
        rows.append(_covered(other, mine, measures, tables))
    frame = operating_tables.Coverage.frame(rows)
    order = {name: place for place, name in enumerate(tables.functions["department"].drop_duplicates())}
    frame = frame.sort_values("department", key=lambda one: one.map(order), kind="stable")
    return operating_tables.Coverage.validate(frame.reset_index(drop=True))


def placed(tables: Tables) -> pd.DataFrame:
    """Return every workflow with its function, its activity in the taxonomy and its class (004-01).

    The function is what the table says, else that of its process. A workflow whose process is in the taxonomy is
    administrative whatever its function is called.
    """
    listed = tables.functions.assign(process=tables.functions["processes"].map(words)).explode("process")
    activity = dict(zip(listed["process"], listed["activity"], strict=True))
    department = dict(zip(listed["process"], listed["function"], strict=True))
    known = tables.processes.set_index("process")["function"]
    rows = []
    for row in tables.workflows.to_dict("records"):
        process = as_text(row["process"])
        said = as_text(row["function"]).strip().lower()
        function = department.get(process) or said or str(known.get(process, ""))
        kind = "administrative" if function in set(tables.functions["function"]) else "industry-specific"
        kind = "customer support" if function in CUSTOMER else kind if function else "not stated"
        rows.append(
            {"workflow": row["workflow"], "function": function, "activity": activity.get(process), "kind": kind}
        )
    return pd.DataFrame(rows, columns=["workflow", "function", "activity", "kind"]).astype({"activity": "object"})


def _covered(function: dict[str, Any], mine: pd.DataFrame, measures: pd.DataFrame, tables: Tables) -> dict[str, Any]:
    about = tables.workflows[tables.workflows["workflow"].isin(mine["workflow"])]
    kpis = measures[measures["workflow"].isin(about["workflow"])]
    of_each = {workflow: set(rows["kpi"]) for workflow, rows in kpis.groupby("workflow")}
    seen = {
        side: float(sum(bool(of_each.get(workflow, set()) & set(PERSPECTIVES[side])) for workflow in about["workflow"]))
        for side in SIDES
    }
    whole = sum(number == len(about) for number in seen.values()) if len(about) else 0
    owned = int(about["owner"].notna().sum())
    state = "owned and measured" if owned == len(about) and whole >= ENOUGH else "partly"
    return {
        "department": function["department"],
        "activity": function["activity"],
        "workflows": codes.listed(about["workflow"]),
        "number": float(len(about)),
        "monthly_volume": about["monthly_volume"].sum(min_count=1),
        "owned": float(owned),
        **seen,
        "measured": float(whole),
        "state": state if len(about) else "absent",
        "row": function["row"],
    }


def travel(
    tables: Tables,
    efforts: pd.DataFrame,
    wanted: DataFrame[operating_tables.Demand],
    measures: DataFrame[results.Measures],
) -> DataFrame[operating_tables.Travel]:
    """Return, per workflow, how many people and hands an item passes, and how much of its way it waits.

    End to end is receipt to completion; the sum of the steps is the hands-on time. From the log where it has start
    times (`efforts`, of completed cases that were handled); else the standard hours of one item over all skills against
    the mean time of touched cases, or the stated median; else the map's hours by step, each step once, which is a plan.
    """
    classes = placed(tables).set_index("workflow")["kind"]
    by_map = tables.steps.dropna(subset=["hours_of_work", "hours_of_wait"]).groupby("workflow")
    drawn = by_map[["hours_of_work", "hours_of_wait"]].sum()
    hours = wanted.groupby(["workflow", "week"]).agg(hours=("hours", "sum"), items=("arrivals", "max"))
    hours = hours.groupby("workflow").sum()
    timed = measures[measures["definition"] == "cycle_time_p50/elapsed"].set_index("workflow")["value"]
    whole = by_map.size().eq(tables.steps.groupby("workflow").size().reindex(by_map.size().index))
    logged = efforts.set_index("workflow") if len(efforts) else pd.DataFrame()
    rows = []
    for workflow in dict.fromkeys([*tables.workflows["workflow"], *logged.index]):
        known = logged.loc[workflow].to_dict() if workflow in logged.index else {}
        work, wait, basis = known.get("handling_hours", math.nan), known.get("waiting_hours", math.nan), "log"
        if math.isnan(work) and workflow in hours.index and hours.at[workflow, "items"] > 0:
            touched = known.get("touched_share", 1.0)
            whole_way = known.get("touched_hours", float(timed.get(workflow, math.nan)))
            planned = float(hours.at[workflow, "hours"] / hours.at[workflow, "items"]) / (touched or math.nan)
            if planned <= whole_way:
                work, wait, basis = planned, whole_way - planned, "standard"
        if math.isnan(work) and workflow in drawn.index and whole[workflow]:
            work, wait, basis = (
                float(drawn.at[workflow, "hours_of_work"]),
                float(drawn.at[workflow, "hours_of_wait"]),
                "map",
            )
        total = work + wait
        rows.append(
            {
                "workflow": workflow,
                "kind": classes.get(workflow, "not stated"),
                "items": known.get("completed", math.nan),
                "touches": known.get("touches", math.nan),
                "handoffs": known.get("handoffs", math.nan),
                "work_hours": work,
                "wait_hours": wait,
                "total_hours": total,
                "wait_share": wait / total if total > 0 else math.nan,
                "basis": None if math.isnan(work) else basis,
            }
        )
    return operating_tables.Travel.of(rows)


def tracking(tables: Tables, promised: pd.DataFrame) -> DataFrame[operating_tables.Tracking]:
    """Return, per workflow, whether a promise is written, and the share of its items whose due date a system watches.

    The share is that of the log's cases with a due date; without any, all of them where `slas` names a system. Without
    promise and due date a workflow cannot even state its SLA.
    """
    due = promised.set_index("workflow")["share"] if len(promised) else pd.Series(dtype=float)
    volume = promised.set_index("workflow")["monthly"] if len(promised) else pd.Series(dtype=float)
    rows = []
    stated = tables.workflows.set_index("workflow")["monthly_volume"]
    for workflow in dict.fromkeys([*tables.workflows["workflow"], *due.index]):
        promises = tables.slas[tables.slas["workflow"] == workflow]
        system = promises["tracked_by"].dropna()
        share = float(due.get(workflow, 0.0))
        share = share if share > 0 else float(len(system) > 0)
        items = float(stated.get(workflow, math.nan))
        items = items if not math.isnan(items) else float(volume.get(workflow, math.nan))
        state = "tracked" if share >= 1 else "partly" if share > 0 else "stated" if len(promises) else "cannot state"
        rows.append(
            {
                "workflow": workflow,
                "requirement": codes.listed(promises["requirement"]) or None,
                "tracked_by": codes.listed(system) or None,
                "is_tracked_by_log": share > 0 and system.empty,
                "monthly_items": items,
                "tracked_share": share,
                "tracked_items": share * items,
                "state": state,
            }
        )
    return operating_tables.Tracking.of(rows)


def tracked_part(found: DataFrame[operating_tables.Tracking]) -> float:
    """Return the share of the volume whose due date a system watches; blank where no volume is known."""
    known = found.dropna(subset=["monthly_items"])
    total = float(known["monthly_items"].sum())
    return float(known["tracked_items"].sum()) / total if total > 0 else math.nan


def balance(tables: Tables, measures: DataFrame[results.Measures]) -> DataFrame[operating_tables.Balance]:
    """Return, per workflow and for the whole, one KPI of each perspective of a balanced scorecard, or that none is.

    "cost only": cost is measured, and neither quality nor time nor the customer is. Staffing is of teams: utilisation
    counts for the whole, or for the one workflow a team works on.
    """
    named = ["", *tables.workflows["workflow"]]
    teams = tables.staffing.dropna(subset=["productive_hours", "paid_hours"])["workflow"]
    rows = []
    for workflow in dict.fromkeys([*named, *measures["workflow"]]):
        mine = measures[measures["workflow"] == workflow] if workflow else measures
        row: dict[str, Any] = {"workflow": workflow}
        for side, kpis in PERSPECTIVES.items():
            seen = [kpi for kpi in kpis if kpi in set(mine["kpi"])]
            row[side] = seen[0] if seen else "utilisation" if side == "people" and (teams == workflow).any() else None
        others = [row[side] for side in ("quality", "time", "customer")]
        row["measured"] = float(sum(row[side] is not None for side in PERSPECTIVES))
        row["verdict"] = (
            "nothing measured" if not row["measured"]
            else "cost only" if row["cost"] and not any(others)
            else "balanced" if all(row[side] for side in ("cost", "quality", "time", "customer"))
            else "gaps"
        )  # fmt: skip
        row["definitions"] = float(_several(mine) if not workflow else 0)
        rows.append(row)
    return operating_tables.Balance.of(rows)


def _several(measures: pd.DataFrame) -> int:
    """Return how many KPIs follow more than one definition: their figures cannot be pooled (004-08)."""
    return int((measures.groupby("kpi")["definition"].nunique() > 1).sum())
