"""What each initiative of a plan brings and costs, and how that compares with what the gaps are worth."""

from __future__ import annotations

import math
from typing import Any

from engineroom.dictionary import codes, plans, results
from engineroom.dictionary.columns import DataFrame
from engineroom.planning.plan import Draft, amount

YEAR = 365.25


def economics(plan: DataFrame[plans.Plan], draft: Draft) -> DataFrame[plans.Economics]:
    """Return benefit, cost, payback and net of each initiative of a plan, those that lose most first.

    The net runs to the end of the plan: the benefit of every year after the initiative is complete, at the low end less
    the high end of its cost, and the other way round. One whose better end is below nought loses money. One without a
    benefit of its own enables others where one of the plan waits for it.
    """
    ends, needed = draft.day(draft.problem.horizon), {pair.before for pair in draft.problem.precedences}
    rows: list[dict[str, Any]] = []
    for row in plan[plan["kind"] != "prerequisite"].to_dict("records"):
        years = max((ends - row["end"]).days / YEAR, 0.0)
        known = not (math.isnan(row["annual_benefit"]) and math.isnan(row["cost"]))
        low, high = (
            amount(row[f"annual_benefit_{better}"]) * years - amount(row[f"cost_{worse}"])
            for better, worse in (("low", "high"), ("high", "low"))
        )
        benefit, cost = amount(row["annual_benefit"]), amount(row["cost"])
        verdict = "loses" if high < 0 else "open" if low < 0 else "pays"
        verdict = verdict if benefit else "enables" if row["item"] in needed else "bare"
        rows.append(
            {name: row[name] for name in ("item", "name", "workflow", "owner", "end")}
            | {name: row[name] for name in ("annual_benefit_low", "annual_benefit_high", "cost_low", "cost_high")}
            | {"payback_months": cost / benefit * 12 if benefit else math.nan}
            | {"net_low": low if known else math.nan, "net_high": high if known else math.nan}
            | {"verdict": verdict if known else "not stated"}
        )
    frame = plans.Economics.frame(rows)
    order = frame["verdict"].map({name: place for place, name in enumerate(plans.ECONOMICS)})
    frame = frame.assign(order=order).sort_values(["order", "net_low", "item"], kind="stable")
    return plans.Economics.validate(frame[plans.Economics.names()].reset_index(drop=True))


def bridge(worths: DataFrame[results.Worths], plan: DataFrame[plans.Plan]) -> DataFrame[plans.Bridge]:
    """Return, per workflow, the way from the gap over what the plan addresses and brings to what is left of it.

    Every amount is a whole number of cents, and the rows add up: gap = addressed + open; net = brings - cost. `beyond`
    is what the initiatives of a workflow promise above its gap: a promise that no gap supports.
    """
    counted, items = worths[worths["is_counted"]], plan[plan["kind"] != "prerequisite"]
    rows: list[dict[str, Any]] = []
    for workflow in dict.fromkeys([*counted["workflow"], *sorted(items["workflow"])]):
        gaps, mine = counted[counted["workflow"] == workflow], items[items["workflow"] == workflow]
        row: dict[str, Any] = {"workflow": workflow, "initiatives": codes.listed(mine["item"])}
        for end, other in (("low", "high"), ("high", "low")):
            gap = _cents(gaps[f"worth_{end}"].sum())
            brings = _cents(mine[f"annual_benefit_{end}"].fillna(0).sum())
            cost = _cents(mine[f"cost_{other}"].fillna(0).sum())
            row |= {f"gap_{end}": gap, f"addressed_{end}": gap if len(mine) else 0.0}
            row |= {f"open_{end}": 0.0 if len(mine) else gap, f"brings_{end}": brings}
            row |= {f"beyond_{end}": _cents(max(brings - gap, 0.0)), f"cost_{other}": cost}
            row |= {f"net_{end}": _cents(brings - cost)}
        rows.append(row)
    return plans.Bridge.of(rows)


def _cents(money: float) -> float:
    return round(float(money), 2)
