"""The tables of the roadmap: gates, plan, agenda, portfolio, pilots."""

from __future__ import annotations

import functools
import math
from typing import Any

import pandas as pd

from engineroom import estimates, statistics
from engineroom.dictionary import codes, columns, initiatives, plans
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import review_calendar
from engineroom.pages import calendarfile, show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.planning import portfolio
from engineroom.planning.plan import PILOTS, WINDOW, Draft
from engineroom.planning.solver import Schedule
from engineroom.readers.tables import Tables
from engineroom.reports.roadmap import words

FEWEST_TYPES = 5
"""Types below which a fifth of them is less than one."""

RHYTHM = {"monthly": "monthly, {low} to {high}", "quarterly": "every three months, {low} to {high}"}


def stages(found: DataFrame[plans.Stages]) -> Exhibit:
    """Return how far each workflow has come from data over map and governance to automation."""
    if found.empty:
        return note("No workflow is known", "Neither the tables nor the log name one.")
    ready = int((found["stage"] == "automate").sum())
    caption = say_number(ready, "{n} of {all} workflows [is|are] ready for automation", all=len(found))
    met = "Prerequisites met, of those required. The stage is the first one that is not complete."
    columns = "workflow data=data_met map=map_met governance=governance_met stage"
    return show.table("stages", found, plans.Stages, columns, caption, met, counted={"n": ready})


def owed(prerequisites: DataFrame[plans.Prerequisites]) -> Exhibit:
    """Return the prerequisites that are not met: status, evidence, owner, date, and the workflows they hold up."""
    if prerequisites.empty:
        return note("No prerequisite was checked", "None is required: no workflow is known.")
    open_ones = prerequisites[~prerequisites["is_met"]]
    if open_ones.empty:
        return note("Every prerequisite is met", "Each is done, with evidence and a day.", tone="good")
    alike = ["name", "is_general", "status", "measured"]
    groups = open_ones.groupby(alike, sort=False, dropna=False)["workflow"].agg(list)
    rows = open_ones.drop_duplicates(alike).assign(workflows=groups.tolist())
    everywhere = prerequisites["workflow"].nunique()

    def workflows(row: show.Row) -> str:
        return say("all") if len(row["workflows"]) == everywhere else wording.listed(row["workflows"])

    claimed = int((open_ones.drop_duplicates("name")["status"] == "claimed").sum())
    n = open_ones["name"].nunique()
    caption = say_number(n, "{n} [prerequisite is|prerequisites are] not met", n=wording.count(n))
    if claimed:
        caption += say(", {n} of them reported as done without evidence", n=claimed)
    waits = "Only prerequisites that block an initiative in the plan are scheduled."
    columns = "name workflows status evidence owner date"
    if rows["measured"].notna().any():
        columns = "name workflows status measured evidence owner date"
    return show.table(
        "prerequisites_owed", open_ones, plans.Prerequisites, columns, caption, waits,
        rows=rows, own={"workflows": show.left("Workflows", workflows)}, counted={"n": n, "claimed": claimed},
    )  # fmt: skip


def refusals(decisions: DataFrame[plans.Decisions], draft: Draft, tables: Tables) -> Exhibit:
    """Return what is refused or overridden: rule, missing evidence, what unblocks it, and the source of the rule."""
    hard = decisions[decisions["decision"].isin(["refused", "overridden"])]
    rows = hard.to_dict("records")
    rows += [
        {"initiative": name, "decision": "refused", "why": why, "missing": "", "source": codes.listed(["003-16"])}
        for name, why in draft.dropped.items()
        if name not in set(hard["initiative"])
    ]
    if not rows and decisions.empty:
        return note("No gate applies", "No initiative in the plan needs one.")
    if not rows:
        return note("Nothing is refused", "Every gate is open or will open during the plan.", tone="good")
    past = hard.loc[hard["decision"] == "overridden", "initiative"].nunique()
    caption = say_number(len(draft.dropped), "{n} [initiative is|initiatives are] refused")
    if past:
        caption += say_number(past, ", {n} [goes|go] past a closed gate")
    own: show.Owns = {
        "rule": lambda row: wording.capital(tell(row["why"])) if "why" in row else say(row["rule"]),
        "unblocks": show.left("What opens it", lambda row: _way_out(row, tables)),
    }
    return show.table(
        "refusals", hard, plans.Decisions, "initiative decision rule missing unblocks", caption,
        "An override is the client's decision, not a finding.",
        rows=rows, own=own, counted={"n": len(draft.dropped), "past": past},
    )  # fmt: skip


def waiting(decisions: DataFrame[plans.Decisions]) -> Exhibit:
    """Return what must come first: each item of the plan that opens gates, which they are, and whom it lets start."""
    waits = decisions[decisions["decision"] == "waits"]
    refused = set(decisions.loc[decisions["decision"] == "refused", "initiative"])
    waits = waits[~waits["initiative"].isin(refused)]
    if decisions.empty:
        return nothing()
    if waits.empty:
        return note("Nothing waits", "No initiative in the plan waits for a gate.", tone="good")
    all_of_them = waits["initiative"].nunique()
    each = waits.assign(opener=waits["opened_by"].map(codes.each)).explode("opener")
    groups = sorted(each.groupby("opener", sort=False), key=lambda group: -group[1]["initiative"].nunique())
    rows: list[list[Cell]] = []
    for opener, group in groups:
        held = group["initiative"].drop_duplicates().tolist()
        whom = say("all {n}", n=all_of_them) if len(held) == all_of_them > 1 else "; ".join(held)
        gates = [words.gate(gate) for gate in group["gate"].drop_duplicates()]
        rows.append([tell(str(opener)), ", ".join(gates), str(len(held)), whom])
    columns = [left("opener", "Prerequisite"), left("gates", "Opens the gate"), right("number", "Blocks")]
    columns.append(left("initiatives", "Initiatives"))
    caption = say_number(all_of_them, "{n} [initiative waits|initiatives wait] for prerequisites")
    return table("waiting", caption, columns, rows, waits, ("The gates are explained in the appendix.",), n=all_of_them)


def plan(found: DataFrame[plans.Plan], draft: Draft, schedule: Schedule) -> Exhibit:
    """Return the plan as a table, or why there is none."""
    if schedule.status == "infeasible":
        return note("There is no plan that keeps every limit", *words.conflict(draft, schedule), tone="bad")
    if schedule.status == "unknown":
        return note(
            "No plan was found",
            "The search stopped before it found a plan or proved that there is none. A longer search may find one.",
            tone="caution",
        )
    if found.empty:
        return note("There is nothing to plan", "No initiative can be planned.")
    names = dict(zip(found["item"], found["name"], strict=True))
    own = {
        "item": show.left("Item", lambda row: tell(row["name"])),
        "slack_weeks": show.right("Slack, weeks", _slack),
        "held_by": show.left("Not earlier because", lambda row: words.held(row, names)),
    }
    slack = (
        "Slack: weeks an item can slip without moving any other. Critical: any delay moves the end of the plan. A "
        "dash in the last column: the item starts at once."
    )
    notes, late = [slack], found[(found["kind"] == "prerequisite") & (found["weeks"] > WINDOW[1])]
    if len(late):
        names_late = [f"{tell(row['name'])} ({wording.count(row['weeks'])})" for row in late.to_dict("records")]
        window = (
            "Prerequisites should be met in {least} to {most} weeks; these take longer, by their owners' dates: {late}."
        )
        notes.append(say(window, least=WINDOW[0], most=WINDOW[1], late=wording.listed(names_late)))
    columns, counted = "item wave start end slack_weeks owner held_by", {"gap": schedule.gap}
    return show.table("plan", found, plans.Plan, columns, _proof(schedule), *notes, own=own, counted=counted)


def changes(people: pd.DataFrame, late: pd.DataFrame, objective: str, tables: Tables) -> Exhibit:
    """Return what would change the plan: one more person in each team, and four more weeks on what it hangs on."""
    rows: list[list[Cell]] = []
    for row in people.to_dict("records"):
        weeks = row["weeks_full"]
        full = say("never fully booked")
        if weeks:
            full = say_number(weeks, "fully booked in {n} [week|weeks]")
        worth = _effect(row, "gain", objective, tables)
        rows.append([_more(row["team"]), full, say("adds {worth}", worth=worth) if worth else say("no change")])
    for row in late.to_dict("records"):
        what = say("Four more weeks for {item}", item=words.quoted(row["name"]))
        worth = "" if math.isnan(row["cost"]) else _effect(row, "cost", objective, tables)
        told = say("costs {worth}", worth=worth) if worth else say("no change")
        rows.append([what, "", say("no plan is possible") if math.isnan(row["cost"]) else told])
    if not rows:
        return note("No change can be tested", "There is no plan.")
    columns = [left("change", "Change"), left("state", "Today"), right("effect", "Effect on the plan")]
    caption = say("One more person would not improve the plan in any team")
    if len(people) and people["gain"].iloc[0] > 0:
        best = people.iloc[0]
        caption = say("{change} changes the plan the most", change=_more(best["team"]))
        if objective == "finish" or estimates.is_range(best["least"], best["most"]):
            worth = _effect(best, "gain", objective, tables)
            caption = say("{change} adds {worth} to the plan", change=_more(best["team"]), worth=worth)
    raw = pd.concat([people.assign(change="one more"), late.rename(columns={"item": "team", "cost": "gain"})])
    notes = [say("Each row is a full new plan, not an estimate.")]
    if objective == "benefit":
        notes.append(say("Ranges: from all benefits at the low end to all at the high end."))
    return table("changes", caption, columns, rows, raw, tuple(notes))


def economics(found: DataFrame[plans.Economics], tables: Tables) -> Exhibit:
    """Return what each initiative brings, costs and comes to, those that lose money first; nothing without money."""
    told = found[found["verdict"] != "not stated"]
    if told.empty:
        return nothing()
    losing = int((told["verdict"] == "loses").sum())
    caption = say("Each initiative to the end of the plan")
    if losing:
        caption += say_number(losing, ": {n} [loses|lose] money and [is|are] advised against")
    own: show.Owns = {
        name: show.right(label, functools.partial(show.ends, name, tables.engagement.header.currency))
        for name, label in (("annual_benefit", "Benefit a year"), ("cost", "Cost"), ("net", "Net"))
    }
    columns = "name owner end annual_benefit cost payback_months net verdict"
    note_ = "Net: benefits from the day after completion to the end of the plan, less the one-off cost."
    return show.table("economics", told, plans.Economics, columns, caption, note_, own=own, counted={"n": losing})


def bridge(found: DataFrame[plans.Bridge], tables: Tables) -> Exhibit:
    """Return the way from the gap to the net of the plan, a row per workflow and their sum; nothing without money."""
    labels = {
        "gap": "Cost of the gap a year",
        "addressed": "Addressed by the plan",
        "brings": ("Benefit of the plan"),
        "beyond": "Beyond the gap",
    }
    labels |= {"cost": "One-off cost", "net": "Net, first full year"}
    ends = {name: [f"{name}_low", f"{name}_high"] for name in labels}
    sums = [column for columns in ends.values() for column in columns]
    if found.empty or not found[sums].any(axis=None):
        return nothing()
    total = {"workflow": say("Together"), "initiatives": ""} | found[sums].sum().round(2).to_dict()
    open_ones = found.loc[(found["gap_high"] > 0) & (found["initiatives"] == ""), "workflow"].tolist()
    caption = say("From the cost of the gap to the net benefit of the plan")
    if open_ones:
        caption += say(": no initiative addresses {workflows}", workflows=wording.listed(open_ones))
    currency = tables.engagement.header.currency
    own: show.Owns = {
        name: show.right(label, functools.partial(show.ends, name, currency)) for name, label in labels.items()
    }
    unpriced = found["gap_high"] == 0
    told = found.assign(**{name: found[name].mask(unpriced) for name in ends["gap"] + ends["addressed"]})
    notes = (
        "Cost of the gap: the total in the benchmark report. Beyond the gap: benefit promised on top of it. Net: one "
        "full year of benefit less one-off cost. A dash: no measured benchmark prices a gap here.",
    )
    rows = pd.concat([told, pd.DataFrame([total])], ignore_index=True)
    columns = f"workflow {' '.join(labels)}"
    return show.table("bridge", found, plans.Bridge, columns, caption, *notes, rows=rows, own=own)


def agenda(found: DataFrame[plans.Agenda]) -> Exhibit:
    """Return the seven steps of the action plan in their order, with what of the plan belongs to each."""
    rows = found.assign(met=found["met"].where(found["asked"] > 0), items=found["items"].where(found["items"] > 0))
    absent = [wording.inside(say(plans.AGENDA[step])) for step in found.loc[found["state"] == "not planned", "step"]]
    caption = say("The seven steps of the action plan: each is done or planned")
    if absent:
        caption = say(
            "The seven steps of the action plan: nothing is planned for {steps}", steps=wording.listed(absent)
        )
    notes = (
        "The steps follow a standard order. “Too early” marks an initiative that goes ahead past a closed gate. Met: "
        "prerequisites met, workflow by workflow; for procedures, workflows that have one.",
        "Items: redesigns count for procedures, training for skills and reviews for feedback.",
    )
    early = show.left("Too early", lambda row: wording.listed(codes.items(row["early"])) or wording.BLANK)
    columns = "number step met items first last early state"
    return show.table("agenda", found, plans.Agenda, columns, caption, *notes, rows=rows, own={"early": early})


def calendar(events: DataFrame[plans.Calendar], tables: Tables) -> Exhibit:
    """Return the governance calendar, a row per series; beside the report lies a file that calendars import."""
    series = events.groupby(["event", "about", "does", "owner"], sort=False)
    rows = [group.iloc[0].to_dict() | {"when": _when(group)} for _, group in series]
    caption = say_number(
        len(events),
        "Review calendar: {n} [date|dates] in {months} months",
        months=review_calendar.MONTHS,
    )
    notes = (
        "All dates are attached as a calendar file.",
        "Each change is checked again 12 and 18 months after go-live; those dates are in the roadmap only.",
    )
    own = {"when": show.left("When", lambda row: row["when"])}
    columns, counted = "event about when does owner", {"months": review_calendar.MONTHS}
    shown = show.table(
        "governance_calendar", events, plans.Calendar, columns, caption, *notes, rows=rows, own=own, counted=counted
    )
    return Exhibit(shown.kind, shown.content | {"files": {"governance_calendar.ics": calendarfile.ics(events, tables)}})


def gates(tables: Tables) -> Exhibit:
    """Return the rules themselves: what each stops, what opens it, and where it comes from."""
    own = {
        "gate": show.left("Gate", lambda row: words.gate(row["gate"])),
        "blocks": show.left("Applies to", lambda row: ", ".join(say(kind) for kind in columns.words(row["blocks"]))),
    }
    caption = say("The {n} gates", n=len(tables.gates))
    return show.table("gates", tables.gates, initiatives.Gates, "gate name blocks unblocks", caption, own=own)


def decisions(found: DataFrame[plans.Decisions]) -> Exhibit:
    """Return what every gate says to every initiative it concerns; the file beside the report says what is missing."""
    shown = ("open", "waits", "refused", "overridden")
    rows: list[list[Cell]] = []
    for name, group in found.groupby("initiative", sort=False):
        said = {word: [words.gate(gate) for gate in group.loc[group["decision"] == word, "gate"]] for word in shown}
        rows.append([str(name), *(", ".join(said[word]) or wording.BLANK for word in shown)])
    columns = [left("initiative", "Initiative"), *(left(word, plans.DECISIONS[word][0]) for word in shown)]
    return table("decisions", say("Decision of every gate on every initiative"), columns, rows, found)


def _slack(row: show.Row) -> str:
    return wording.count(row["slack_weeks"]) + (f" ({say('critical')})" if row["is_critical"] else "")


def _when(events: pd.DataFrame) -> str:
    """Return the day of an event, or its rhythm and the days between which it comes."""
    ends = {"low": wording.short_day(events["date"].min()), "high": wording.short_day(events["date"].max())}
    return ends["low"] if len(events) == 1 else say(RHYTHM[events["rhythm"].iloc[0]], **ends)


def _more(team: str) -> str:
    return say("One more pilot at once") if team == PILOTS else say("One more person in {team}", team=team)


def _way_out(row: show.Row, tables: Tables) -> str:
    if "why" in row:
        return say("Another initiative that it needs must be permitted first")
    if row["decision"] == "refused":
        return say(row["unblocks"])
    price = say("No cost is stated, so the risk has no price.")
    if not math.isnan(row["rebuild_low"]):
        price = wording.between(row["rebuild_low"], row["rebuild_high"], tables.engagement.header.currency)
        price = say("If it must be rebuilt: {price}.", price=price)
    by = {"approver": row["approver"], "day": wording.short_day(row["approved"]), "reason": row["reason"]}
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
        return say("The plan is the best order within these limits")
    return say(
        "The plan is within {gap} of the best possible within these limits",
        gap=wording.percent(schedule.gap, 1),
    )


def method(schedule: Schedule, objective: str, weeks: int, discount_rate: float) -> Exhibit:
    """Return, in words, how the plan was made and how far it can be trusted; nothing where nothing was planned."""
    if schedule.status == "optimal" and not schedule.starts:
        return nothing()
    aim = say("The plan seeks the earliest completion of all initiatives.")
    if objective == "benefit":
        aim = say(
            "The plan seeks the largest benefit less one-off cost over {weeks} weeks. Benefits are discounted at "
            "{rate} a year and count from the day after completion.",
            weeks=weeks,
            rate=wording.percent(discount_rate, 0),
        )
    proof = {
        "optimal": say("No other order within these limits is better; this was proven by calculation."),
        "feasible": say(
            "The search stopped early: the plan is within {gap} of the best possible.",
            gap=wording.percent(schedule.gap, 1),
        ),
        "infeasible": say("No order can keep every limit; this was proven by calculation."),
    }.get(schedule.status, say("The search ended without a plan and without a proof that there is none."))
    kept = say(
        "It respects every gate, the capacity of each team, the number of pilots at once, all deadlines and every "
        "period without system changes."
    )
    assumed = say(
        "An unmet prerequisite is given four weeks, or the date its owner named. The plan assumes that durations are "
        "kept; the table of changes shows what delays would cost."
    )
    return note("How the plan was made", f"{aim} {kept} {proof}", assumed)


ALIKE = {True: ("Alike", "good"), False: ("Differs", "bad")}
MOST_SOURCES = 10


def shortlist(rankings: DataFrame[plans.Rankings]) -> Exhibit:
    """Return every workflow in the three orders of the source, how firm its place is, and whether it is feasible."""
    if rankings.empty:
        return note("Nothing can be ranked", "No workflow is known.")
    own = {"orders": show.right("Rank by A, B, C", _orders), "ranks": show.right("Best to worst rank", _ranks)}
    first = rankings.iloc[0]
    caption = say(
        "{workflow} comes first: it is among the top three in {share} of all weightings",
        workflow=first["workflow"],
        share=wording.percent(first["top_share"], 0),
    )
    notes = (
        "A: friction, volume and standardisation. B: volume, error rate and people. C: cost per item and error rate. "
        "Weights are varied in steps of a tenth.",
        "Errors: the error rate or, where none is measured, the rework rate. Ready: share of prerequisites met.",
    )
    columns = (
        "workflow orders top_share ranks data=data_ready map=integration_ready capacity=capacity_ready is_shortlisted"
    )
    return show.table("shortlist", rankings, plans.Rankings, columns, caption, *notes, own=own)


def at_source(found: DataFrame[plans.AtSource], tables: Tables) -> Exhibit:
    """Return what to fix where it comes from: exceptions that only repair what came in wrong, dearest first."""
    if found.empty:
        return nothing()
    caption = "Fix these input errors at source"
    columns, currency = "exception workflow monthly_count yearly_cost share", tables.engagement.header.currency
    return show.table("at_source", found, plans.AtSource, columns, caption, currency=currency, most=MOST_SOURCES)


def actuals(found: DataFrame[plans.Paths]) -> Exhibit:
    """Return where each workflow is on the way to its straight-through target."""
    if found.empty:
        return note(
            "Progress towards the targets cannot be checked",
            "Monthly straight-through rates from before and after a go-live would show it.",
        )
    own = {
        "start": show.left("From", lambda row: _on(row["start"], row["since"])),
        "target": show.left("To", lambda row: _on(row["target"], row["until"])),
        "interval": show.right(
            "95% interval", lambda row: wording.span({**row, "value": row["actual"], "unit": "share"})
        ),
    }
    behind = int((found["verdict"] == "behind").sum())
    caption = say_number(
        behind,
        "{n} of {all} workflows [is behind its|are behind their] path to the straight-through target",
        all=len(found),
    )
    path = "By now: on a straight line from the rate before go-live to the target. Actual: the last three months."
    columns = "workflow start target expected actual interval verdict"
    return show.table("stp_actuals", found, plans.Paths, columns, caption, path, own=own, counted={"n": behind})


def buckets(placements: DataFrame[plans.Placements]) -> Exhibit:
    """Return the bucket of each workflow with its reason, confidence and next review."""
    if placements.empty:
        return note("Nothing can be placed", "No workflow is known.")
    counts = {str(bucket): number for bucket, number in placements["bucket"].value_counts().items()}
    caption = say(
        "Recommendations: {counts}",
        counts=wording.listed([f"{say(name)} ({number})" for name, number in counts.items()]),
    )
    rule = (
        "The first matching rule applies. Eliminate: only the work that repairs bad input, never the workflow "
        "itself. STP: straight-through processing, without any manual step."
    )
    own = {"reason": show.left("Reason", lambda row: wording.capital(tell_all(row["reason"])))}
    columns = "workflow work bucket reason confidence unknown review"
    return show.table("buckets", placements, plans.Placements, columns, caption, rule, own=own, counted=counts)


def touches(found: DataFrame[plans.Touches]) -> Exhibit:
    """Return why people touch the items of each workflow, and which share would go away at the source."""
    if found.empty:
        return note(("The causes of manual work are not recorded"), "Exceptions with their causes are needed.")
    share = words.percent(found["upstream_data"].iloc[0])
    caption = say("{share} of the exceptions only repair wrong input", share=share)
    columns = "workflow touches upstream_data judgement rule system"
    return show.table("touches", found, plans.Touches, columns, caption)


def types(found: DataFrame[plans.CostTypes], tables: Tables) -> Exhibit:
    """Return what each type of exception costs a year, the dearest first."""
    if found.empty:
        return nothing()
    half = int((found["share"] < 0.5).sum()) + 1
    caption = say_number(
        half, "{n} type of {all} causes half of the cost", "{n} types of {all} cause half of the cost", all=len(found)
    )
    currency = tables.engagement.header.currency
    return show.table(
        "types", found, plans.CostTypes, "type cost share", caption, currency=currency, counted={"n": half}
    )


def concentration(types: DataFrame[plans.CostTypes], transactions: DataFrame[plans.CostTypes]) -> Exhibit:
    """Return, in words, whether a fifth of the types holds the 60 to 70% of the cost that the source expects.

    The rule is about types of transaction, which are workflows; types of exception are told beside them. Of fewer than
    five types no fifth can be taken.
    """
    texts, verdicts = [], []
    for one, form in (
        (transactions, "The costliest fifth of {n} types of transaction causes {share} of the cost (Gini {gini})."),
        (types, "The costliest fifth of {n} types of exception causes {share} of the cost (Gini {gini})."),
    ):
        share, holds = portfolio.concentration(one)
        if len(one) >= FEWEST_TYPES and not math.isnan(share) and (one is transactions or not one.equals(transactions)):
            gini = wording.value(statistics.gini(one["cost"]), "ratio")
            texts.append(say(form, n=len(one), share=wording.percent(share, 0), gini=gini))
            verdicts.append(holds)
    if not texts:
        return note(
            ("Whether cost is concentrated is not known"), "The cost of at least five types of transaction is needed."
        )
    if verdicts[0]:
        return note("Cost is concentrated", *texts, "That is in line with the usual 60 to 70%: redesign these first.")
    return note("Cost is spread evenly", *texts, "A share of 60 to 70% would be usual. Here, no single type dominates.")


def maps(found: DataFrame[plans.Maps]) -> Exhibit:
    """Return what the maps show: completeness, hand-offs, loops, steps on no path, share of waiting."""
    if found.empty:
        return note("No workflow is mapped", "A process map of each workflow is needed.")
    caption = say_number(len(found), "{n} [workflow is|workflows are] mapped")
    columns = "workflow steps decisions completeness handoffs loops orphans wait_share friction"
    return show.table(
        "maps",
        found,
        plans.Maps,
        columns,
        caption,
        "Described: share of steps with owner, input, output and exception path filled in.",
    )


def comparability(matrix: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return which business unit follows which definition: what must agree before anything is centralised."""
    if matrix.empty:
        return note("How the business units measure is not known", "A list of definitions by business unit is needed.")
    units = [column for column in matrix.columns if column not in ("workflow", "kpi", "name", "is_comparable")]
    names = tables.definitions.set_index("definition")["name"]
    rows: list[list[Cell]] = [
        [
            r["workflow"],
            say(r["name"]),
            *(say(names.get(r[unit], "not said")) for unit in units),
            cell(*ALIKE[r["is_comparable"]]),
        ]
        for r in matrix.to_dict("records")
    ]
    columns = [
        left("workflow", "Workflow"),
        left("kpi", "KPI"),
        *((f"u{n}", unit, "left") for n, unit in enumerate(units)),
    ]
    columns.append(left("is_comparable", "Measured"))
    apart = int((~matrix["is_comparable"]).sum())
    caption = say_number(apart, "{n} of {all} KPIs [is|are] measured differently by the units", all=len(rows))
    notes = ("Under each unit: what it measures under this name; the attached file has the definitions.",)
    return table("comparability", caption, columns, rows, matrix, notes, n=apart)


def _orders(row: show.Row) -> str:
    return ", ".join(wording.count(row[order]) for order in ("by_criteria", "by_load", "by_cost"))


def _ranks(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.count(row["best_rank"]), high=wording.count(row["worst_rank"]))


def _on(rate: float, day: pd.Timestamp) -> str:
    return say("{rate} on {day}", rate=words.percent(rate), day=wording.short_day(day))


def technology(found: DataFrame[plans.Technology], tables: Tables) -> Exhibit:
    """Return where investment in technology reaches most; nothing where nobody was asked."""
    if found.empty:
        return nothing()
    first = found.iloc[0]
    caption = say("Investment in technology has the most reach in {part}", part=wording.inside(say(first["part"])))
    if found["within_reach"].isna().all():
        caption = say("What the technology can do today")
    note = (
        "Level: lower median of the answers with evidence, 0 to 4. Reach: yearly cost of the workflows × share of "
        "the four levels not yet reached. It shows where to look first, not what a purchase would save."
    )
    columns, currency = "part level workflows at_stake within_reach anchor", tables.engagement.header.currency
    return show.table("technology", found, plans.Technology, columns, caption, note, currency=currency)


def tracks(found: DataFrame[plans.Tracks], tables: Tables) -> Exhibit:
    """Return where each workflow stands in the four steps, with what is at stake and whether it is feasible."""
    if found.empty:
        return note("Nothing can be tracked", "No workflow is known.")
    counted = {"n": int((found["stands"] == "pilot").sum()), "all": len(found)}
    caption = say_number(
        counted["n"], "{n} of {all} workflows [is ready for its|are ready for their] pilot", all=len(found)
    )
    weakest = (
        "Weakest of three: the lowest of data ready, map ready and spare capacity. Feasible: data and map complete, "
        "and a tenth of the team's time free. Automation score: geometric mean of volume, share of rule-based items "
        "and cost per item, each relative to the largest. A much-quoted case is contract reading at a bank: about "
        "360,000 hours a year, paid back within 18 months."
    )
    columns = "workflow at_stake mapped is_chosen feasibility feasible=is_feasible is_measured fit stands"
    currency = tables.engagement.header.currency
    return show.table("tracks", found, plans.Tracks, columns, caption, weakest, currency=currency, counted=counted)


def first_targets(found: DataFrame[plans.FirstTargets]) -> Exhibit:
    """Return what the sector takes first, beside the client's own workflow of that process."""
    if found.empty:
        return note("No first target is named for this sector", "First targets are known for three sectors only.")
    there, every = found.loc[found["workflow"] != "", "target"].nunique(), found["target"].nunique()
    caption = say_number(there, "{n} of {all} first targets of the sector [is|are] among the workflows", all=every)
    gated = "The gates apply to them too: data, map and interfaces must be ready before automation."
    columns, counted = "target_quoted=target why workflow place is_shortlisted stage", {"n": there, "all": every}
    return show.table("first_targets", found, plans.FirstTargets, columns, caption, gated, counted=counted)


def pilots(found: DataFrame[plans.PilotPlans], tracks: DataFrame[plans.Tracks]) -> Exhibit:
    """Return the pilots to come: KPI and target fixed before the start, and whether 60 days bring enough items."""
    if found.empty:
        why = "No shortlisted workflow has recorded times or misses a benchmark."
        return note("No pilot can be judged yet", why)
    short = int((~found["is_enough"]).sum())
    caption = say_number(len(found), "{n} pilot [KPI is|KPIs are] fixed before the start")
    caption += say("; 60 days are too short for {n}", n=short) if short else ""
    notes = (
        "Best quarter: the best value so far, used as target. 60 days can show: the smallest change that 60 days can "
        "prove (80% power, 5% error).",
        "Pilot, refine, then scale up: each of the three steps needs its own decision.",
    )
    columns = "workflow name baseline target visible expected=items_expected is_enough"
    ready = set(tracks.loc[tracks["is_feasible"].eq(True), "workflow"])  # a pilot runs where it can begin
    own, counted = {"is_enough": show.left("", functools.partial(_enough, ready))}, {"n": short, "days": 60}
    return show.table("pilots", found, plans.PilotPlans, columns, caption, *notes, own=own, counted=counted)


def pilot_results(found: DataFrame[plans.PilotResults]) -> Exhibit:
    """Return the verdict on each pilot that has run."""
    if found.empty:
        return note("No pilot has run yet", "Counts from before and during a pilot are needed.")
    own = {"interval": show.right("Improvement in points, 95%", _change)}
    passed = int((found["verdict"] == "pass").sum())
    caption = say_number(passed, "{n} of {all} finished pilots passed", all=len(found))
    if len(found) == 1:
        caption = say("The finished pilot passed") if passed else say("The finished pilot did not pass")
    columns, rule = (
        "pilot kpi=name before during interval verdict reason",
        "95% interval by Newcombe's method; plus is better.",
    )
    return show.table(
        "pilot_results", found, plans.PilotResults, columns, caption, rule, own=own, counted={"n": passed}
    )


def _enough(ready: set[str], row: show.Row) -> Cell:
    if row["is_enough"] and row["workflow"] not in ready:
        return cell("60 days are enough, once the workflow is ready", "caution")
    if row["is_enough"]:
        return cell("60 days are enough", "good")
    if math.isnan(row["target"]):
        return cell("Agree a target before the start", "caution")
    if math.isnan(row["days_needed"]):
        return cell("Best quarter too close to today's value", "caution")
    return {"text": say("Needs {n} days", n=wording.count(row["days_needed"])), "tone": "caution"}


def _change(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.points(row["low"]), high=wording.points(row["high"]))
