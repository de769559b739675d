"""The tables of a portfolio review: what comes first, which bucket, why people touch the work, what pilots showed."""

from __future__ import annotations

import math

import pandas as pd
from babel.numbers import format_decimal

from engineroom import plans, portfolio, wording
from engineroom import roadmap_words as words
from engineroom.blocks import Cell, Exhibit, left, note, right, table
from engineroom.columns import DataFrame
from engineroom.phrases import locale, retell, say, say_number

ALIKE = {True: ("Alike", "good"), False: ("Differs", "bad")}
CONFIDENCE = {"high": "good", "medium": "caution", "low": "unknown"}
RESULT = {"pass": ("Pass", "good"), "fail": ("Fail", "bad"), "inconclusive": ("Inconclusive", "caution")}
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
            *(_percent(row[score]) for score in ("data_ready", "integration_ready", "capacity_ready")),
            words.cell(("Shortlist", "good")) if row["is_shortlisted"] else "",
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


def buckets(placements: DataFrame[plans.Placements]) -> Exhibit:
    """Return the bucket of each workflow with its reason, confidence and next review."""
    if placements.empty:
        return note("Nothing can be placed", "No workflow is known.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            say(row["bucket"]),
            wording.capital(words.pieces(row["reason"])),
            words.cell((row["confidence"].capitalize(), CONFIDENCE[row["confidence"]])),
            words.pieces(row["unknown"]) or wording.BLANK,
            words.day(row["review"]),
        ]
        for row in placements.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("bucket", "Bucket"), left("reason", "Because")]
    columns += [left("confidence", "Confidence"), left("unknown", "Not known"), left("review", "Review by")]
    counts = placements["bucket"].value_counts()
    said = wording.listed([f"{number} × {say(str(bucket))}" for bucket, number in counts.items()])
    notes = ("The first rule all of whose conditions hold decides. The rules are a table that can be edited.",)
    return table("buckets", say("Portfolio: {counts}", counts=said), columns, rows, placements, notes)


def touches(found: pd.DataFrame) -> Exhibit:
    """Return why people touch the items of each workflow, and which share would go away at the source."""
    if found.empty:
        return note("Touches are not coded by cause", "The table exceptions, with a cause of each type, would show it.")
    rows: list[list[Cell]] = [
        [wording.whose(r["workflow"]), wording.count(r["touches"]), *(_percent(r[c]) for c in CAUSES)]
        for r in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("touches", "Exceptions a month")]
    columns += [right(cause, said) for cause, said in CAUSES.items()]
    share = _percent(found["upstream_data"].iloc[0])
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
            _percent(row["completeness"]),
            wording.count(row["handoffs"]),
            wording.count(row["loops"]),
            row["orphans"] or say("none"),
            _percent(row["wait_share"]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("steps", "Steps"), right("completeness", "Described")]
    columns += [right("handoffs", "Hand-offs"), right("loops", "Loops"), left("orphans", "On no path")]
    columns.append(right("wait_share", "Waiting"))
    caption = say_number(len(rows), "{n} workflow is mapped", "{n} workflows are mapped", n=len(rows))
    return table("maps", caption, columns, rows, found, ("Described: owner, input, output and exception path.",))


def comparability(matrix: pd.DataFrame) -> Exhibit:
    """Return which business unit follows which definition: what must agree before anything is centralised."""
    if matrix.empty:
        return note("No business unit has said how it measures", "The table unit_definitions holds it.")
    units = [column for column in matrix.columns if column not in ("workflow", "kpi", "name", "is_comparable")]
    rows: list[list[Cell]] = [
        [
            r["workflow"],
            say(r["name"]),
            *(wording.text(r[unit]) or say("not said") for unit in units),
            words.cell(ALIKE[r["is_comparable"]]),
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
        n=apart,
        all=len(rows),
    )
    notes = ("Under each unit: the definition it follows, as the library names it.",)
    return table("comparability", caption, columns, rows, matrix, notes)


def pilots(found: DataFrame[plans.PilotPlans]) -> Exhibit:
    """Return the pilots to come: KPI and target fixed before the start, and whether 60 days bring enough items."""
    if found.empty:
        return note("No pilot can be judged yet", "No workflow of the shortlist misses a benchmark that is a share.")
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        enough = words.cell(("60 days suffice", "good"))
        if not row["is_enough"]:
            days = row["days_needed"]
            said = say("Baseline too small to tell")
            if not math.isnan(days):
                said = say("Needs {n} days", n=wording.count(days))
            enough = {"text": said, "tone": "caution"}
        shares = [wording.value(row[key], "share") for key in ("baseline", "target")]
        items = [wording.count(row[key]) for key in ("items_needed", "items_expected")]
        rows.append([row["workflow"], say(row["name"]), *shares, *items, enough])
    columns = [left("workflow", "Workflow"), left("name", "KPI"), right("baseline", "Today"), right("target", "Target")]
    columns += [right("needed", "Items needed"), right("expected", "Items in 60 days"), left("is_enough", "")]
    short = int((~found["is_enough"]).sum())
    caption = say_number(
        len(rows),
        "{n} KPI of pilots is fixed before the start",
        "{n} KPIs of pilots are fixed before the start",
        n=len(rows),
    )
    caption += say("; 60 days are too short for {n}", n=short) if short else ""
    notes = ("Items that show the difference with 80% power at 5%, beside the baseline that is already counted.",)
    return table("pilots", caption, columns, rows, found, notes)


def pilot_results(found: DataFrame[plans.PilotResults]) -> Exhibit:
    """Return the verdict on each pilot that has run."""
    if found.empty:
        return note("No pilot has run yet", "The table pilots holds what was counted before and in it.")
    rows: list[list[Cell]] = [
        [
            row["pilot"],
            say(row["name"]),
            *(wording.value(row[key], "share") for key in ("before", "during")),
            say("{low} to {high}", low=_points(row["low"]), high=_points(row["high"])),
            words.cell(RESULT[row["verdict"]]),
            wording.capital(retell(row["reason"])),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("pilot", "Pilot"), left("kpi", "KPI"), right("before", "Before"), right("during", "In the pilot")]
    columns += [right("interval", "Change in points, 95%"), left("verdict", "Verdict"), left("reason", "Because")]
    passed = int((found["verdict"] == "pass").sum())
    caption = say_number(
        passed, "{n} of {all} finished pilots passed", "{n} of {all} finished pilots passed", n=passed, all=len(rows)
    )
    return table("pilot_results", caption, columns, rows, found, ("Newcombe's interval; plus is better.",))


def _percent(share: float) -> str:
    return wording.BLANK if math.isnan(share) else wording.percent(share, 0)


def _points(change: float) -> str:
    return ("+" if change > 0 else "−" if change < 0 else "±") + str(
        format_decimal(abs(change) * 100, "#,##0.0", locale())
    )
