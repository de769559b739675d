"""The tables of a roadmap: what is refused and why, what comes first, when, and what would change it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import estimates
from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import codes, columns, plans
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import governance
from engineroom.pages import calendarfile, wording
from engineroom.pages.blocks import ROWS, Cell, Exhibit, cell, left, note, part_of, right, table
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.planning.plan import PILOTS, Draft
from engineroom.planning.roadmap import Schedule
from engineroom.readers.tables import Tables

DECISION = {
    "open": ("Open", "good"),
    "waits": ("Refused for now", "caution"),
    "overridden": ("Overridden", "bad"),
    "refused": ("Refused", "bad"),
}
STATUS = {
    "done": ("Done", "good"),
    "claimed": ("Claimed, not shown", "bad"),
    "in_progress": ("In progress", "caution"),
    "not_started": ("Not started", "bad"),
    "not_recorded": ("Not recorded", "unknown"),
}
AGENDA = {
    "scope": "Scope approved",
    "map": "Maps and owners",
    "procedures": "Procedures",
    "data and governance": "Data and governance",
    "automation": "Targeted automation",
    "skills": "Skills",
    "feedback": "Feedback",
}
STATE = {"done": ("Done", "good"), "planned": ("Planned", "caution"), "not planned": ("Not planned", "bad")}
RHYTHM = {"monthly": "monthly, {low} to {high}", "quarterly": "every three months, {low} to {high}"}


def stages(found: DataFrame[plans.Stages]) -> Exhibit:
    """Return how far each workflow has come from data over map and governance to automation."""
    if found.empty:
        return note("No workflow is known", "Neither the table workflows nor the log names one.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            *(part_of(row[f"{stage}_met"], row[stage]) for stage in ("data", "map", "governance")),
            cell(row["stage"].capitalize(), "good" if row["stage"] == "automate" else "caution"),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("data", "Data"), right("map", "Map")]
    columns += [right("governance", "Governance and approval"), left("stage", "Stands at")]
    ready = int((found["stage"] == "automate").sum())
    caption = say_number(
        ready,
        "{n} of {all} workflows is ready for automation",
        "{n} of {all} workflows are ready for automation",
        all=len(rows),
    )
    notes = ("Prerequisites met, of those asked for. A workflow stands at the first stage that is not complete.",)
    return table("stages", caption, columns, rows, found, notes, n=ready)


def owed(prerequisites: DataFrame[plans.Prerequisites]) -> Exhibit:
    """Return the prerequisites that are not met: status, evidence, owner, date, and the workflows they hold up."""
    open_ones = prerequisites[~prerequisites["is_met"]]
    if open_ones.empty:
        return note("Every prerequisite is met", "Each is done, with evidence and a day.", tone="good")
    rows: list[list[Cell]] = []
    for (name, _), group in open_ones.groupby(["name", "is_general"], sort=False):
        row = group.iloc[0]
        held = len(group) == prerequisites["workflow"].nunique()
        about = say("all") if held else wording.listed(group["workflow"].tolist())
        evidence = wording.text(row["evidence"]) or say("none")
        rows.append([say(str(name)), about, cell(*STATUS[row["status"]]), evidence, _owner(row["owner"])])
        rows[-1].append(wording.BLANK if pd.isna(row["date"]) else words.day(row["date"]))
    columns = [left("name", "Prerequisite"), left("workflows", "Workflows"), left("status", "Status")]
    columns += [left("evidence", "Evidence"), left("owner", "Owner"), left("date", "Day")]
    claimed = int((open_ones.drop_duplicates("name")["status"] == "claimed").sum())
    caption = say_number(
        len(rows), "{n} prerequisite is not met", "{n} prerequisites are not met", n=wording.count(len(rows))
    )
    if claimed:
        caption += say(", {n} of them called done without evidence", n=claimed)
    notes = ("The plan waits only for those that hold up one of its initiatives and that none of them delivers.",)
    return table("prerequisites_owed", caption, columns, rows, open_ones, notes, n=len(rows), claimed=claimed)


def refusals(decisions: DataFrame[plans.Decisions], draft: Draft, tables: Tables) -> Exhibit:
    """Return what is refused or overridden: rule, missing evidence, what unblocks it, and the source of the rule."""
    hard = decisions[decisions["decision"].isin(["refused", "overridden"])]
    rows: list[list[Cell]] = [
        [
            r["initiative"],
            cell(*DECISION[r["decision"]]),
            say(r["rule"]),
            tell_all(r["missing"]),
            _way_out(r, tables),
            "; ".join(codes.items(r["source"])),
        ]
        for r in hard.to_dict("records")
    ]
    said = set(hard["initiative"])
    way_out = say("What it needs must be allowed first")
    rows += [
        [name, cell(*DECISION["refused"]), wording.capital(tell(why)), wording.BLANK, way_out, "003-16"]
        for name, why in draft.dropped.items()
        if name not in said
    ]
    if not rows:
        return note("Nothing is refused", "Every gate is open, or opens in the course of the plan.", tone="good")
    columns = [left("initiative", "Initiative"), left("decision", "Decision"), left("rule", "Rule")]
    columns += [left("missing", "What is missing"), left("unblocks", "What opens it"), left("source", "Source")]
    past = hard.loc[hard["decision"] == "overridden", "initiative"].nunique()
    caption = say_number(len(draft.dropped), "{n} initiative is refused", "{n} initiatives are refused")
    if past:
        caption += say_number(past, ", {n} goes past a closed gate", ", {n} go past a closed gate")
    notes = (ROWS, "An override is the client's decision, not a finding.")
    return table("refusals", caption, columns, rows, hard, notes, n=len(draft.dropped), past=past)


def waiting(decisions: DataFrame[plans.Decisions]) -> Exhibit:
    """Return what must come first: each item of the plan that opens gates, which they are, and whom it lets start."""
    waits = decisions[decisions["decision"] == "waits"]
    refused = set(decisions.loc[decisions["decision"] == "refused", "initiative"])
    waits = waits[~waits["initiative"].isin(refused)]
    if waits.empty:
        return note("Nothing waits", "No initiative of the plan waits for a gate.", tone="good")
    all_of_them = waits["initiative"].nunique()
    each = waits.assign(opener=waits["opened_by"].map(codes.each)).explode("opener")
    groups = sorted(each.groupby("opener", sort=False), key=lambda group: -group[1]["initiative"].nunique())
    rows: list[list[Cell]] = []
    for opener, group in groups:
        held = group["initiative"].drop_duplicates().tolist()
        whom = say("all {n}", n=all_of_them) if len(held) == all_of_them > 1 else "; ".join(held)
        gates = [words.gate(gate) for gate in group["gate"].drop_duplicates()]
        rows.append([tell(str(opener)), ", ".join(gates), str(len(held)), whom])
    columns = [left("opener", "Comes first"), left("gates", "Opens the gate"), right("number", "Holds up")]
    columns.append(left("initiatives", "Initiatives"))
    caption = say_number(
        all_of_them, "{n} initiative waits for what comes first", "{n} initiatives wait for what comes first"
    )
    return table("waiting", caption, columns, rows, waits, ("The gates are explained in the appendix.",), n=all_of_them)


def plan(found: DataFrame[plans.Plan], draft: Draft, schedule: Schedule) -> Exhibit:
    """Return the plan as a table, or why there is none."""
    if schedule.status == "infeasible":
        return note("There is no plan that keeps every limit", *words.conflict(draft, schedule), tone="bad")
    if found.empty:
        return note("There is nothing to plan", "No initiative is open to the plan.")
    names = dict(zip(found["item"], found["name"], strict=True))
    rows: list[list[Cell]] = [
        [
            tell(row["name"]),
            f"{row['wave']:.0f}",
            words.day(row["start"]),
            words.day(row["end"]),
            f"{row['slack_weeks']:.0f}" + (f" ({say('critical')})" if row["is_critical"] else ""),
            _owner(row["owner"]),
            words.held(row, names),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("item", "Item"), right("wave", "Wave"), right("start", "From"), right("end", "To")]
    columns += [right("slack_weeks", "Slack, weeks"), left("owner", "Owner"), left("held_by", "Not earlier because")]
    notes = (
        "Slack: weeks an item can slip while every other stays where it is. Critical: on the chain that sets the end "
        "of the plan. A dash in the last column: nothing holds the item back, it starts at once.",
    )
    return table("plan", _proof(schedule), columns, rows, found, notes, gap=schedule.gap)


def changes(people: pd.DataFrame, late: pd.DataFrame, objective: str, tables: Tables) -> Exhibit:
    """Return what would change the plan: one more person in each team, and four more weeks on what it hangs on."""
    rows: list[list[Cell]] = []
    for row in people.to_dict("records"):
        weeks = row["weeks_full"]
        full = say("never full")
        if weeks:
            full = say_number(weeks, "full in {n} week", "full in {n} weeks")
        worth = _effect(row, "gain", objective, tables)
        rows.append([_more(row["team"]), full, say("gains {worth}", worth=worth) if worth else say("nothing")])
    for row in late.to_dict("records"):
        what = say("Four more weeks for {item}", item=words.quoted(row["name"]))
        worth = "" if math.isnan(row["cost"]) else _effect(row, "cost", objective, tables)
        told = say("costs {worth}", worth=worth) if worth else say("nothing")
        rows.append([what, "", say("no plan is left") if math.isnan(row["cost"]) else told])
    if not rows:
        return note("Nothing can be varied", "There is no plan.")
    columns = [left("change", "Change"), left("state", "Today"), right("effect", "Effect on the plan")]
    caption = say("No team gains the plan anything by one more person")
    if len(people) and people["gain"].iloc[0] > 0:
        best = people.iloc[0]
        caption = say("{change} changes the plan the most", change=_more(best["team"]))
        if objective == "finish" or estimates.is_range(best["least"], best["most"]):
            worth = _effect(best, "gain", objective, tables)
            caption = say("{change} is worth {worth} to the plan", change=_more(best["team"]), worth=worth)
    raw = pd.concat([people.assign(change="one more"), late.rename(columns={"item": "team", "cost": "gain"})])
    notes = [say("Each row is a new plan, solved like the first, not an estimate.")]
    if objective == "benefit":
        notes.append(say("Ranges: with all benefits at their low and at their high ends, and what is not proven."))
    return table("changes", caption, columns, rows, raw, tuple(notes))


def agenda(found: DataFrame[plans.Agenda]) -> Exhibit:
    """Return the seven steps of the action plan in their order, with what of the plan belongs to each."""
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        dated = not pd.isna(row["first"])
        rows.append(
            [
                f"{row['number']:.0f}",
                say(AGENDA[row["step"]]),
                say("{n} of {all}", n=f"{row['met']:.0f}", all=f"{row['asked']:.0f}")
                if row["asked"]
                else wording.BLANK,
                wording.count(row["items"]) if row["items"] else wording.BLANK,
                words.day(row["first"]) if dated else wording.BLANK,
                words.day(row["last"]) if dated else wording.BLANK,
                wording.listed(codes.items(row["early"])) or wording.BLANK,
                cell(*STATE[row["state"]]),
            ]
        )
    columns = [right("number", "Step"), left("step", "What"), right("met", "Met"), right("items", "Items")]
    columns += [left("first", "First starts"), left("last", "Last ends"), left("early", "Too early")]
    columns.append(left("state", "State"))
    absent = [wording.inside(say(AGENDA[step])) for step in found.loc[found["state"] == "not planned", "step"]]
    caption = say("The seven steps of the action plan: each is done or planned")
    if absent:
        caption = say(
            "The seven steps of the action plan: nothing is planned for {steps}", steps=wording.listed(absent)
        )
    notes = (
        "The order of the source. For each workflow the gates keep it: what is too early has passed a closed gate by "
        "an override. Met: prerequisites, each workflow's own; of procedures, workflows with one in the register.",
        "Items: redesigns for procedures, initiatives of the kind training for skills, reviews for feedback.",
    )
    return table("agenda", caption, columns, rows, found, notes)


def calendar(events: DataFrame[plans.Calendar], tables: Tables) -> Exhibit:
    """Return the governance calendar, a row per series; beside the report lies a file that calendars import."""
    rows: list[list[Cell]] = []
    for _, group in events.groupby(["event", "about", "does", "owner"], sort=False):
        row, ends = group.iloc[0], {"low": words.day(group["date"].min()), "high": words.day(group["date"].max())}
        when = ends["low"] if len(group) == 1 else say(RHYTHM[row["rhythm"]], **ends)
        about = row["about"] or say("all workflows")
        rows.append([tell(row["event"]), about, when, wording.capital(tell(row["does"])), _owner(row["owner"])])
    columns = [left("event", "Event"), left("about", "About"), left("when", "When")]
    columns += [left("does", "What is decided"), left("owner", "Called by")]
    caption = say_number(
        len(events),
        "{n} event over {months} months keeps what is gained",
        "{n} events over {months} months keep what is gained",
        months=governance.MONTHS,
    )
    notes = (
        "Every single day stands in the files beside this report, ready for a calendar.",
        "What a plan puts live is seen again after 12 and 18 months; those days are in the roadmap's calendar only.",
    )
    shown = table("governance_calendar", caption, columns, rows, events, notes, months=governance.MONTHS)
    return Exhibit(shown.kind, shown.content | {"files": {"governance_calendar.ics": calendarfile.ics(events, tables)}})


def gates(tables: Tables) -> Exhibit:
    """Return the rules themselves: what each stops, what opens it, and where it comes from."""
    rows: list[list[Cell]] = [
        [
            words.gate(row["gate"]),
            say(row["name"]),
            ", ".join(say(kind) for kind in columns.words(row["blocks"])),
            say(row["unblocks"]),
            row["source"],
        ]
        for row in tables.gates.to_dict("records")
    ]
    heads = [left("gate", "Gate"), left("name", "Rule"), left("blocks", "Stops"), left("unblocks", "Opens it")]
    heads.append(left("source", "Source"))
    return table("gates", say("The {n} gates", n=len(rows)), heads, rows, tables.gates, (ROWS,))


def decisions(found: DataFrame[plans.Decisions]) -> Exhibit:
    """Return what every gate says to every initiative it concerns; the file beside the report says what is missing."""
    shown = ("open", "waits", "refused", "overridden")
    rows: list[list[Cell]] = []
    for name, group in found.groupby("initiative", sort=False):
        said = {word: [words.gate(gate) for gate in group.loc[group["decision"] == word, "gate"]] for word in shown}
        rows.append([str(name), *(", ".join(said[word]) or wording.BLANK for word in shown)])
    columns = [left("initiative", "Initiative"), *(left(word, DECISION[word][0]) for word in shown)]
    return table("decisions", say("Every answer of every gate"), columns, rows, found)


def _owner(cell: Any) -> str:
    return wording.text(cell) or say("nobody")


def _more(team: str) -> str:
    return say("One more pilot at once") if team == PILOTS else say("One more person in {team}", team=team)


def _way_out(row: dict[str, Any], tables: Tables) -> str:
    if row["decision"] == "refused":
        return say(row["unblocks"])
    price = say("No cost is stated, so the risk has no price.")
    if not math.isnan(row["rebuild_low"]):
        price = wording.between(row["rebuild_low"], row["rebuild_high"], tables.engagement.header.currency)
        price = say("If it must be rebuilt: {price}.", price=price)
    by = {"approver": row["approver"], "day": words.day(row["approved"]), "reason": row["reason"]}
    return say("Overridden by {approver} on {day}: {reason}.", **by) + " " + price


def _effect(row: Any, key: str, objective: str, tables: Tables) -> str:
    """Return what a change moves, blank where nothing; no sign, which before a range would belong to one end only."""
    if not row[key] and not row["most"]:
        return ""
    if objective == "benefit":
        return wording.between(row["least"], row["most"], tables.engagement.header.currency)
    if row["least"] == row["most"]:
        return wording.plural(row[key], "week")
    return say("{low} to {high}", low=wording.count(row["least"]), high=wording.plural(row["most"], "week"))


def _proof(schedule: Schedule) -> str:
    if schedule.status == "optimal":
        return say("The plan is proven: no order within these limits is better")
    return say(
        "The plan is within {gap} of the best that is possible within these limits",
        gap=wording.percent(schedule.gap, 1),
    )


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
