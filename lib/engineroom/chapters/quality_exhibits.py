"""The tables of the report on process quality: a result table in, a captioned table out."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.measures import quality
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Column, Exhibit, cell, first_of, left, note, nothing, right, table
from engineroom.pages.exhibits import TIER_TONES
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables

MOST_ROWS = 12
"""Rows of a table of steps on the page; the file beside the report holds all of them."""

LATER = 1.05
"""How much longer nine of ten must take with open items than without them to be told in a caption."""

MADE_FROM = {quality.STATED: "Stated cost", quality.RECORDED: "The log", quality.BY_RATE: "Hours × rate"}
BANDS = {
    "below": ("Fewer than typical", "good"),
    "within": ("Within the typical 15 to 30", "caution"),
    "above": ("More than typical", "bad"),
}


TAKEN = ["workflow", "reworked", "rework_hours", "rework_cost", "rework_cost_low", "rework_cost_high", "cost_method"]
"""Columns of the hidden factory that say what its rework took."""


def status_log(log: LogProfile | None) -> Exhibit:
    """Return the warning that repeats mean nothing in a log of status changes; nothing for any other log."""
    if not quality.is_saturated(log):
        return nothing()
    return note(
        "A repeat is no rework in this log",
        "Nearly every case repeats an activity, as a log of status changes does. A first-pass yield made from repeats "
        "would be near zero and would mean nothing, so none is printed. Rework activities named in [events.rework] "
        "would give one.",
        tone="caution",
    )


def yields(found: DataFrame[quality_tables.Yields], log: LogProfile | None) -> Exhibit:
    """Return the steps, or checks, at which most items fail, with their first-pass yield."""
    if found.empty:
        return note("No first-pass yield by step", needed(log, "rolled_throughput_yield", "rework"))
    is_checks = bool((found["kind"] == "check").all())
    rows: list[list[Cell]] = [
        [
            row["step"],
            row["workflow"],
            wording.figure(_share(row)),
            wording.span(_share(row)),
            wording.count(row["cases"]),
            wording.count(row["failing"]),
            wording.count(row["extra_events"]),
            _hours(row["rework_hours"]),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("step", "Sent back by") if is_checks else left("step", "Step"), left("workflow", "Workflow")]
    columns += [right("first_pass_yield", "First-pass yield"), right("interval", "95% interval"), right("cases", "n")]
    columns += [right("failing", "Not right first"), right("extra_events", "Extra steps")]
    columns += [right("rework_hours", "Rework hours")]
    how = (
        "Each stated rework activity is a check: its yield is the share of the workflow's completed items that it "
        "never sent back. Extra steps are the corrections themselves; work done again after them is not told apart."
        if is_checks
        else "Of the completed items that came to a step: those that did it once and without an exception. Extra steps "
        "are attempts beyond the first."
    )
    caption = say("First-pass yield step by step, most failures first")
    caption += first_of(found, MOST_ROWS)
    hours = "Rework hours: extra steps × mean handling hours of that step; blank where the log has no start times."
    return table("yields", caption, *filled(columns, rows), found, (how, hours))


def factory(found: DataFrame[quality_tables.Factory]) -> Exhibit:
    """Return the hidden factory by workflow: what entered, what was right the first time, and what was not."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            wording.count(row["entered"]),
            wording.count(row["still_open"] + row["not_told"]),
            wording.count(row["first_pass"]),
            wording.count(row["reworked"]),
            wording.figure(_share(row)),
            wording.span(_share(row)),
            wording.value(row["rolled_throughput_yield"], "share"),
            wording.count(row["dpmo"]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("entered", "Entered"), right("still_open", "Open or unknown")]
    columns += [right("first_pass", "Right first time"), right("reworked", "Reworked")]
    columns += [right("first_pass_yield", "First-pass yield"), right("interval", "95% interval")]
    columns += [right("rolled", "Rolled yield"), right("dpmo", "DPMO")]
    least, most = (wording.count(found["opportunities"].agg(end)) for end in ("min", "max"))
    caption = say("The hidden factory by workflow: each row adds up to what entered")
    note = say(
        "Entered = open or unknown + right first time + reworked. Rolled yield: product of the yields of the "
        "steps, as if they were independent, so without interval. DPMO: failed first attempts per million "
        "opportunities, one per item and step; steps that can fail in a workflow: {steps}.",
        steps=least if least == most else say("{low} to {high}", low=least, high=most),
    )
    return table("factory", caption, *filled(columns, rows), found, (note,))


def rework(found: DataFrame[quality_tables.Factory], tables: Tables) -> Exhibit:
    """Return what the rework of each workflow took: hours, cost as a range, and what the cost was made from."""
    told = found[found["rework_hours"].notna() | found["rework_cost"].notna()]
    if told.empty:
        return nothing()
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for row in told.to_dict("records"):
        cost = made = wording.BLANK
        if not math.isnan(row["rework_cost"]):
            cost = wording.between(row["rework_cost_low"], row["rework_cost_high"], currency)
            made = say(MADE_FROM[row["cost_method"]])
        rows.append([row["workflow"], wording.count(row["reworked"]), _hours(row["rework_hours"]), cost, made])
    columns = [left("workflow", "Workflow"), right("reworked", "Reworked"), right("rework_hours", "Rework hours")]
    columns += [right("rework_cost", "Rework cost"), left("cost_method", "Made from")]
    notes = [say("Rework cost in the period: {methods}.", methods=cost_methods(told["cost_method"].tolist()))]
    both = told[(told["cost_method"] == quality.STATED) & told["cost_recorded"].notna()]
    if len(both):
        notes.append(
            say(
                "Where both are known the stated cost is taken, because a log prices only the steps that say they are "
                "rework. The log records {recorded} where {stated} are stated.",
                recorded=wording.amount(both["cost_recorded"].sum(), currency),
                stated=wording.between(both["rework_cost_low"].sum(), both["rework_cost_high"].sum(), currency),
            )
        )
    return table("rework", say("What the rework took, by workflow"), *filled(columns, rows), told[TAKEN], tuple(notes))


def cost_methods(methods: list[str]) -> str:
    """Return how the costs of rework were made, each way once."""
    return "; ".join(tell(method) for method in quality.COST_METHODS if method in methods)


def kinds(found: DataFrame[quality_tables.Kinds], log: LogProfile | None) -> Exhibit:
    """Return the number of exception types of each workflow against what is typical, and what to stabilise first."""
    if found.empty:
        return note("No exception is told apart", needed(log, "exception_types", "exception"))
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        rate = {**row, "value": row["rate"], "unit": "share"}
        stable = wording.BLANK if pd.isna(row["is_stable"]) else say("yes") if row["is_stable"] else say("no")
        before = cell("No reason seen", "good")
        if row["stabilise_first"]:
            before = cell("Stabilise first", "bad")
        elif pd.isna(row["is_stable"]):  # what is unknown opens no gate
            before = cell("Not known", "unknown")
        rows.append(
            [
                row["workflow"],
                wording.count(row["types"]),
                cell(*BANDS[row["band"]]),
                wording.count(row["events"]),
                wording.value(row["rate"], "share"),
                wording.BLANK if math.isnan(row["rate"]) else wording.span(rate),
                wording.count(row["items"]),
                wording.value(row["largest_fifth"], "share", decimals=0),
                stable,
                before,
            ]
        )
    columns = [left("workflow", "Workflow"), right("types", "Types"), left("band", "Against 15 to 30")]
    columns += [right("events", "Exceptions"), right("rate", "Items with one"), right("interval", "95% interval")]
    columns += [right("items", "n"), right("largest_fifth", "In the largest fifth")]
    columns += [left("is_stable", "In control"), left("stabilise_first", "Before a bot")]
    number = int(found["stabilise_first"].sum())
    caption = say_number(
        number,
        "{n} of {all} workflows should be stabilised before a bot is built",
        "{n} of {all} workflows should be stabilised before a bot is built",
        all=len(rows),
    )
    if unknown := int((found["is_stable"].isna() & ~found["stabilise_first"]).sum()):
        caption += say("; {n} cannot be judged yet", n=unknown)
    notes = (
        "A source calls 15 to 30 types of exception typical of a workflow: a bot built on them hard-codes each. "
        "Stabilise first: as many types as that or more, or weeks that signal on the control chart.",
    )
    return table("exception_types", caption, *filled(columns, rows), found, notes, n=number, unknown=unknown)


def tiers(found: DataFrame[results.Tiers]) -> Exhibit:
    """Return the tier of the straight-through rate of each process, and whether its interval crosses an edge."""
    if found.empty:
        return note(
            "No straight-through rate", "A log that tells systems from people, or stated counts, would give it."
        )
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        edges = {"low": say(row["tier_low"]), "high": say(row["tier_high"])}
        tier = say("straddles {low} and {high}", **edges) if row["straddles"] else say(row["tier"])
        tone = "caution" if row["straddles"] else TIER_TONES.get(row["tier"], "neutral")
        rows.append([wording.whose(row["workflow"]), wording.figure(row), wording.span(row), wording.count(row["n"])])
        rows[-1].append({"text": wording.capital(tier), "tone": tone})
    columns = [left("workflow", "Workflow"), right("value", "Straight-through"), right("interval", "95% interval")]
    columns += [right("n", "n"), left("tier", "Tier")]
    notes = ("A lower edge belongs to the higher tier, and best is strictly above 80%. The tiers are a target.",)
    return table("tiers", say("Straight-through rate and its tier"), columns, rows, found, notes)


def times(found: DataFrame[quality_tables.Times]) -> Exhibit:
    """Return how long items take, with and without the open ones, and how much of it somebody works on them."""
    if found.empty:
        return note("No cycle time", "A log with one row an event, or one row an item, would give it.")
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        total = row["touch_hours"] + row["wait_hours"]
        share = row["wait_hours"] / total if total > 0 else math.nan
        rows.append(
            [
                row["workflow"],
                wording.count(row["completed"]),
                wording.count(row["still_open"]),
                wording.value(row["p50_hours"], "hours"),
                wording.value(row["p90_hours"], "hours"),
                _reached(row["all_p50_hours"]),
                _reached(row["all_p90_hours"]),
                wording.interval(row["all_p90_low"], row["all_p90_high"], "hours", like=row["all_p90_hours"]),
                wording.value(row["touch_hours"], "hours"),
                wording.value(row["wait_hours"], "hours"),
                wording.value(share, "share", decimals=0),
            ]
        )
    columns = [left("workflow", "Workflow"), right("completed", "Done"), right("still_open", "Still open")]
    columns += [right("p50_hours", "P50, done"), right("p90_hours", "P90, done")]
    columns += [right("all_p50", "P50 with open"), right("all_p90", "P90 with open"), right("interval", "95% interval")]
    columns += [right("touch_hours", "Touch"), right("wait_hours", "Wait"), right("wait_share", "Waiting")]
    later = found[found["still_open"] > 0]
    later = later.assign(later=later["all_p90_hours"] / later["p90_hours"])
    worst = later.sort_values("later", na_position="first").tail(1)
    caption = say("Cycle time of completed items, and with the open ones counted")
    if len(found) > MOST_ROWS:
        caption += say(": the first {n} of {all}", n=MOST_ROWS, all=len(found))
    elif (worst["later"] > LATER).any():
        caption += say(
            ": in {workflow} nine of ten take {share} longer than the completed ones tell",
            workflow=worst["workflow"].iloc[0],
            share=wording.percent(worst["later"].iloc[0] - 1, 0),
        )
    notes = (
        "With open: Kaplan-Meier, an open item counts at the age it had when the period ended; items older than the "
        "period count from its first day. Exact to the minute up to two days, to the hour beyond.",
        "Touch: mean handling of an item that was handled. Wait: the rest of its cycle time. Both need start times.",
    )
    longer = worst["later"].sum() - 1
    return table("cycle_times", caption, *filled(columns, rows), found, notes, longer=longer)


def absent(
    yields: DataFrame[quality_tables.Yields],
    health: DataFrame[quality_tables.Health],
    log: LogProfile | None,
    tables: Tables,
    changed: str,
) -> Exhibit:
    """Return the figures that the data does not support, each with what would give it."""
    lacks = {} if log is None else log.absent
    untold = ("rework_rate", "rolled_throughput_yield") if quality.is_saturated(log) and yields.empty else ()
    checks = len(yields) > 0 and bool((yields["kind"] == "check").all())
    missing = {
        "First-pass yield": ("rework_rate", "rework_activities"),
        "First-pass yield by step": ("rolled_throughput_yield", "exception_or_repeats"),
        "Exceptions per item, bot error rate": ("exception_rate", "exception"),
        "Straight-through rate, steps of systems and of people": ("stp_rate", "human"),
        "Open items and their age": ("open_cases", "closed"),
        "Handling, waiting and rework hours": ("handling_time", "started"),
    }
    rows: list[list[Cell]] = [
        [say(figure), needed(log, kpi, key)]
        for figure, (kpi, key) in missing.items()
        if log is None or kpi in lacks or (kpi == "rolled_throughput_yield" and checks) or kpi in untold
    ]
    if not changed:
        rows.append([say("Before and after a change"), say("Would need the parameter changed: the day of the change.")])
    if log is not None and "stp_rate" not in lacks and health.empty:
        rows.append([say("Automation in running"), say("No step of these items was done by a system.")])
    if not rows:
        return note("Nothing is missing", "Every figure of this report is there.", tone="good")
    columns = [left("figure", "What is missing"), left("needed", "What would give it")]
    raw = pd.DataFrame(rows, columns=[key for key, *_ in columns])
    caption = say_number(
        len(rows), "{n} figure is missing from this report", "{n} figures are missing from this report"
    )
    return table("absent", caption, columns, rows, raw)


def _share(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "value": row["first_pass_yield"], "unit": "share"}


def _hours(hours: float) -> str:
    return wording.BLANK if math.isnan(hours) else wording.duration(hours, like=10.0)


def _reached(hours: float) -> str:
    return say("not reached yet") if math.isnan(hours) else wording.duration(hours)


def filled(columns: list[Column], rows: list[list[Cell]]) -> tuple[list[Column], list[list[Cell]]]:
    """Return a table without the columns that say nothing in any row; what they lack, the report says elsewhere."""
    kept = [place for place in range(len(columns)) if any(row[place] != wording.BLANK for row in rows)]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def needed(log: LogProfile | None, kpi: str, key: str) -> str:
    """Return what would give a figure: what the log says is absent, or a log with one row an event."""
    if log is None:
        return say("A log with one row an event would give it.")
    return wording.capital(tell(log.absent.get(kpi, f"needs_{key}"))) + "."
