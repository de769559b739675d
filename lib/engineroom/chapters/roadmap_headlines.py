"""The roadmap's answer first: what starts, what is refused, what it brings, and what holds it up."""

from __future__ import annotations

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit, note
from engineroom.pages.headlines import Item, counted, fact, key_figures, listed, sentence, summary
from engineroom.phrases import say, say_number
from engineroom.planning.roadmap import Schedule
from engineroom.readers.tables import Tables


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences, in the order in which a client asks for them."""
    return summary(table, SENTENCES, tables.engagement.header.currency)


def facts(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return a strip of key figures."""
    return key_figures(table, FIGURES, tables.engagement.header.currency)


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


def _plan(finding: Finding, _: str) -> Item:
    if finding.verdict == "infeasible":
        text = say("There is no plan that keeps every limit: some of them conflict.")
        return sentence("No plan", text, say("The section on the plan names them."))
    if finding.verdict == "nothing":
        return sentence("No plan", say("No initiative can be planned yet."))
    day = wording.day(pd.Timestamp(finding["end"]))
    number = say_number(finding["n"], "{n} initiative", "{n} initiatives", n=wording.count(finding["n"]))
    text = say("{initiatives} can be done by {day}.", initiatives=number, day=day)
    if "owed" in finding:
        after = say_number(
            finding["owed"],
            "after {n} prerequisite that the plan waits for",
            "after {n} prerequisites that the plan waits for",
        )
        text = say("{initiatives} can be done by {day}, {after}.", initiatives=number, after=after, day=day)
    proof = say("Proven: no order within the same limits is better.")
    if "gap" in finding:
        gap = wording.percent(finding["gap"], 1)
        proof = say("Within {gap} of the best order that is possible within the same limits.", gap=gap)
    return sentence("Plan", text, proof)


def _refused(finding: Finding, _: str) -> Item:
    if finding.verdict == "none":
        return sentence("Refused", say("No initiative is refused."))
    names = listed(finding, "initiatives", lambda name: say("“{name}”", name=name))
    text = say_number(finding["n"], "{names} is refused.", "{names} are refused.", names=names)
    rules = "; ".join(wording.inside(say(rule)) for rule in finding.names["rules"])
    return sentence("Refused", text, say("Rules: {rules}.", rules=rules) if rules else "")


def _proposal(_: Finding, __: str) -> Item:
    text = say("No initiative was sent: the plan proposes one for each workflow of the shortlist.")
    detail = say("The tables initiatives, demands and capacity would make it the client's own plan.")
    return sentence("Proposal", text, detail)


def _first(finding: Finding, _: str) -> Item:
    names, day = listed(finding, "items", words.quoted), wording.day(pd.Timestamp(finding["start"]))
    text = say_number(finding["n"], "On {day} starts {names}.", "On {day} start {names}.", day=day, names=names)
    tight = wording.listed([words.quoted(name) for name in finding.names["tight"]])
    return sentence("First", text, say("No slack at all: {names}.", names=tight) if tight else "")


def _override(finding: Finding, currency: str) -> Item:
    rule = wording.inside(say(finding.names["rule"]))
    text = say("“{initiative}” goes past a closed gate: {rule}.", initiative=finding.names["initiative"], rule=rule)
    by = {"approver": finding.names["approver"], "reason": finding.names["reason"]}
    detail = say("{approver} decided so on {day}: {reason}.", day=wording.day(pd.Timestamp(finding["approved"])), **by)
    if "rebuild_low" in finding:
        price = wording.between(finding["rebuild_low"], finding["rebuild_high"], currency)
        detail += " " + say("If it must be rebuilt: {price}.", price=price)
    return sentence("Override", text, detail)


def _benefit(finding: Finding, currency: str) -> Item:
    if finding.verdict == "no range":
        text = say("No range was given for the benefits, so no sum is promised here.")
        detail = say("The table initiatives has columns for the low and the high end of each benefit and cost.")
        return sentence("Benefit", text, detail)
    text = say(
        "Complete, the plan brings {benefit} a year for a one-off cost of {cost}.",
        benefit=wording.between(finding["low"], finding["high"], currency),
        cost=wording.between(finding["cost_low"], finding["cost_high"], currency),
    )
    net = wording.between(finding["net_low"], finding["net_high"], currency)
    details = [say("Benefit less cost after {n} months: {net}.", n=finding["months"], net=net)]
    if finding.verdict == "loss":
        details = [say("After {n} months it has brought less than it cost: {net}.", n=finding["months"], net=net)]
    if "points" in finding:
        details.append(
            say_number(
                finding["points"],
                "For {n} of {all} benefits no range was given: its one figure stands at both ends.",
                "For {n} of {all} benefits no range was given: their one figure stands at both ends.",
                all=finding["all"],
            )
        )
    return sentence("Benefit", text, " ".join([*details, say("The figures are the client's own.")]))


def _bottleneck(finding: Finding, currency: str) -> Item:
    change = say("One more pilot at once")
    if "team" in finding.names:
        change = say("One more person in {team}", team=finding.names["team"])
    text = say("{change} changes the plan the most.", change=change)
    if finding.verdict == "priced":
        worth = wording.between(finding["least"], finding["most"], currency)
        text = say("{change} is worth {worth} to the plan.", change=change, worth=worth)
    detail = say("The plan was solved again with that change; the range is that of the benefits.")
    return sentence("Bottleneck", text, detail)


def _initiatives(finding: Finding, _: str) -> Item:
    return fact("Initiatives in the plan", wording.count(finding["n"]))


def _refusals(finding: Finding, _: str) -> Item:
    return fact("Refused", wording.count(finding["n"]), say("by a gate"))


def _net(finding: Finding, currency: str) -> Item:
    value = wording.between(finding["low"], finding["high"], currency)
    return fact("Net benefit", value, say("benefit less cost after {n} months", n=finding["months"]))


def _owed(finding: Finding, _: str) -> Item:
    return fact("Prerequisites to wait for", wording.count(finding["n"]), say("before the first change"))


def _last_day(finding: Finding, _: str) -> Item:
    return fact("Done by", wording.short_day(pd.Timestamp(finding["end"])), say("the last initiative"))


SENTENCES = {
    "plan": _plan,
    "refused": _refused,
    "proposal": _proposal,
    "first": _first,
    "override": _override,
    "benefit": _benefit,
    "bottleneck": _bottleneck,
}
FIGURES = {
    "initiatives": _initiatives,
    "refusals": _refusals,
    "net benefit": _net,
    "prerequisites met": counted("Prerequisites met", "with evidence and a day"),
    "prerequisites owed": _owed,
    "last day": _last_day,
}
