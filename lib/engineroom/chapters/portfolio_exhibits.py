"""The tables of a portfolio review: what comes first, which bucket, why people touch the work, what pilots showed."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, first_of, left, note, nothing, right, table
from engineroom.phrases import say, say_number, tell_all
from engineroom.planning import portfolio
from engineroom.readers.tables import Tables

ALIKE = {True: ("Alike", "good"), False: ("Differs", "bad")}
CONFIDENCE = {"high": "good", "medium": "caution", "low": "unknown"}
ON_PATH = {"ahead": ("Ahead", "good"), "on the path": ("On the path", "good"), "behind": ("Behind", "bad")}
MOST_SOURCES = 10
CAUSES = {"upstream_data": "Repairs what came in wrong", "judgement": "Judgement", "rule": "Rule", "system": "System"}


def shortlist(rankings: DataFrame[plans.Rankings]) -> Exhibit:
    """Return every workflow in the three orders of the source, how firm its place is, and whether it is feasible."""
    if rankings.empty:
        return note("Nothing can be ranked", "No workflow is known.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            ", ".join(f"{row[order]:.0f}" for order in ("by_criteria", "by_load", "by_cost")),
            wording.percent(row["top_share"], 0),
            say("{low} to {high}", low=f"{row['best_rank']:.0f}", high=f"{row['worst_rank']:.0f}"),
            *(words.percent(row[score]) for score in ("data_ready", "integration_ready", "capacity_ready")),
            cell("Shortlist", "good") if row["is_shortlisted"] else "",
        ]
        for row in rankings.to_dict("records")
    ]
    columns = [
        left("workflow", "Workflow"),
        right("orders", "Rank by A, B, C"),
        right("top_share", "In the first three"),
    ]
    columns += [right("ranks", "Best to worst rank"), right("data", "Data ready"), right("map", "Map ready")]
    columns += [right("capacity", "Free time"), left("is_shortlisted", "")]
    first = rankings.iloc[0]
    caption = say(
        "{workflow} comes first: {share} of all weightings put it among the first three",
        workflow=first["workflow"],
        share=wording.percent(first["top_share"], 0),
    )
    notes = (
        "A: friction, volume and standardisation. B: volume, error rate and people. C: cost per item and error rate. "
        "The source names all three. Weights of each are moved over all combinations of tenths.",
        "Errors are the error rate, or the rework rate where none is measured. Ready: share of the prerequisites met.",
    )
    return table("shortlist", caption, columns, rows, rankings, notes)


def at_source(found: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return what to fix where it comes from: exceptions that only repair what came in wrong, dearest first."""
    if found.empty:
        return nothing()
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = [
        [
            row["exception"],
            row["workflow"],
            wording.count(row["monthly_count"]),
            wording.BLANK if math.isnan(row["yearly_cost"]) else wording.amount(row["yearly_cost"], currency),
            words.percent(row["share"]),
        ]
        for row in found.head(MOST_SOURCES).to_dict("records")
    ]
    columns = [left("exception", "Exception"), left("workflow", "Workflow"), right("monthly_count", "A month")]
    columns += [right("yearly_cost", "Cost a year"), right("share", "Of all exceptions, added up")]
    caption = say("To be fixed at the source: what only repairs what came in wrong")
    caption += first_of(found, MOST_SOURCES)
    return table("at_source", caption, columns, rows, found)


def actuals(found: DataFrame[plans.Paths]) -> Exhibit:
    """Return where each workflow is on the way to its straight-through target."""
    if found.empty:
        return note(
            "No path can be held against its months",
            "The table monthly_values, with stp_rate before and after a go-live, would show whether a target is near.",
        )
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            say("{rate} on {day}", rate=words.percent(row["start"]), day=wording.short_day(row["since"])),
            say("{rate} on {day}", rate=words.percent(row["target"]), day=wording.short_day(row["until"])),
            wording.percent(row["expected"], 1),
            wording.percent(row["actual"], 1),
            wording.span({**row, "value": row["actual"], "unit": "share"}),
            cell(*ON_PATH[row["verdict"]]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("start", "From"), left("target", "To"), right("expected", "By now")]
    columns += [right("actual", "Actual"), right("interval", "95% interval"), left("verdict", "Verdict")]
    behind = int((found["verdict"] == "behind").sum())
    caption = say_number(
        behind,
        "{n} of {all} workflows is behind its path to the straight-through target",
        "{n} of {all} workflows are behind their path to the straight-through target",
        all=len(rows),
    )
    notes = ("A straight path from the rate before the go-live to the target. Actual: the last three months.",)
    return table("stp_actuals", caption, columns, rows, found, notes, n=behind)


def buckets(placements: DataFrame[plans.Placements]) -> Exhibit:
    """Return the bucket of each workflow with its reason, confidence and next review."""
    if placements.empty:
        return note("Nothing can be placed", "No workflow is known.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            say(row["bucket"]),
            wording.capital(tell_all(row["reason"])),
            cell(row["confidence"].capitalize(), CONFIDENCE[row["confidence"]]),
            tell_all(row["unknown"]) or wording.BLANK,
            wording.short_day(row["review"]),
        ]
        for row in placements.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("bucket", "Bucket"), left("reason", "Because")]
    columns += [left("confidence", "Confidence"), left("unknown", "Not known"), left("review", "Review by")]
    counts = placements["bucket"].value_counts()
    said = wording.listed([f"{say(str(bucket))} ({number})" for bucket, number in counts.items()])
    notes = (
        "The first rule all of whose conditions hold decides. The rules are a table that can be edited. STP: "
        "straight-through processing, no human touches the item.",
    )
    caption = say("Portfolio: {counts}", counts=said)
    return table("buckets", caption, columns, rows, placements, notes, **{str(name): n for name, n in counts.items()})


def touches(found: pd.DataFrame) -> Exhibit:
    """Return why people touch the items of each workflow, and which share would go away at the source."""
    if found.empty:
        return note("Touches are not coded by cause", "The table exceptions, with a cause of each type, would show it.")
    rows: list[list[Cell]] = [
        [wording.whose(r["workflow"]), wording.count(r["touches"]), *(words.percent(r[c]) for c in CAUSES)]
        for r in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("touches", "Exceptions a month")]
    columns += [right(cause, said) for cause, said in CAUSES.items()]
    share = words.percent(found["upstream_data"].iloc[0])
    caption = say("{share} of the exceptions only repair what came in wrong", share=share)
    return table("touches", caption, columns, rows, found)


def concentration(types: pd.DataFrame) -> Exhibit:
    """Return, in words, whether a fifth of the types holds the 60 to 70% of the cost that the source expects."""
    share, holds = portfolio.concentration(types)
    if math.isnan(share):
        return note("The 20% rule cannot be tested", "No cost by type is known.")
    parts = {"n": len(types), "share": wording.percent(share, 0)}
    if holds:
        text = say(
            "The largest fifth of {n} types holds {share} of the cost, as the source expects: redesign these first.",
            **parts,
        )
        return note("Cost is concentrated", text)
    text = say(
        "The largest fifth of {n} types holds {share} of the cost, less than the 60 to 70% that the source expects.",
        **parts,
    )
    return note("Cost is spread", text)


def maps(found: DataFrame[plans.Maps]) -> Exhibit:
    """Return what the maps show: completeness, hand-offs, loops, steps on no path, share of waiting."""
    if found.empty:
        return note("No workflow is mapped", "The tables steps and edges hold a workflow's map.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            wording.count(row["steps"]),
            words.percent(row["completeness"]),
            wording.count(row["handoffs"]),
            wording.count(row["loops"]),
            "; ".join(codes.items(row["orphans"])) or say("none"),
            words.percent(row["wait_share"]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("steps", "Steps"), right("completeness", "Described")]
    columns += [right("handoffs", "Hand-offs"), right("loops", "Loops"), left("orphans", "On no path")]
    columns.append(right("wait_share", "Waiting"))
    caption = say_number(len(rows), "{n} workflow is mapped", "{n} workflows are mapped")
    return table("maps", caption, columns, rows, found, ("Described: owner, input, output and exception path.",))


def comparability(matrix: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return which business unit follows which definition: what must agree before anything is centralised."""
    if matrix.empty:
        return note("No business unit has said how it measures", "The table unit_definitions holds it.")
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
    caption = say_number(
        apart,
        "{n} of {all} KPIs is measured differently by the units",
        "{n} of {all} KPIs are measured differently by the units",
        all=len(rows),
    )
    notes = ("Under each unit: what it measures by that name; its definition is in the file beside this report.",)
    return table("comparability", caption, columns, rows, matrix, notes, n=apart)
