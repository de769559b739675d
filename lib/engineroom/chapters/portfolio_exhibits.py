"""The tables of a portfolio review: what comes first, which bucket, why people touch the work, what pilots showed."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, table
from engineroom.phrases import say, say_number, tell_all
from engineroom.planning import portfolio
from engineroom.readers.tables import Tables

ALIKE = {True: ("Alike", "good"), False: ("Differs", "bad")}
MOST_SOURCES = 10


def shortlist(rankings: DataFrame[plans.Rankings]) -> Exhibit:
    """Return every workflow in the three orders of the source, how firm its place is, and whether it is feasible."""
    if rankings.empty:
        return note("Nothing can be ranked", "No workflow is known.")
    own = {"orders": show.right("Rank by A, B, C", _orders), "ranks": show.right("Best to worst rank", _ranks)}
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
    columns = (
        "workflow orders top_share ranks data=data_ready map=integration_ready capacity=capacity_ready is_shortlisted"
    )
    return show.table("shortlist", rankings, plans.Rankings, columns, caption, *notes, own=own)


def at_source(found: DataFrame[plans.AtSource], tables: Tables) -> Exhibit:
    """Return what to fix where it comes from: exceptions that only repair what came in wrong, dearest first."""
    if found.empty:
        return nothing()
    caption = "To be fixed at the source: what only repairs what came in wrong"
    columns, currency = "exception workflow monthly_count yearly_cost share", tables.engagement.header.currency
    return show.table("at_source", found, plans.AtSource, columns, caption, currency=currency, most=MOST_SOURCES)


def actuals(found: DataFrame[plans.Paths]) -> Exhibit:
    """Return where each workflow is on the way to its straight-through target."""
    if found.empty:
        return note(
            "No path can be held against its months",
            "The table monthly_values, with stp_rate before and after a go-live, would show whether a target is near.",
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
    path = "A straight path from the rate before the go-live to the target. Actual: the last three months."
    columns = "workflow start target expected actual interval verdict"
    return show.table("stp_actuals", found, plans.Paths, columns, caption, path, own=own, counted={"n": behind})


def buckets(placements: DataFrame[plans.Placements]) -> Exhibit:
    """Return the bucket of each workflow with its reason, confidence and next review."""
    if placements.empty:
        return note("Nothing can be placed", "No workflow is known.")
    counts = {str(bucket): number for bucket, number in placements["bucket"].value_counts().items()}
    caption = say(
        "Portfolio: {counts}", counts=wording.listed([f"{say(name)} ({number})" for name, number in counts.items()])
    )
    rule = (
        "The first rule all of whose conditions hold decides. The rules are a table that can be edited. STP: "
        "straight-through processing, no human touches the item."
    )
    own = {"reason": show.left("Because", lambda row: wording.capital(tell_all(row["reason"])))}
    columns = "workflow bucket reason confidence unknown review"
    return show.table("buckets", placements, plans.Placements, columns, caption, rule, own=own, counted=counts)


def touches(found: DataFrame[plans.Touches]) -> Exhibit:
    """Return why people touch the items of each workflow, and which share would go away at the source."""
    if found.empty:
        return note("Touches are not coded by cause", "The table exceptions, with a cause of each type, would show it.")
    share = words.percent(found["upstream_data"].iloc[0])
    caption = say("{share} of the exceptions only repair what came in wrong", share=share)
    columns = "workflow touches upstream_data judgement rule system"
    return show.table("touches", found, plans.Touches, columns, caption)


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
    caption = say_number(len(found), "{n} [workflow is|workflows are] mapped")
    columns = "workflow steps completeness handoffs loops orphans wait_share"
    return show.table(
        "maps", found, plans.Maps, columns, caption, "Described: owner, input, output and exception path."
    )


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
    caption = say_number(apart, "{n} of {all} KPIs [is|are] measured differently by the units", all=len(rows))
    notes = ("Under each unit: what it measures by that name; its definition is in the file beside this report.",)
    return table("comparability", caption, columns, rows, matrix, notes, n=apart)


def _orders(row: show.Row) -> str:
    return ", ".join(wording.count(row[order]) for order in ("by_criteria", "by_load", "by_cost"))


def _ranks(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.count(row["best_rank"]), high=wording.count(row["worst_rank"]))


def _on(rate: float, day: pd.Timestamp) -> str:
    return say("{rate} on {day}", rate=words.percent(rate), day=wording.short_day(day))
