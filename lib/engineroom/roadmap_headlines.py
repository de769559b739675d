"""The roadmap's answer first: what starts, what is refused, what it brings, and what holds it up."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom import plans, wording
from engineroom.blocks import Exhibit, note
from engineroom.columns import DataFrame
from engineroom.plan import PILOTS, Draft
from engineroom.roadmap import Schedule
from engineroom.tables import Tables

MOST_NAMES = 3
PROPOSED = {
    "tone": "caution",
    "label": "Proposal",
    "text": "No initiative was sent: the plan proposes one for each workflow of the shortlist.",
    "detail": "The tables initiatives, demands and capacity would make it the client's own plan.",
}


def findings(
    plan: DataFrame[plans.Plan],
    decisions: DataFrame[plans.Decisions],
    curve: pd.DataFrame,
    people: pd.DataFrame,
    draft: Draft,
    schedule: Schedule,
    tables: Tables,
) -> Exhibit:
    """Return the headline sentences, in the order in which a client asks for them."""
    currency = tables.engagement.header.currency
    items = [_plan(plan, schedule), _refused(draft, decisions)]
    items += [PROPOSED] if tables.initiatives.empty and len(plan) else []
    items += [_first(plan)] if len(plan) else []
    items += _overridden(decisions, currency)
    if len(plan) and plan["annual_benefit"].fillna(0).sum():
        items.append(_worth(plan, curve, currency))
    if len(people) and people["gain"].max() > 0 and plan["annual_benefit"].fillna(0).sum():
        items.append(_bottleneck(people.iloc[0], currency))
    return Exhibit("findings", {"items": items})


def facts(
    plan: DataFrame[plans.Plan],
    prerequisites: DataFrame[plans.Prerequisites],
    draft: Draft,
    curve: pd.DataFrame,
    tables: Tables,
) -> Exhibit:
    """Return a strip of key figures."""
    changes = plan[plan["kind"] != "prerequisite"]
    owed = plan[plan["kind"] == "prerequisite"]
    met = wording.value(float(prerequisites["is_met"].mean()), "share") if len(prerequisites) else wording.BLANK
    refused = len(draft.dropped)
    items = [
        _fact("Initiatives in the plan", wording.count(len(changes)), "", "neutral"),
        _fact("Refused", wording.count(refused), "by a gate", "bad" if refused else "good"),
        _fact("Prerequisites met", met, "with evidence and a day", "neutral"),
        _fact(
            "Prerequisites owed",
            wording.count(len(owed)),
            "before the first change",
            "caution" if len(owed) else "good",
        ),
    ]
    if len(plan):
        items.append(_fact("Done by", f"{plan['end'].max():%b %Y}", "the last initiative", "neutral"))
    if len(curve) and plan["annual_benefit"].fillna(0).sum():
        amount = wording.money(curve["expected"].iloc[-1], tables.engagement.header.currency)
        items[2] = _fact("Net benefit", amount, f"expected after {len(curve) - 1} months", "neutral")
    return Exhibit("facts", {"items": items})


def method(schedule: Schedule, objective: str, weeks: int, discount_rate: float) -> Exhibit:
    """Return, in words, how the plan was made and how far it can be trusted."""
    aim = (
        f"the largest benefit over {weeks} weeks, discounted at {discount_rate:.0%} a year and counted from the day "
        "after an initiative is complete, less one-off costs"
        if objective == "benefit"
        else "the earliest end of all initiatives"
    )
    proof = {
        "optimal": "The solver proved that no other order within these limits is better.",
        "feasible": f"The search ended with a bound: no order can be more than {schedule.gap:.1%} better.",
        "infeasible": "The solver proved that no order keeps every limit.",
    }.get(schedule.status, "The search ended without a plan and without a proof that there is none.")
    return note(
        "How the plan was made",
        f"The plan aims at {aim}. It keeps every gate, the weeks and people of each team, the pilots that may run at "
        "once, dates, deadlines and windows without cutover. " + proof,
        "A prerequisite that is not met is planned with four weeks, or until the day its owner named. The plan assumes "
        "that durations hold; the table of changes shows what delays would cost.",
    )


def _plan(plan: pd.DataFrame, schedule: Schedule) -> dict[str, str]:
    if schedule.status == "infeasible":
        text = "There is no plan that keeps every limit: some of them conflict."
        return {"tone": "bad", "label": "No plan", "text": text, "detail": "The section on the plan names them."}
    changes = plan[plan["kind"] != "prerequisite"]
    if changes.empty:
        text = "No initiative can be planned yet."
        return {"tone": "unknown", "label": "No plan", "text": text, "detail": ""}
    owed = len(plan) - len(changes)
    text = f"{wording.plural(len(changes), 'initiative')} can be done by {wording.day(changes['end'].max())}"
    text += (
        f", after {wording.plural(owed, 'prerequisite')} that {wording.verb(owed, 'is', 'are')} still owed."
        if owed
        else "."
    )
    proof = "Proven: no order within the same limits is better."
    if schedule.status != "optimal":
        proof = f"Within {schedule.gap:.1%} of the best order that is possible within the same limits."
    return {"tone": "neutral", "label": "Plan", "text": text, "detail": proof}


def _refused(draft: Draft, decisions: pd.DataFrame) -> dict[str, str]:
    if not draft.dropped:
        return {"tone": "good", "label": "Refused", "text": "No initiative is refused.", "detail": ""}
    names = [f"“{name}”" for name in draft.dropped]
    more = [f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    text = f"{wording.listed(names[:MOST_NAMES] + more)} {wording.verb(len(names), 'is', 'are')} refused."
    rules = decisions.loc[decisions["decision"] == "refused", "rule"].drop_duplicates().tolist()
    detail = f"Rules: {wording.listed([wording.inside(rule) for rule in rules])}." if rules else ""
    return {"tone": "bad", "label": "Refused", "text": text, "detail": detail}


def _first(plan: pd.DataFrame) -> dict[str, str]:
    now = plan[plan["start"] == plan["start"].min()].sort_values(["slack_weeks", "end"], kind="stable")
    names = [f"“{name}”" for name in now["item"].head(MOST_NAMES)]
    rest = f" and {len(now) - MOST_NAMES} more" if len(now) > MOST_NAMES else ""
    text = (
        f"On {wording.day(plan['start'].min())} start {wording.listed(names) if not rest else ', '.join(names)}{rest}."
    )
    tight = now[now["slack_weeks"] == 0]["item"].tolist()
    detail = f"No slack at all: {wording.listed([f'“{name}”' for name in tight])}." if tight else ""
    return {"tone": "neutral", "label": "First", "text": text, "detail": detail}


def _overridden(decisions: pd.DataFrame, currency: str) -> list[dict[str, str]]:
    past = decisions[decisions["decision"] == "overridden"]
    items = []
    for row in past.to_dict("records"):
        text = f"“{row['initiative']}” goes past a closed gate: {wording.inside(row['rule'])}."
        detail = f"{row['approver']} decided so on {wording.day(row['approved'])}: {row['reason']}."
        if row["rebuild_low"] == row["rebuild_low"]:
            low, high = (wording.money(row[end], currency) for end in ("rebuild_low", "rebuild_high"))
            detail += f" If it must be rebuilt, that costs {low} to {high}."
        items.append({"tone": "caution", "label": "Override", "text": text, "detail": detail})
    return items


def _worth(plan: pd.DataFrame, curve: pd.DataFrame, currency: str) -> dict[str, str]:
    yearly = [plan[end].fillna(plan["annual_benefit"]).sum() for end in ("annual_benefit_low", "annual_benefit_high")]
    low, high = (wording.money(amount, currency) for amount in yearly)
    cost = wording.money(plan["cost"].fillna(0).sum(), currency)
    text = f"Complete, the plan brings {low} to {high} a year for a one-off cost of {cost}."
    end = curve.iloc[-1]
    ends = [wording.money(end[key], currency) for key in ("low", "high")]
    detail = (
        f"Benefit less cost after {len(curve) - 1} months: {ends[0]} to {ends[1]}. The benefits are the client's own."
    )
    return {"tone": "neutral", "label": "Benefit", "text": text, "detail": detail}


def _bottleneck(row: Any, currency: str) -> dict[str, str]:
    who = "One more pilot at once" if row["team"] == PILOTS else f"One more person in {row['team']}"
    low, high = wording.money(row["least"], currency), wording.money(row["most"], currency)
    worth = low if low == high else f"{low} to {high}"
    detail = "The plan was solved again with that person; it is not an estimate."
    return {"tone": "neutral", "label": "Bottleneck", "text": f"{who} is worth {worth} to the plan.", "detail": detail}


def _fact(label: str, value: str, said: str, tone: str) -> dict[str, str]:
    return {"label": label, "value": value, "note": said, "tone": tone}
