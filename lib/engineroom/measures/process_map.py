"""The map of a workflow as its log shows it and as the client describes it: the arrows worth drawing.

A log holds hundreds of ways from one step to the next. Drawn are the most frequent, until they make up 98% of all
moves, and for every step on them its most frequent way in and out; what is left out is counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom.dictionary import logtables, quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import traces
from engineroom.readers.tables import Tables

MOST_MOVES = 0.98
"""Share of the moves of a workflow that its map shows."""

MOST_ARROWS = 24
"""Arrows that a reader can follow on half a page."""


def arrows(paths: DataFrame[logtables.Paths], tables: Tables) -> DataFrame[quality_tables.Arrows]:
    """Return the arrows of the map of each workflow, as logged and as described (000-08).

    A logged arrow has the number of its moves and their mean wait; a described one the share of items that the client
    states, and the wait that it states before the next step. `wait_share` is the arrow's part of all waiting of its
    map, drawn or not; a described step counts once.
    """
    corrections = traces.rework_steps(tables)
    rows = [row for workflow, moves in paths.groupby("workflow", sort=True) for row in _logged(str(workflow), moves)]
    for row in rows:
        row["is_correction"] = row["next_step"] in corrections
    return quality_tables.Arrows.of([*rows, *_described(tables)])


def _logged(workflow: str, moves: pd.DataFrame) -> Iterator[dict[str, Any]]:
    kept = _main(moves)
    waited = (moves["moves"] * moves["wait_mean_hours"].fillna(0.0)).sum()
    about = {"map": "logged", "workflow": workflow, "drawn": kept["moves"].sum() / moves["of_all"].iloc[0]}
    begins = moves.drop_duplicates("step").set_index("step")["began"].astype(float)
    begins = begins[begins.index.isin({*kept["step"], *kept["next_step"].dropna()})]
    for step, began in begins[begins >= (1 - MOST_MOVES) * begins.sum()].items():
        if began:
            yield about | {"next_step": step, "items": began}
    for row in kept.to_dict("records"):
        wait = float(row["wait_mean_hours"])
        yield about | {
            "step": row["step"],
            "next_step": row["next_step"],
            "items": float(row["moves"]),
            "share": row["moves"] / row["visits"],
            "wait_hours": wait,
            "wait_share": row["moves"] * wait / waited if waited and not math.isnan(wait) else math.nan,
        }


def _main(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the most frequent moves, and with each step on them its most frequent way in and out."""
    moves = moves.sort_values(["moves", "step", "next_step"], ascending=[False, True, True], kind="stable")
    before = moves["moves"].cumsum() - moves["moves"]
    is_kept = (before < MOST_MOVES * moves["of_all"]) & (pd.Series(range(len(moves)), moves.index) < MOST_ARROWS)
    steps = {*moves.loc[is_kept, "step"], *moves.loc[is_kept, "next_step"].dropna()}
    inside = moves[moves["step"].isin(steps) & (moves["next_step"].isin(steps) | moves["next_step"].isna())]
    inside = inside[inside["step"] != inside["next_step"]]
    ways = [
        *inside.drop_duplicates("step").index,
        *inside.dropna(subset="next_step").drop_duplicates("next_step").index,
    ]
    return moves[is_kept | moves.index.isin(ways)]


def _described(tables: Tables) -> Iterator[dict[str, Any]]:
    for workflow, steps in tables.steps.groupby("workflow", sort=False):
        waits = steps.set_index("step")["hours_of_wait"]
        edges = tables.edges[tables.edges["workflow"] == workflow]
        about = {"map": "described", "workflow": workflow, "drawn": 1.0}
        first = steps.loc[~steps["step"].isin(edges["next_step"]) & steps["step"].isin(edges["step"]), "step"]
        last = steps.loc[~steps["step"].isin(edges["step"]) & steps["step"].isin(edges["next_step"]), "step"]
        for step in first:
            yield about | {"next_step": step, "wait_hours": waits[step], "wait_share": _part(waits, step)}
        for edge in edges.to_dict("records"):
            step = edge["next_step"]
            seen = {"wait_hours": waits.get(step, math.nan), "wait_share": _part(waits, step)}
            yield about | {"step": edge["step"], "next_step": step, "share": edge["share"]} | seen
        for step in last:
            yield about | {"step": step}


def _part(waits: pd.Series, step: str) -> float:
    return float(waits.get(step, math.nan) / waits.sum()) if waits.sum() else math.nan
