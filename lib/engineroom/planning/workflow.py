"""What the map of a workflow shows, and which workflows to take first, by all three orders of the source.

The source ranks by friction, volume and standardisation, by volume, error rate and time, and by cost per transaction
and error rate (000-10). All three are computed; the shortlist is what stays on top when their weights are moved.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import codes, plans, results
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.dictionary.operations import LEVELS
from engineroom.readers.tables import Tables

FORMULAS = {
    "by_criteria": ("friction", "monthly_volume", "standardisation"),
    "by_load": ("monthly_volume", "error_rate", "fte"),
    "by_cost": ("unit_cost", "error_rate"),
}
TOP = 3
FEWEST, MOST = 3, 5
FIRM = 0.5
"""Share of weightings that must put a workflow among the first three before it is more than a filler."""
TENTHS = 10
FREE = 0.1
"""Share of its available hours that a team must have free before a change of its workflow is feasible."""

MOST_FRICTION = 3
DESCRIBED = ("owner", "inputs", "outputs", "exception_path")


def maps(tables: Tables) -> DataFrame[plans.Maps]:
    """Return what the map of each workflow shows: completeness, hand-offs, loops, orphans, share of waiting."""
    rows = []
    for workflow, steps in tables.steps.groupby("workflow", sort=False):
        edges = tables.edges[tables.edges["workflow"] == workflow]
        owner = dict(zip(steps["step"], steps["owner"].fillna(""), strict=True))
        after = {step: set(edges.loc[edges["step"] == step, "next_step"]) for step in owner}
        reached = {step: _reached(after, step) for step in owner}
        first = [s for s in owner if not (edges["next_step"] == s).any()] or list(owner)[:1]
        first = steps.loc[steps["kind"] == "input", "step"].tolist() or first
        last = steps.loc[steps["kind"] == "end", "step"].tolist() or [s for s in owner if not after[s]]
        inside = [
            step
            for step in owner
            if (step in first or any(step in reached[one] for one in first))
            and (step in last or any(one in reached[step] for one in last))
        ]
        circles = {frozenset(o for o in owner if o in reached[s] and s in reached[o]) for s in owner if s in reached[s]}
        waits = steps.set_index("step")["hours_of_wait"]
        work, wait = steps["hours_of_work"].sum(), steps["hours_of_wait"].sum()
        described = steps[list(DESCRIBED)].notna()
        described.loc[steps["kind"] == "end", ["outputs", "exception_path"]] = True
        rows.append(
            {
                "workflow": workflow,
                "steps": len(steps),
                "completeness": float(described.to_numpy().mean()),
                "handoffs": sum(
                    owner.get(a) != owner.get(b) for a, b in zip(edges["step"], edges["next_step"], strict=True)
                ),
                "loops": len(circles),
                "decisions": int((edges.groupby("step")["next_step"].nunique() > 1).sum()),
                "friction": codes.listed(waits[waits > 0].nlargest(MOST_FRICTION).index),
                "orphans": codes.listed(step for step in owner if step not in inside),
                "wait_share": wait / (work + wait) if work + wait else math.nan,
            }
        )
    return plans.Maps.of(rows)


def rank(
    tables: Tables, measures: DataFrame[results.Measures], stages: DataFrame[plans.Stages]
) -> DataFrame[plans.Rankings]:
    """Return every workflow with its rank in the three orders, firmest first, and how firm the ranks are.

    Each figure is put on a scale from 0 to 1 between the lowest and the highest workflow, an unknown one in the middle.
    The weights of each formula are moved over all combinations of tenths, none at nought. The shortlist takes the
    workflows that at least half of all weightings put among the first three: at least three of them, at most five.
    """
    table = _figures(tables, measures, stages)
    if table.empty:
        return empty(plans.Rankings)
    places = {name: _ranks(table, names) for name, names in FORMULAS.items()}
    for name in FORMULAS:
        table[name] = places[name][0]
    varied = [ranks for found in places.values() for ranks in found[1]]
    table["top_share"] = np.mean([np.mean([r <= TOP for r in found[1]], axis=0) for found in places.values()], axis=0)
    table["best_rank"], table["worst_rank"] = np.min(varied, axis=0), np.max(varied, axis=0)
    table["mean_rank"] = table[list(FORMULAS)].mean(axis=1)
    table = table.sort_values(["top_share", "mean_rank", "workflow"], ascending=[False, True, True], kind="stable")
    firm = int((table["top_share"] >= FIRM).sum())
    table["is_shortlisted"] = np.arange(len(table)) < min(max(firm, FEWEST), MOST)
    return plans.Rankings.validate(table[plans.Rankings.names()].reset_index(drop=True))


def track(
    tables: Tables,
    maps: DataFrame[plans.Maps],
    rankings: DataFrame[plans.Rankings],
    pilots: DataFrame[plans.PilotPlans],
) -> DataFrame[plans.Tracks]:
    """Return where each workflow stands in the four steps of the source: map, choose, feasibility, metrics (000-09).

    Feasible is a workflow whose prerequisites of data and of the map are all met and whose team spends at least a tenth
    of its time on something else than items (000-11). Metrics are fixed where a pilot was agreed before it began, or
    where one is planned with baseline and target. Fit for automation is the geometric mean of volume and unit cost,
    each as a share of the largest, and of the share of items that follow rules (002-17).
    """
    described = maps.set_index("workflow")
    agreed = set(tables.pilots.loc[tables.pilots["fixed"] <= tables.pilots["start"], "workflow"])
    most = rankings[["monthly_volume", "unit_cost"]].max()
    rows: list[dict[str, Any]] = []
    for ranked in rankings.to_dict("records"):
        name = ranked["workflow"]
        scores = [ranked[score] for score in ("data_ready", "integration_ready", "capacity_ready")]
        known = not any(math.isnan(one) for one in scores)
        parts = [ranked[one] / most[one] if most[one] > 0 else math.nan for one in most.index]
        row: dict[str, Any] = {
            "workflow": name,
            "mapped": described["completeness"].get(name, math.nan),
            "is_mapped": name in described.index
            and described.loc[name, "completeness"] == 1
            and not described.loc[name, "orphans"],
            "is_chosen": ranked["is_shortlisted"],
            "at_stake": ranked["monthly_volume"] * 12 * ranked["unit_cost"],
            "feasibility": min(scores) if known else math.nan,
            "is_feasible": scores[0] == 1 and scores[1] == 1 and scores[2] >= FREE if known else None,
            "is_measured": name in agreed or name in set(pilots.loc[pilots["target"].notna(), "workflow"]),
            "fit": math.prod([*parts, max(ranked["standardisation"], 0.0)]) ** (1 / 3),
        }
        done = [bool(row[step]) for step in ("is_mapped", "is_chosen", "is_feasible", "is_measured")]
        rows.append(row | {"stands": list(plans.STEPS)[[*done, False].index(False)]})
    frame = plans.Tracks.frame(rows).astype({"is_feasible": "boolean"})
    return plans.Tracks.validate(frame)


def technology(levels: pd.DataFrame, tracks: DataFrame[plans.Tracks], tables: Tables) -> DataFrame[plans.Technology]:
    """Return the capabilities of the technology by where investment reaches most (000-25): the lowest on most cost.

    Reach: yearly cost of the workflows that a capability serves × the share of its four levels that are missing. An
    answer that names no workflow is about all of them. `levels` is the profile of that questionnaire.
    """
    costs = tracks.set_index("workflow")["at_stake"]
    asked = tables.questions.set_index("question")["part"]
    rows = []
    for level in levels[levels["answers"] > 0].to_dict("records"):
        served = tables.answers.loc[tables.answers["question"].map(asked) == level["part"], "workflow"]
        flows = costs if served.isna().any() else costs[costs.index.isin(served)]
        stake = flows.sum(min_count=1)
        reach = stake * (LEVELS - level["level"]) / LEVELS
        about = {"workflows": codes.listed(flows.index), "at_stake": stake, "within_reach": reach}
        rows.append({name: level[name] for name in ("part", "level", "anchor")} | about)
    frame = plans.Technology.frame(rows).sort_values("within_reach", ascending=False, kind="stable")
    return plans.Technology.validate(frame.reset_index(drop=True))


def first_targets(
    tables: Tables, rankings: DataFrame[plans.Rankings], stages: DataFrame[plans.Stages]
) -> DataFrame[plans.FirstTargets]:
    """Return what the sector takes first (000-22), beside the client's workflow of that process and where it stands."""
    own = tables.workflows.dropna(subset=["process"])
    places = {row["workflow"]: place for place, row in enumerate(rankings.to_dict("records"), 1)}
    chosen = set(rankings.loc[rankings["is_shortlisted"], "workflow"])
    stage = dict(zip(stages["workflow"], stages["stage"], strict=True))
    rows: list[dict[str, Any]] = []
    for first in tables.pack.pilots:
        about = {"target": first.workflow, "process": first.process, "why": first.why, "source": first.source}
        rows += [
            about
            | {"workflow": flow, "place": places.get(flow, math.nan), "is_shortlisted": flow in chosen}
            | {"stage": stage.get(flow, "")}
            for flow in own.loc[own["process"] == first.process, "workflow"].tolist() or [""]
        ]
    return plans.FirstTargets.of(rows)


def _figures(tables: Tables, measures: pd.DataFrame, stages: pd.DataFrame) -> pd.DataFrame:
    rows = []
    about = {row["workflow"]: row for row in tables.workflows.to_dict("records")}
    reviewed = {row["workflow"]: row for row in tables.portfolio.to_dict("records")}
    months = max(round((tables.engagement.header.period.end - tables.engagement.header.period.start).days / 30.4), 1)
    for stage in stages.to_dict("records"):
        workflow = stage["workflow"]
        mine, review = about.get(workflow, {}), reviewed.get(workflow, {})
        volume = mine.get("monthly_volume", math.nan)
        volume = _measure(measures, "volume", workflow) / months if math.isnan(volume) else volume
        rework = _measure(measures, "rework_rate", workflow)
        error = _measure(measures, "error_rate", workflow)
        exceptions = mine.get("monthly_exceptions", math.nan) / volume if volume else math.nan
        friction = rework if math.isnan(exceptions) else exceptions
        judgement = review.get("judgement_share", math.nan)
        rows.append(
            {
                "workflow": workflow,
                "monthly_volume": volume,
                "unit_cost": mine.get("unit_cost", math.nan),
                "error_rate": rework if math.isnan(error) else error,
                "fte": mine.get("fte", math.nan),
                "friction": friction,
                "standardisation": (1 - friction) * (1 - (0.0 if math.isnan(judgement) else judgement)),
                "data_ready": stage["data_met"] / stage["data"] if stage["data"] else math.nan,
                "integration_ready": stage["map_met"] / stage["map"] if stage["map"] else math.nan,
                "capacity_ready": _free(tables, workflow),
            }
        )
    return pd.DataFrame(rows)


def _measure(measures: pd.DataFrame, kpi: str, workflow: str) -> float:
    found = measures.loc[(measures["kpi"] == kpi) & (measures["workflow"] == workflow), "value"]
    return float(found.iloc[0]) if len(found) else math.nan


def _free(tables: Tables, workflow: str) -> float:
    """Return the share of the available hours of a workflow's teams that is not spent on its items."""
    teams = tables.staffing[tables.staffing["workflow"] == workflow]
    available = (teams["paid_hours"] - teams["leave_hours"].fillna(0)).sum()
    return float(1 - teams["productive_hours"].sum() / available) if available > 0 else math.nan


def _ranks(table: pd.DataFrame, names: tuple[str, ...]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the ranks at equal weights, and at every weighting in tenths."""
    low, high = table[list(names)].min(), table[list(names)].max()
    differs = (high - low) > high.abs() * 1e-9  # what only rounding tells apart is the same
    scores = ((table[list(names)] - low) / (high - low).where(differs, math.inf)).fillna(0.5).to_numpy()
    weights = [w for w in itertools.product(range(1, TENTHS), repeat=len(names)) if sum(w) == TENTHS]
    return _order(scores.mean(axis=1)), [_order((scores * w).sum(axis=1) / TENTHS) for w in weights]


def _order(score: np.ndarray) -> np.ndarray:
    return pd.Series(-np.round(score, 9)).rank(method="min").to_numpy().astype(int)


def _reached(after: Mapping[str, set[Any]], step: str) -> set[Any]:
    """Return the steps that can be reached from a step by at least one arrow."""
    seen: set[Any] = set()
    open_ends = list(after[step])
    while open_ends:
        one = open_ends.pop()
        if one not in seen:
            seen.add(one)
            open_ends += after.get(one, set())
    return seen
