"""Segregation of duties: what the rules forbid, what the event log shows, and what the tables declare.

The log is asked where it lies (`traces.together`); names of people never leave it, only how many they are.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom import statistics
from engineroom.dictionary import governance_tables
from engineroom.dictionary.columns import DataFrame, as_text
from engineroom.logs import traces
from engineroom.readers.tables import Tables

ORDER = {"broken": 0, "not judged": 1, "kept": 2}


def pairs(tables: Tables) -> list[traces.Pair]:
    """Return the rules as the log is asked about them."""
    return [
        traces.Pair(as_text(row["workflow"]), row["first"], row["second"])
        for row in tables.separations.to_dict("records")
    ]


def conflicts(tables: Tables, found: pd.DataFrame) -> DataFrame[governance_tables.Conflicts]:
    """Return each rule with what the log shows (`traces.together`) and what the tables declare, worst first.

    Share = cases in which one person did both ÷ cases in which a named person did each; exact, because the cases of a
    period stand for those to come. A rule without such a case is not judged. Declared: the rule, or else the table
    `steps`, names one role for both activities; roles are compared without regard to capitals.
    """
    rows: list[dict[str, Any]] = []
    for place, rule in enumerate(tables.separations.to_dict("records")):
        about = {name: rule[name] for name in ("first", "second", "workflow", "control", "reason")} | _declared(
            rule, tables
        )
        own = found[found["rule"] == place].to_dict("records")
        if not own:
            rows.append(about | {"verdict": "not judged"})
        for seen in own:
            verdict = "not judged" if not seen["judged"] else "broken" if seen["same"] else "kept"
            rows.append(about | {key: value for key, value in seen.items() if key != "rule"} | {"verdict": verdict})
    frame = governance_tables.Conflicts.frame(rows)
    low, high = statistics.exact_share(frame["same"].astype(float), frame["judged"].astype(float).fillna(0))
    judged = frame["judged"].astype(float)
    frame = frame.assign(share=frame["same"].astype(float) / judged.where(judged > 0), low=low, high=high)
    order = frame.assign(order=frame["verdict"].map(ORDER), less=-frame["same"].astype(float).fillna(0))
    frame = frame.loc[order.sort_values(["order", "less"], kind="stable").index].reset_index(drop=True)
    return governance_tables.Conflicts.validate(frame)


def _declared(rule: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """Return the role that is named for both activities, and whether roles are named for both."""
    owners = []
    for end in ("first", "second"):
        said = rule[f"{end}_owner"]
        if not isinstance(said, str):
            steps = tables.steps[tables.steps["step"] == rule[end]]
            if isinstance(rule["workflow"], str):
                steps = steps[steps["workflow"] == rule["workflow"]]
            named = steps["owner"].dropna()
            said = named.iloc[0] if len(named) else None
        owners.append(said)
    told = all(isinstance(one, str) for one in owners)
    same = told and owners[0].strip().lower() == owners[1].strip().lower()
    return {"declared": owners[0] if same else None, "is_declared": told}
