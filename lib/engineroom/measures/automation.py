"""What a log tells about automation in running: errors of bots, corrections after them, queues behind them.

Fewer human touches are no success where systems pass their errors on. The log sees who did a step and what came next;
why it came next it does not say, so that what is counted here is where to look, not who is to blame.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import columns, quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.logs import drilldown, traces
from engineroom.logs.event_log import EventLog
from engineroom.readers.tables import Tables

HIDDEN_QUEUE = 1.5
"""How many times as long the wait after an automatic step must be, of what it is after a person's step."""

FEWEST_STEPS = 30
"""Steps of each kind below which waits are not compared."""


def health(
    following: pd.DataFrame, straight: pd.DataFrame, log: EventLog | None, tables: Tables
) -> DataFrame[quality_tables.Health]:
    """Return, per workflow, what follows the steps of systems, beside the same for the steps of people."""
    names_corrections = bool(traces.rework_steps(tables))
    if log is None or following.empty:
        return columns.empty(quality_tables.Health)
    counted = drilldown.counts(log).set_index("workflow")
    passed = straight.set_index("workflow")
    rows = []
    for workflow, both in following.groupby("workflow", sort=True):
        actors = {bool(row["is_human"]): row for row in both.to_dict("records")}
        if False not in actors:
            continue
        bots, people = actors[False], actors.get(True, {})
        known = counted.loc[workflow]
        low, high = statistics.exact_share(bots["corrected"], bots["steps"])
        followed, tells = float(known["followed"]), "exception_rate" not in log.absent
        waits = [_wait(bots), _wait(people)]
        row: dict[str, Any] = {
            "workflow": workflow,
            "automatic_steps": bots["steps"],
            "automatic_share": bots["steps"] / both["steps"].sum(),
            "exception_rate": float(known["diverted"]) / followed if followed else math.nan,
            "bot_error_rate": bots["failed"] / bots["steps"] if tells else math.nan,
            "wait_p90_hours": waits[0],
            "wait_p90_hours_people": waits[1],
            "is_hidden_queue": None if math.isnan(sum(waits)) else waits[0] > HIDDEN_QUEUE * waits[1],
        }
        if names_corrections:
            share = people["corrected"] / people["steps"] if people else math.nan
            row |= {"corrected_after": bots["corrected"] / bots["steps"], "corrected_after_people": share}
            row |= {"corrected_low": low[0], "corrected_high": high[0]}
        if workflow in passed.index:
            row |= {"straight": passed.loc[workflow, "straight"], "straight_reworked": passed.loc[workflow, "reworked"]}
        rows.append(row)
    frame = quality_tables.Health.frame(rows)
    ordered = frame.sort_values(["automatic_steps", "workflow"], ascending=[False, True], kind="stable")
    ordered = ordered.astype({"is_hidden_queue": "boolean"}).reset_index(drop=True)
    return quality_tables.Health.validate(ordered)


def _wait(actor: dict[str, Any]) -> float:
    """Return the 90th percentile of the wait after a kind of actor; NaN where it did too little to tell."""
    return float(actor["wait_p90_hours"]) if actor and actor["followed"] >= FEWEST_STEPS else math.nan
