"""What the plan becomes without an initiative: plans that are made in advance, so that a reader can switch one off."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.planning import plan as planning
from engineroom.planning import solver
from engineroom.planning.plan import Draft
from engineroom.planning.solver import Schedule

MOST = 12
"""Initiatives the plan is made without, one after the other: those that bring most."""
MOST_PAIRED = 6
"""Initiatives of a plan up to which it is also made without any two of them."""


def without(
    draft: Draft,
    found: Schedule,
    plan: DataFrame[plans.Plan],
    decisions: DataFrame[plans.Decisions],
    objective: str,
    effort: float,
) -> DataFrame[plans.Without]:
    """Return the plan as it is, then without each initiative, then without two of them where there are few.

    What needs an initiative falls with it, and so does what no longer pays. Two of which one falls with the other are
    the same as one of them, and have no row.
    """
    own = plan[plan["kind"] != "prerequisite"]
    if own.empty:
        return empty(plans.Without)
    rows = [_row(draft, plan, plan, (), is_proven=found.status == "optimal")]
    first = own.sort_values(["annual_benefit", "item"], ascending=[False, True], kind="stable")["item"].head(MOST)

    def made(gone: tuple[str, ...]) -> dict[str, Any]:
        again = solver.without(draft.problem, found, _out(draft, gone), objective, effort)
        return _row(draft, plan, planning.dated(draft, again, decisions), gone, is_proven=again.status == "optimal")

    rows += [made((name,)) for name in first]
    fall = {name: codes.items(row["falls"]) for name, row in zip(first, rows[1:], strict=True)}
    if len(own) <= MOST_PAIRED:
        pairs = itertools.combinations(first, 2)
        rows += [made((one, other)) for one, other in pairs if other not in fall[one] and one not in fall[other]]
    return plans.Without.of(rows)


def _out(draft: Draft, gone: Iterable[str]) -> set[str]:
    """Return initiatives, all that needs them first, and prerequisites that nothing else waits for."""
    pairs, out = draft.problem.precedences, set(gone)
    while more := {pair.after for pair in pairs if pair.before in out} - out:
        out |= more
    waited_for = {pair.before for pair in pairs if pair.after not in out}
    return out | {
        name for name, item in draft.items.items() if item["kind"] == "prerequisite" and name not in waited_for
    }


def _row(
    draft: Draft, before: pd.DataFrame, after: pd.DataFrame, gone: Iterable[str], *, is_proven: bool
) -> dict[str, Any]:
    of = {name: frame[frame["kind"] != "prerequisite"] for name, frame in (("before", before), ("after", after))}
    items = {name: frame["item"].tolist() for name, frame in of.items()}
    sums = [f"{what}_{end}" for what in ("cost", "annual_benefit") for end in ("low", "high")]
    return {
        "gone": codes.listed(gone),
        "falls": codes.listed(name for name in items["before"] if name not in {*items["after"], *gone}),
        "joins": codes.listed(name for name in items["after"] if name not in items["before"]),
        "end": after["end"].max(),
        **{column: of["after"][column].sum(min_count=1) for column in sums},
        "paid": planning.paid_back(planning.benefits(after, draft)),
        "is_proven": is_proven,
    }
