"""The roadmap's answer first: what starts, what is refused, what it brings, and what holds it up."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit, note
from engineroom.pages.headlines import fact, finding, named
from engineroom.phrases import say, say_number
from engineroom.planning.plan import PILOTS, Draft
from engineroom.planning.roadmap import Schedule
from engineroom.readers.tables import Tables


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
    if tables.initiatives.empty and len(plan):
        text = say("No initiative was sent: the plan proposes one for each workflow of the shortlist.")
        detail = say("The tables initiatives, demands and capacity would make it the client's own plan.")
        items.append(finding("caution", "Proposal", text, detail))
    items += [_first(plan)] if len(plan) else []
    items += _overridden(decisions, currency)
    if len(plan) and plan["annual_benefit"].fillna(0).sum():
        items.append(_worth(plan, curve, tables))
        items += [_bottleneck(people.iloc[0], currency)] if len(people) and people["gain"].max() > 0 else []
    return Exhibit("findings", {"items": items})


def facts(
    plan: DataFrame[plans.Plan],
    prerequisites: DataFrame[plans.Prerequisites],
    draft: Draft,
    curve: pd.DataFrame,
    tables: Tables,
) -> Exhibit:
    """Return a strip of key figures."""
    changes, owed = plan[plan["kind"] != "prerequisite"], plan[plan["kind"] == "prerequisite"]
    refused, currency = len(draft.dropped), tables.engagement.header.currency
    items = [
        fact("Initiatives in the plan", wording.count(len(changes)), "", "neutral"),
        fact("Refused", wording.count(refused), say("by a gate"), "bad" if refused else "good"),
    ]
    last = curve.iloc[-1] if len(curve) else None
    if last is not None and wording.is_range(last["low"], last["high"], currency):
        value = wording.between(last["low"], last["high"], currency)
        said = say("benefit less cost after {n} months", n=len(curve) - 1)
        items.append(fact("Net benefit", value, said, _tone(last)))
    else:
        met = {"n": int(prerequisites["is_met"].sum()), "all": len(prerequisites)}
        items.append(fact("Prerequisites met", say("{n} of {all}", **met), say("with evidence and a day"), "neutral"))
    tone = "caution" if len(owed) else "good"
    items.append(fact("Prerequisites to wait for", wording.count(len(owed)), say("before the first change"), tone))
    if len(plan):
        items.append(fact("Done by", words.day(plan["end"].max()), say("the last initiative"), "neutral"))
    return Exhibit("facts", {"items": items})


def method(schedule: Schedule, objective: str, weeks: int, discount_rate: float) -> Exhibit:
    """Return, in words, how the plan was made and how far it can be trusted."""
    aim = say("The plan aims at the earliest end of all initiatives.")
    if objective == "benefit":
        aim = say(
            "The plan aims at the largest benefit over {weeks} weeks, discounted at {rate} a year and counted from the "
            "day after an initiative is complete, less one-off costs.",
            weeks=weeks,
            rate=wording.percent(discount_rate, 0),
        )
    proof = {
        "optimal": say("The solver proved that no other order within these limits is better."),
        "feasible": say(
            "The search ended with a bound: no order can be more than {gap} better.",
            gap=wording.percent(schedule.gap, 1),
        ),
        "infeasible": say("The solver proved that no order keeps every limit."),
    }.get(schedule.status, say("The search ended without a plan and without a proof that there is none."))
    kept = say(
        "It keeps every gate, the weeks and people of each team, the pilots that may run at once, dates, deadlines and "
        "windows without cutover."
    )
    assumed = say(
        "A prerequisite that is not met is planned with four weeks, or until the day its owner named. The plan assumes "
        "that durations hold; the table of changes shows what delays would cost."
    )
    return note("How the plan was made", f"{aim} {kept} {proof}", assumed)


def _plan(plan: pd.DataFrame, schedule: Schedule) -> dict[str, str]:
    if schedule.status == "infeasible":
        text = say("There is no plan that keeps every limit: some of them conflict.")
        return finding("bad", "No plan", text, say("The section on the plan names them."))
    changes = plan[plan["kind"] != "prerequisite"]
    if changes.empty:
        return finding("unknown", "No plan", say("No initiative can be planned yet."))
    owed, said = len(plan) - len(changes), {"day": wording.day(changes["end"].max())}
    number = say_number(len(changes), "{n} initiative", "{n} initiatives", n=wording.count(len(changes)))
    text = say("{initiatives} can be done by {day}.", initiatives=number, **said)
    if owed:
        after = say_number(
            owed, "after {n} prerequisite that the plan waits for", "after {n} prerequisites that the plan waits for"
        )
        text = say("{initiatives} can be done by {day}, {after}.", initiatives=number, after=after, **said)
    proof = say("Proven: no order within the same limits is better.")
    if schedule.status != "optimal":
        gap = wording.percent(schedule.gap, 1)
        proof = say("Within {gap} of the best order that is possible within the same limits.", gap=gap)
    return finding("neutral", "Plan", text, proof)


def _refused(draft: Draft, decisions: pd.DataFrame) -> dict[str, str]:
    if not draft.dropped:
        return finding("good", "Refused", say("No initiative is refused."))
    names = [say("“{name}”", name=name) for name in draft.dropped]
    text = say_number(len(names), "{names} is refused.", "{names} are refused.", names=named(names))
    rules = decisions.loc[decisions["decision"] == "refused", "rule"].drop_duplicates().tolist()
    told = "; ".join(wording.inside(say(rule)) for rule in rules)
    return finding("bad", "Refused", text, say("Rules: {rules}.", rules=told) if rules else "")


def _first(plan: pd.DataFrame) -> dict[str, str]:
    now = plan[plan["start"] == plan["start"].min()].sort_values(["slack_weeks", "end"], kind="stable")
    names = named([words.quoted(name) for name in now["name"]])
    day = wording.day(plan["start"].min())
    text = say_number(len(now), "On {day} starts {names}.", "On {day} start {names}.", day=day, names=names)
    tight = [words.quoted(name) for name in now.loc[now["slack_weeks"] == 0, "name"]]
    detail = say("No slack at all: {names}.", names=wording.listed(tight)) if tight else ""
    return finding("neutral", "First", text, detail)


def _overridden(decisions: pd.DataFrame, currency: str) -> list[dict[str, str]]:
    items = []
    for row in decisions[decisions["decision"] == "overridden"].to_dict("records"):
        rule = wording.inside(say(row["rule"]))
        text = say("“{initiative}” goes past a closed gate: {rule}.", initiative=row["initiative"], rule=rule)
        by = {"approver": row["approver"], "day": wording.day(row["approved"]), "reason": row["reason"]}
        detail = say("{approver} decided so on {day}: {reason}.", **by)
        if row["rebuild_low"] == row["rebuild_low"]:
            price = wording.between(row["rebuild_low"], row["rebuild_high"], currency)
            detail += " " + say("If it must be rebuilt: {price}.", price=price)
        items.append(finding("caution", "Override", text, detail))
    return items


def _worth(plan: pd.DataFrame, curve: pd.DataFrame, tables: Tables) -> dict[str, str]:
    currency, end = tables.engagement.header.currency, curve.iloc[-1]
    low, high = (plan[column].fillna(0).sum() for column in ("annual_benefit_low", "annual_benefit_high"))
    if not wording.is_range(low, high, currency):
        text = say("No range was given for the benefits, so no sum is promised here.")
        detail = say("The table initiatives has columns for the low and the high end of each benefit and cost.")
        return finding("unknown", "Benefit", text, detail)
    text = say(
        "Complete, the plan brings {benefit} a year for a one-off cost of {cost}.",
        benefit=wording.between(low, high, currency),
        cost=wording.between(plan["cost_low"].fillna(0).sum(), plan["cost_high"].fillna(0).sum(), currency),
    )
    net = wording.between(end["low"], end["high"], currency)
    detail = say("Benefit less cost after {n} months: {net}.", n=len(curve) - 1, net=net)
    if end["high"] < 0:
        detail = say("After {n} months it has brought less than it cost: {net}.", n=len(curve) - 1, net=net)
    earning = plan[plan["annual_benefit"] > 0]
    points = int((earning["annual_benefit_low"] == earning["annual_benefit_high"]).sum())
    if points:
        detail += " " + say_number(
            points,
            "For {n} of {all} benefits no range was given: its one figure stands at both ends.",
            "For {n} of {all} benefits no range was given: their one figure stands at both ends.",
            all=len(earning),
        )
    detail += " " + say("The figures are the client's own.")
    return finding(_tone(end), "Benefit", text, detail)


def _tone(end: Any) -> str:
    """Return how good the end of the curve is: bad where even the better end is a loss."""
    return "bad" if end["high"] < 0 else "caution" if end["low"] < 0 else "neutral"


def _bottleneck(row: Any, currency: str) -> dict[str, str]:
    who = say("One more pilot at once") if row["team"] == PILOTS else say("One more person in {team}", team=row["team"])
    text = say("{change} changes the plan the most.", change=who)
    if wording.is_range(row["least"], row["most"], currency):
        worth = wording.between(row["least"], row["most"], currency)
        text = say("{change} is worth {worth} to the plan.", change=who, worth=worth)
    detail = say("The plan was solved again with that change; the range is that of the benefits.")
    return finding("neutral", "Bottleneck", text, detail)
