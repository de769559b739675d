"""The action plan in the order of the source: scope, map, procedures, data, automation, skills, feedback.

The gates keep that order for every single initiative. The agenda says of the plan as a whole what belongs to each of
the seven steps (003-16), when it comes, and which step nobody has planned for.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame, words
from engineroom.readers.tables import Tables

SCOPE = ("leadership_approval",)
KINDS = {"procedures": ("redesign",), "automation": ("automation", "augmentation"), "skills": ("training",)}
"""Steps that kinds of initiative belong to."""

BEFORE = ("scope", "map", "data and governance")
"""Steps that must have ended for a workflow before it is automated."""


def steps(
    plan: DataFrame[plans.Plan],
    prerequisites: DataFrame[plans.Prerequisites],
    calendar: DataFrame[plans.Calendar],
    tables: Tables,
) -> DataFrame[plans.Agenda]:
    """Return the seven steps: what of them is met, what of the plan belongs to them, when, and what comes too early.

    Too early is a change by automation that starts before an item of scope, map, data or governance for its own
    workflow has ended; only an override makes one.
    """
    step_of = _steps_of(prerequisites, tables)
    delivers = tables.initiatives.set_index("initiative")["delivers"].to_dict()
    belongs = pd.Series(
        [_step(row, step_of, delivers) for row in plan.to_dict("records")], index=plan.index, dtype="str"
    )
    rows: list[dict[str, Any]] = []
    for number, step in enumerate(plans.AGENDA, 1):
        asked = prerequisites[prerequisites["prerequisite"].map(step_of) == step]
        items = plan[belongs == step]
        reviews = calendar[calendar["rhythm"] != "once"] if step == "feedback" else calendar.head(0)
        begins = [*items["start"], *reviews["date"]]
        wanted, met = _written(tables) if step == "procedures" else (len(asked), int(asked["is_met"].sum()))
        rows.append(
            {"number": number, "step": step, "asked": wanted, "met": met}
            | {"items": len(items) + len(reviews), "first": min(begins, default=pd.NaT)}
            | {"last": max([*items["end"], *reviews["date"]], default=pd.NaT)}
            | {"early": codes.listed(_early(items, plan, belongs)) if step == "automation" else ""}
            | {"state": "done" if 0 < wanted == met else "planned" if begins else "not planned"}
        )
    return plans.Agenda.of(rows)


def _written(tables: Tables) -> tuple[int, int]:
    """Return how many workflows there are and how many have a written procedure; none where no register was sent."""
    flows = set(tables.workflows["workflow"]) if len(tables.sops) else set()
    return len(flows), len(flows & set(tables.sops["workflow"]))


def _steps_of(prerequisites: pd.DataFrame, tables: Tables) -> dict[str, str]:
    """Return the step of each prerequisite: that of the gate that asks for it."""
    stage = {
        one: gate["stage"]
        for gate in tables.gates[tables.gates["asks"] == "prerequisites"].to_dict("records")
        for one in words(gate["prerequisites"])
    }
    known = dict.fromkeys(prerequisites["prerequisite"])
    return {
        one: "scope" if one in SCOPE else "map" if stage.get(one) == "map" else "data and governance" for one in known
    }


def _step(row: dict[str, Any], step_of: dict[str, str], delivers: dict[str, Any]) -> str:
    """Return the step an item of the plan belongs to; blank where it is none of them."""
    if row["kind"] == "prerequisite":
        return step_of.get(codes.read(row["name"])[1]["prerequisite"], "")
    if (step := step_of.get(delivers.get(row["item"], ""))) is not None:
        return step
    return next((step for step, kinds in KINDS.items() if row["kind"] in kinds), "")


def _early(changes: pd.DataFrame, plan: pd.DataFrame, belongs: pd.Series) -> list[str]:
    first = plan[belongs.isin(BEFORE)]
    return [
        row["item"]
        for row in changes.to_dict("records")
        if (first[first["workflow"].isin(["", row["workflow"]])]["end"] >= row["start"]).any()
    ]
