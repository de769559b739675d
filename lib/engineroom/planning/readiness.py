"""What must stand before a workflow is touched, what the evidence says, and which gate refuses what.

Data, then map, then governance, then automation; redesign before outsourcing; one measure before centralising. A gate
opens by evidence, or by an override that names approver, day and reason. Nothing else opens it.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, operating_tables, plans, quality_tables, results
from engineroom.dictionary.columns import DataFrame, as_text, is_document, words
from engineroom.readers.tables import Tables

REBUILD = (2.0, 3.0)
"""What work costs, in multiples of its cost, that was built on a skipped prerequisite and is built again (000-07)."""
PASSES = 0.9
"""Share of rows of data, and of fields of a map, from which on they are shown to be in order."""
FEWEST = 10
"""Rows below which a dimension of data quality says nothing about a workflow."""
WORKS = 3
"""Level from which on a part of governance works: it is done, and somebody can show it."""
DELIVER = ("preparation",)
"""Kinds that open gates: they are stopped by none, so that no gate waits for itself."""


def shown(
    tables: Tables,
    measures: DataFrame[results.Measures],
    scores: DataFrame[quality_tables.DataScores],
    maps: DataFrame[plans.Maps],
    parts: DataFrame[operating_tables.Profile],
) -> DataFrame[plans.Shown]:
    """Return what was measured of each workflow's data, map and governance (000-03).

    Data are shown where every dimension that was measured on enough rows passes in nine of ten, a map where nine of ten
    of its fields are filled in and every step lies on a path, governance where each of its parts reaches the level at
    which it works.
    """
    rows: list[dict[str, Any]] = []
    levels = parts.loc[parts["instrument"] == "governance"]
    works, asked = int((levels["level"] >= WORKS).sum()), len(levels)
    for workflow in workflows(tables, measures):
        of = {"workflow": workflow}
        mine = scores[(scores["workflow"] == workflow) & (scores["applicable"] >= FEWEST)]
        for row in mine.sort_values("value", kind="stable").head(1).to_dict("records"):
            what = {"dimension": row["dimension"], "share": row["value"], "n": row["applicable"]}
            figures = {"about": "data", "value": row["value"], "n": row["applicable"]}
            rows.append(
                of | figures | {"is_shown": row["value"] >= PASSES, "measured": codes.code("data_scored", **what)}
            )
        for row in maps[maps["workflow"] == workflow].to_dict("records"):
            lost = len(codes.items(row["orphans"]))
            what = {"share": row["completeness"], "n": row["steps"], "lost": lost}
            figures = {"about": "map", "value": row["completeness"], "n": row["steps"]}
            is_shown = row["completeness"] >= PASSES and not lost
            rows.append(of | figures | {"is_shown": is_shown, "measured": codes.code("map_described", **what)})
        if levels["level"].notna().any():
            what = {"works": works, "n": asked}
            figures = {"about": "governance", "value": works / asked, "n": asked}
            rows.append(of | figures | {"is_shown": works == asked, "measured": codes.code("parts_work", **what)})
    return plans.Shown.of(rows)


def assess(
    tables: Tables, measures: DataFrame[results.Measures], shown: DataFrame[plans.Shown]
) -> DataFrame[plans.Prerequisites]:
    """Return the status of every prerequisite of the sector for every workflow.

    A row about one workflow goes before a row about all of them. Done counts only with a document that can be found and
    a day that has passed; without them it is a claim. What can be measured must be measured as well: where nothing was,
    it is only attested, and where the measurement says otherwise, it is contradicted.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    records = {(row["prerequisite"], as_text(row["workflow"])): row for row in tables.readiness.to_dict("records")}
    seen = {(row["workflow"], row["about"]): row for row in shown.to_dict("records")}
    rows = []
    for workflow in workflows(tables, measures):
        for one in tables.pack.prerequisites:
            record = records.get((one.id, workflow), records.get((one.id, ""), {}))
            status = str(record.get("status", "not_recorded"))
            measured = seen.get((workflow, one.shown_by), {})
            if status == "done" and not (is_document(record.get("evidence")) and record.get("date", pd.NaT) <= as_of):
                status = "claimed"
            elif status == "done" and one.shown_by and not measured.get("is_shown"):
                status = "contradicted" if measured else "attested"
            rows.append(
                {key: record.get(key) for key in ("evidence", "owner", "date")}
                | {"workflow": workflow, "prerequisite": one.id, "name": one.name, "source": one.source}
                | {"after": codes.listed(one.after)}
                | {"status": status, "is_met": status == "done", "is_general": not as_text(record.get("workflow"))}
                | {"measured": measured.get("measured")}
            )
    return plans.Prerequisites.of(rows)


def stages(prerequisites: DataFrame[plans.Prerequisites], tables: Tables) -> DataFrame[plans.Stages]:
    """Return the stage each workflow stands at: the first of data, map and governance that is not complete."""
    rows = []
    for workflow, mine in prerequisites.groupby("workflow", sort=False):
        row: dict[str, Any] = {"workflow": workflow, "stage": "automate", "blocks": ""}
        missing: list[str] = []
        for stage in ("data", "map", "governance"):
            asked = mine[mine["prerequisite"].isin(_asked(tables, stage, str(workflow)))]
            row |= {stage: len(asked), f"{stage}_met": int(asked["is_met"].sum())}
            if asked.empty or not asked["is_met"].all():
                row["stage"] = stage if row["stage"] == "automate" else row["stage"]
                missing += asked.loc[~asked["is_met"], "name"].tolist()
        rows.append(row | {"blocks": codes.listed(missing)})
    return plans.Stages.of(rows)


def decide(
    initiatives: pd.DataFrame,
    prerequisites: DataFrame[plans.Prerequisites],
    stability: DataFrame[plans.Stability],
    comparability: pd.DataFrame,
    tables: Tables,
) -> DataFrame[plans.Decisions]:
    """Return what each gate says to each initiative it concerns.

    open: the evidence is there. waits: items of the plan deliver what is missing, and the initiative starts after them.
    overridden: somebody took the risk, by name. refused: nothing in the plan opens the gate, so the initiative is not
    in the plan; neither is what comes after it.
    """
    rows, gates, planned = [], tables.gates.to_dict("records"), initiatives.to_dict("records")
    lacking: dict[str, list[dict[str, Any]]] = {workflow: [] for workflow in prerequisites["workflow"]}
    for row in prerequisites[~prerequisites["is_met"]].to_dict("records"):
        lacking[row["workflow"]].append(row)
    for initiative in planned:
        for gate in gates:
            if initiative["kind"] not in words(gate["blocks"]):
                continue
            missing, openers, rows_of = _missing(initiative, gate, planned, lacking, stability, comparability, tables)
            decision = "open" if not missing else "waits" if openers and all(openers) else "refused"
            rows.append(
                {key: initiative[key] for key in ("initiative", "kind")}
                | {"workflow": as_text(initiative["workflow"]), "gate": gate["gate"], "rule": gate["name"]}
                | {"decision": decision, "missing": codes.several(missing)}
                | {"source": codes.listed(dict.fromkeys([gate["source"], *rows_of]))}
                | {"unblocks": gate["unblocks"] if missing else ""}
                | {"opened_by": codes.several(dict.fromkeys(filter(None, openers))) if decision == "waits" else ""}
                | (_override(initiative, gate, tables) if missing else {})
            )
    return plans.Decisions.of(rows)


def opening(row: dict[str, Any], planned: list[dict[str, Any]]) -> str:
    """Return the code of the item that delivers a prerequisite: an initiative that says so, or the prerequisite.

    Its part `item` is what identifies it in the plan.
    """
    if own := _delivering(row["prerequisite"], row["workflow"], planned):
        return named(own[0])
    about = {"prerequisite": row["prerequisite"], "label": row["name"]}
    if row["is_general"]:
        return codes.code("prerequisite_of_all", item=row["name"], **about)
    return codes.code("prerequisite", item=f"{row['name']}: {row['workflow']}", workflow=row["workflow"], **about)


def named(name: str) -> str:
    """Return the code of an initiative as an item of the plan."""
    return codes.code("initiative", item=name)


def workflows(tables: Tables, measures: DataFrame[results.Measures]) -> list[str]:
    """Return the workflows under assessment: the inventory's, or where there is none those that were measured."""
    named = tables.workflows["workflow"] if len(tables.workflows) else measures["workflow"]
    return [workflow for workflow in dict.fromkeys(named.dropna()) if workflow]


# ---------------------------------------------------------------------------------------------------- what a gate sees


def _missing(
    initiative: dict[str, Any],
    gate: dict[str, Any],
    planned: list[dict[str, Any]],
    lacking: dict[str, list[dict[str, Any]]],
    stability: pd.DataFrame,
    comparability: pd.DataFrame,
    tables: Tables,
) -> tuple[list[str], list[str], list[str]]:
    """Return what is missing as codes, per missing thing the item that delivers it or blank, and the sources."""
    missing: list[str] = []
    openers: list[str] = []
    sources: list[str] = []
    flows = [initiative["workflow"]] if as_text(initiative["workflow"]) else list(lacking)
    for workflow in flows:
        if gate["asks"] == "prerequisites":
            asked = words(gate["prerequisites"]) if _runs_on(workflow, gate["systems"], tables) else []
            for row in [row for row in lacking.get(workflow, []) if row["prerequisite"] in asked]:
                about = {"measured": row["measured"]} if row["status"] == "contradicted" else {}
                lack = codes.code(f"prerequisite_{row['status']}", name=row["name"], **about)
                missing += [lack] if lack not in missing else []
                sources.append(row["source"])
                openers.append(opening(row, planned))
        elif lack := _unproven(str(workflow), gate, stability, comparability, tables):
            missing.append(lack)
            own = _delivering(gate["gate"], workflow, planned)
            if gate["asks"] == "redesign":
                own += _about(workflow, [one for one in planned if one["kind"] == "redesign"])
            openers.append(named(own[0]) if own and gate["asks"] != "differentiator" else "")
    if not flows:
        missing, openers = ["no_workflow_named"], [""]
    return missing, openers, sources


def _unproven(
    workflow: str, gate: dict[str, Any], stability: pd.DataFrame, comparability: pd.DataFrame, tables: Tables
) -> str:
    """Return the code of what keeps a gate closed that is not about prerequisites; blank where evidence is there."""
    about = tables.portfolio[tables.portfolio["workflow"] == workflow]
    if gate["asks"] == "redesign":
        shown = len(about) and is_document(about["redesign_evidence"].iloc[0])
        return "" if shown else codes.code("no_redesign_shown", workflow=workflow)
    if gate["asks"] == "differentiator":
        said = as_text(about["differentiator"].iloc[0]) if len(about) else ""
        name = {"no": "", "yes": "is_differentiator"}.get(said, "differentiator_not_stated")
        return name and codes.code(name, workflow=workflow)
    if gate["asks"] == "definitions":
        mine = comparability[comparability["workflow"] == workflow]
        apart = mine[~mine["is_comparable"]]
        if mine.empty:
            return codes.code("no_unit_definitions", workflow=workflow)
        kpis = apart["name"].drop_duplicates().tolist()
        return codes.code("units_measure_differently", workflow=workflow, kpis=kpis) if kpis else ""
    if gate["asks"] == "stability":
        mine = stability[stability["workflow"] == workflow]
        if mine.empty:
            return codes.code("no_weekly_series", workflow=workflow)
        is_stable = mine["is_stable"].iloc[0] is True or mine["is_stable"].eq(True).any()
        return "" if is_stable else codes.code("not_stable", workflow=workflow, reason=mine["reason"].iloc[0])
    types = tables.exceptions.loc[tables.exceptions["workflow"] == workflow, "exception"].nunique()
    if not types:
        return codes.code("no_exception_log", workflow=workflow)
    most = int(gate["most"])
    return "" if types <= most else codes.code("too_many_exceptions", workflow=workflow, n=types, most=most)


def _override(initiative: dict[str, Any], gate: dict[str, Any], tables: Tables) -> dict[str, Any]:
    said = tables.overrides
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    mine = said[
        (said["initiative"] == initiative["initiative"]) & (said["gate"] == gate["gate"]) & (said["date"] <= as_of)
    ]
    if mine.empty:
        return {}
    row, cost = mine.iloc[0], initiative["cost"]
    low, high = (math.nan if math.isnan(cost) else cost * times for times in REBUILD)
    return {
        "decision": "overridden",
        "opened_by": "",
        "approver": row["approver"],
        "approved": row["date"],
        "reason": row["reason"],
        "rebuild_low": low,
        "rebuild_high": high,
    }


def _delivering(what: str, workflow: str, planned: list[dict[str, Any]]) -> list[str]:
    """Return the initiatives that deliver a prerequisite or open a gate for a workflow."""
    return _about(workflow, [one for one in planned if one["delivers"] == what and one["kind"] in DELIVER])


def _about(workflow: str, planned: list[dict[str, Any]]) -> list[str]:
    return [one["initiative"] for one in planned if as_text(one["workflow"]) in ("", workflow)]


def _asked(tables: Tables, stage: str, workflow: str) -> set[str]:
    gates = tables.gates[(tables.gates["stage"] == stage) & (tables.gates["asks"] == "prerequisites")]
    return {
        one
        for gate in gates.to_dict("records")
        if _runs_on(workflow, gate["systems"], tables)
        for one in words(gate["prerequisites"])
    }


def _runs_on(workflow: str, systems: Any, tables: Tables) -> bool:
    """Return whether a workflow runs on one of the systems; where nobody said on which it runs, it may."""
    if not as_text(systems):
        return True
    about = tables.workflows.loc[tables.workflows["workflow"] == workflow, "systems"]
    said = as_text(about.iloc[0]).lower() if len(about) else ""
    return not said or any(system in said for system in words(systems))
