"""The tables and sentences of a roadmap: what is refused and why, what comes first, when, and what would change it."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import governance, plans, wording
from engineroom.blocks import Cell, Exhibit, left, note, right, table
from engineroom.columns import DataFrame
from engineroom.plan import PILOTS, Draft, conflict
from engineroom.roadmap import Schedule
from engineroom.tables import Tables

DECISION: dict[str, Cell] = {
    "open": {"text": "Open", "tone": "good"},
    "waits": {"text": "Refused for now", "tone": "caution"},
    "overridden": {"text": "Overridden", "tone": "bad"},
    "refused": {"text": "Refused", "tone": "bad"},
}
STATUS: dict[str, Cell] = {
    "done": {"text": "Done", "tone": "good"},
    "claimed": {"text": "Claimed, not shown", "tone": "bad"},
    "in_progress": {"text": "In progress", "tone": "caution"},
    "not_started": {"text": "Not started", "tone": "bad"},
    "not_recorded": {"text": "Not recorded", "tone": "unknown"},
}


def stages(found: DataFrame[plans.Stages]) -> Exhibit:
    """Return how far each workflow has come from data over map and governance to automation."""
    if found.empty:
        return note("No workflow is known", "Neither the table workflows nor the log names one.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            *(f"{row[f'{stage}_met']:.0f} of {row[stage]:.0f}" for stage in ("data", "map", "governance")),
            {"text": row["stage"].capitalize(), "tone": "good" if row["stage"] == "automate" else "caution"},
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("data", "Data"), right("map", "Map")]
    columns += [right("governance", "Governance and approval"), left("stage", "Stands at")]
    ready = int((found["stage"] == "automate").sum())
    caption = (
        f"{ready} of {wording.plural(len(rows), 'workflow')} {wording.verb(ready, 'is', 'are')} ready for automation"
    )
    notes = ("Prerequisites met, of those asked for. A workflow stands at the first stage that is not complete.",)
    return table("stages", caption, columns, rows, found, notes)


def owed(prerequisites: DataFrame[plans.Prerequisites]) -> Exhibit:
    """Return the prerequisites that are not met: status, evidence, owner, date, and the workflows they hold up."""
    open_ones = prerequisites[~prerequisites["is_met"]]
    if open_ones.empty:
        return note("Every prerequisite is met", "Each is done, with evidence and a day.", tone="good")
    rows: list[list[Cell]] = []
    for (name, _), group in open_ones.groupby(["name", "is_general"], sort=False):
        row = group.iloc[0]
        held = len(group) == prerequisites["workflow"].nunique()
        about = "all" if held else wording.listed(group["workflow"].tolist())
        day = wording.BLANK if pd.isna(row["date"]) else f"{row['date']:%Y-%m-%d}"
        owner = wording.text(row["owner"]) or "nobody"
        rows.append([name, about, STATUS[row["status"]], wording.text(row["evidence"]) or "none", owner, day])
    columns = [left("name", "Prerequisite"), left("workflows", "Workflows"), left("status", "Status")]
    columns += [left("evidence", "Evidence"), left("owner", "Owner"), left("date", "Day")]
    claimed = int((open_ones.drop_duplicates("name")["status"] == "claimed").sum())
    caption = f"{wording.plural(len(rows), 'prerequisite')} {wording.verb(len(rows), 'is', 'are')} not met"
    caption += f", {claimed} of them called done without evidence" if claimed else ""
    return table("prerequisites_owed", caption, columns, rows, open_ones)


def refusals(decisions: DataFrame[plans.Decisions], draft: Draft, tables: Tables) -> Exhibit:
    """Return what is refused or overridden: rule, missing evidence, what unblocks it, and the source of the rule."""
    hard = decisions[decisions["decision"].isin(["refused", "overridden"])]
    rows: list[list[Cell]] = [
        [r["initiative"], DECISION[r["decision"]], r["rule"], r["missing"], _way_out(r, tables), r["source"]]
        for r in hard.to_dict("records")
    ]
    said = set(hard["initiative"])
    rows += [
        [
            name,
            DECISION["refused"],
            wording.capital(why),
            wording.BLANK,
            "What it needs must be allowed first",
            "003-16",
        ]
        for name, why in draft.dropped.items()
        if name not in said
    ]
    if not rows:
        return note("Nothing is refused", "Every gate is open, or opens in the course of the plan.", tone="good")
    columns = [left("initiative", "Initiative"), left("decision", "Decision"), left("rule", "Rule")]
    columns += [left("missing", "What is missing"), left("unblocks", "What opens it"), left("source", "Source")]
    overridden = hard.loc[hard["decision"] == "overridden", "initiative"].nunique()
    caption = (
        f"{wording.plural(len(draft.dropped), 'initiative')} {wording.verb(len(draft.dropped), 'is', 'are')} refused"
    )
    caption += f", {overridden} {wording.verb(overridden, 'goes', 'go')} past a closed gate" if overridden else ""
    notes = ("Source: document and row of the domain notes. An override is the client's decision, not a finding.",)
    return table("refusals", caption, columns, rows, hard, notes)


def waiting(decisions: DataFrame[plans.Decisions]) -> Exhibit:
    """Return what waits: each initiative with the items of the plan that open its gates."""
    waits = decisions[decisions["decision"] == "waits"]
    refused = set(decisions.loc[decisions["decision"] == "refused", "initiative"])
    waits = waits[~waits["initiative"].isin(refused)]
    if waits.empty:
        return note("Nothing waits", "No initiative of the plan waits for a gate.", tone="good")
    rows: list[list[Cell]] = []
    for name, group in waits.groupby("initiative", sort=False):
        openers = [one for said in group["opened_by"] for one in said.split("; ")]
        rows.append([name, "; ".join(group["rule"]), "; ".join(dict.fromkeys(openers))])
    columns = [left("initiative", "Initiative"), left("rules", "Gates that are closed today")]
    columns.append(left("opened_by", "Opened in the plan by"))
    caption = (
        f"{wording.plural(len(rows), 'initiative')} {wording.verb(len(rows), 'waits', 'wait')} for what comes first"
    )
    return table("waiting", caption, columns, rows, waits)


def plan(found: DataFrame[plans.Plan], draft: Draft, schedule: Schedule) -> Exhibit:
    """Return the plan as a table, or why there is none."""
    if schedule.status == "infeasible":
        return note("There is no plan that keeps every limit", *conflict(draft, schedule), tone="bad")
    if found.empty:
        return note("There is nothing to plan", "No initiative is open to the plan.")
    rows: list[list[Cell]] = [
        [
            row["item"],
            f"{row['wave']:.0f}",
            f"{row['start']:%Y-%m-%d}",
            f"{row['end']:%Y-%m-%d}",
            f"{row['slack_weeks']:.0f}" + (" (critical)" if row["is_critical"] else ""),
            wording.text(row["owner"]) or "nobody",
            wording.capital(row["held_by"]) or "At once",
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("item", "Item"), right("wave", "Wave"), right("start", "From"), right("end", "To")]
    columns += [right("slack_weeks", "Slack, weeks"), left("owner", "Owner"), left("held_by", "Not earlier because")]
    notes = ("Slack: weeks an item can slip while every other stays where it is.",)
    return table("plan", _proof(schedule), columns, rows, found, notes)


def changes(people: pd.DataFrame, late: pd.DataFrame, objective: str, tables: Tables) -> Exhibit:
    """Return what would change the plan: one more person in each team, and four more weeks on what it hangs on."""
    rows: list[list[Cell]] = []
    for row in people.to_dict("records"):
        what = "One more pilot at once" if row["team"] == PILOTS else f"One more person in {row['team']}"
        full = f"full in {wording.plural(row['weeks_full'], 'week')}" if row["weeks_full"] else "never full"
        rows.append([what, full, _range(row, "gain", objective, tables, "+")])
    for row in late.to_dict("records"):
        said = "no plan is left" if math.isnan(row["cost"]) else _range(row, "cost", objective, tables, "−")
        rows.append([f"Four more weeks for “{row['item']}”", "", said])
    if not rows:
        return note("Nothing can be varied", "There is no plan.")
    columns = [left("change", "Change"), left("state", "Today"), right("effect", "Effect on the plan")]
    best = people.iloc[0] if len(people) and people["gain"].iloc[0] > 0 else None
    caption = "No team gains the plan anything by one more person"
    if best is not None:
        caption = f"{rows[0][0]} is worth {_range(best, 'gain', objective, tables, '')}"
    raw = pd.concat([people.assign(change="one more"), late.rename(columns={"item": "team", "cost": "gain"})])
    notes = ("Each row is a new plan, solved like the first, not an estimate.",)
    return table("changes", caption, columns, rows, raw, notes)


def calendar(events: DataFrame[plans.Calendar], tables: Tables) -> Exhibit:
    """Return the governance calendar; beside the report it lies as a file that calendars import."""
    rows: list[list[Cell]] = [
        [f"{row['date']:%Y-%m-%d}", row["event"], row["about"], row["does"], row["owner"] or "nobody named"]
        for row in events.to_dict("records")
    ]
    columns = [left("date", "Day"), left("event", "Event"), left("about", "About")]
    columns += [left("does", "What is decided"), left("owner", "Called by")]
    caption = f"{wording.plural(len(rows), 'event')} over 18 months keep what is gained"
    shown = table("governance_calendar", caption, columns, rows, events)
    return Exhibit(shown.kind, shown.content | {"files": {"governance_calendar.ics": governance.ics(events, tables)}})


def gates(tables: Tables) -> Exhibit:
    """Return the rules themselves: what each stops, what opens it, and where it comes from."""
    rows: list[list[Cell]] = [
        [row["name"], row["blocks"].replace(";", ", "), row["unblocks"], row["gate"], row["source"]]
        for row in tables.gates.to_dict("records")
    ]
    columns = [left("name", "Rule"), left("blocks", "Stops"), left("unblocks", "Opens it")]
    columns += [left("gate", "Gate id"), left("source", "Source")]
    return table("gates", f"The {len(rows)} gates", columns, rows, tables.gates)


def decisions(found: DataFrame[plans.Decisions]) -> Exhibit:
    """Return every answer of every gate."""
    rows: list[list[Cell]] = [
        [row["initiative"], row["rule"], DECISION[row["decision"]], row["missing"] or wording.BLANK]
        for row in found.to_dict("records")
    ]
    columns = [left("initiative", "Initiative"), left("rule", "Gate"), left("decision", "Answer")]
    return table("decisions", "Every answer of every gate", [*columns, left("missing", "Missing")], rows, found)


def _way_out(row: dict[str, Any], tables: Tables) -> str:
    if row["decision"] == "refused":
        return str(row["unblocks"])
    currency = tables.engagement.header.currency
    price = "no cost is stated, so the risk has no price"
    if not math.isnan(row["rebuild_low"]):
        low, high = (wording.money(row[end], currency) for end in ("rebuild_low", "rebuild_high"))
        price = f"if it must be rebuilt: {low} to {high}"
    return f"Overridden by {row['approver']} on {row['approved']:%Y-%m-%d}: {row['reason']}. Risk {price}"


def _range(row: Any, key: str, objective: str, tables: Tables, sign: str) -> str:
    def said(amount: float) -> str:
        if objective == "finish":
            return wording.plural(amount, "week")
        return wording.money(amount, tables.engagement.header.currency)

    if not row[key] and not row["most"]:
        return "nothing"
    if row["least"] == row["most"]:
        return f"{sign}{said(row[key])}"
    return f"{sign}{said(row['least'])} to {said(row['most'])}"


def _proof(schedule: Schedule) -> str:
    if schedule.status == "optimal":
        return "The plan is proven: no order within these limits is better"
    return f"The plan is within {schedule.gap:.1%} of the best that is possible within these limits"
