"""The tables of a portfolio review: what comes first, which bucket, why people touch the work, what pilots showed."""

from __future__ import annotations

import math

import pandas as pd

from engineroom import plans, portfolio, wording
from engineroom.blocks import Cell, Exhibit, left, note, right, table
from engineroom.columns import DataFrame

ALIKE: dict[bool, Cell] = {
    True: {"text": "Alike", "tone": "good"},
    False: {"text": "Differs", "tone": "bad"},
}
CONFIDENCE = {"high": "good", "medium": "caution", "low": "unknown"}
RESULT: dict[str, Cell] = {
    "pass": {"text": "Pass", "tone": "good"},
    "fail": {"text": "Fail", "tone": "bad"},
    "inconclusive": {"text": "Inconclusive", "tone": "caution"},
}
CAUSES = {"upstream_data": "Repairs what came in wrong", "judgement": "Judgement", "rule": "Rule", "system": "System"}


def shortlist(rankings: DataFrame[plans.Rankings]) -> Exhibit:
    """Return every workflow in the three orders of the source, how firm its place is, and whether it is feasible."""
    if rankings.empty:
        return note("Nothing can be ranked", "No workflow is known.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            ", ".join(f"{row[order]:.0f}" for order in ("by_criteria", "by_load", "by_cost")),
            wording.value(row["top_share"], "share"),
            f"{row['best_rank']:.0f} to {row['worst_rank']:.0f}",
            *(wording.value(row[score], "share") for score in ("data_ready", "integration_ready", "capacity_ready")),
            {"text": "Shortlist", "tone": "good"} if row["is_shortlisted"] else "",
        ]
        for row in rankings.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("orders", "In A, B, C"), right("top_share", "In the first three")]
    columns += [right("ranks", "Ranks"), right("data", "Data ready"), right("map", "Map ready")]
    columns += [right("capacity", "Free time"), left("is_shortlisted", "")]
    first = rankings.iloc[0]
    caption = (
        f"{first['workflow']} comes first: {first['top_share']:.0%} of all weightings put it among the first three"
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
            row["bucket"],
            wording.capital(row["reason"]),
            {"text": row["confidence"].capitalize(), "tone": CONFIDENCE[row["confidence"]]},
            row["unknown"] or wording.BLANK,
            f"{row['review']:%Y-%m-%d}",
        ]
        for row in placements.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("bucket", "Bucket"), left("reason", "Because")]
    columns += [left("confidence", "Confidence"), left("unknown", "Not known"), left("review", "Review by")]
    counts = placements["bucket"].value_counts()
    caption = wording.listed([f"{number} {wording.inside(bucket)}" for bucket, number in counts.items()])
    notes = ("The first rule all of whose conditions hold decides. The rules are a table that can be edited.",)
    return table("buckets", f"Portfolio: {caption}", columns, rows, placements, notes)


def touches(found: pd.DataFrame) -> Exhibit:
    """Return why people touch the items of each workflow, and which share would go away at the source."""
    if found.empty:
        return note("Touches are not coded by cause", "The table exceptions, with a cause of each type, would show it.")
    rows: list[list[Cell]] = [
        [r["workflow"] or wording.WHOLE, wording.count(r["touches"]), *(wording.value(r[c], "share") for c in CAUSES)]
        for r in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("touches", "Exceptions a month")]
    columns += [right(cause, said) for cause, said in CAUSES.items()]
    share = wording.value(found["upstream_data"].iloc[0], "share")
    return table("touches", f"{share} of the exceptions only repair what came in wrong", columns, rows, found)


def concentration(types: pd.DataFrame) -> Exhibit:
    """Return, in words, whether a fifth of the types holds the 60 to 70% of the cost that the source expects."""
    share, holds = portfolio.concentration(types)
    if math.isnan(share):
        return note("The 20% rule cannot be tested", "No cost by type is known.")
    fifth = wording.value(share, "share")
    said = "as the source expects: redesign these first" if holds else "less than the 60 to 70% that the source expects"
    title = "Cost is concentrated" if holds else "Cost is spread"
    return note(title, f"The largest fifth of {len(types)} types holds {fifth} of the cost, {said}.")


def maps(found: DataFrame[plans.Maps]) -> Exhibit:
    """Return what the maps show: completeness, hand-offs, loops, steps on no path, share of waiting."""
    if found.empty:
        return note("No workflow is mapped", "The tables steps and edges hold a workflow's map.")
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            wording.count(row["steps"]),
            wording.value(row["completeness"], "share"),
            wording.count(row["handoffs"]),
            wording.count(row["loops"]),
            row["orphans"] or "none",
            wording.value(row["wait_share"], "share"),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("steps", "Steps"), right("completeness", "Described")]
    columns += [right("handoffs", "Hand-offs"), right("loops", "Loops"), left("orphans", "On no path")]
    columns.append(right("wait_share", "Waiting"))
    caption = f"{wording.plural(len(rows), 'workflow')} mapped"
    return table("maps", caption, columns, rows, found, ("Described: owner, input, output and exception path.",))


def comparability(matrix: pd.DataFrame) -> Exhibit:
    """Return which business unit follows which definition: what must agree before anything is centralised."""
    if matrix.empty:
        return note("No business unit has said how it measures", "The table unit_definitions holds it.")
    units = [column for column in matrix.columns if column not in ("workflow", "kpi", "is_comparable")]
    rows: list[list[Cell]] = [
        [r["workflow"], r["kpi"], *(wording.text(r[unit]) or "not said" for unit in units), ALIKE[r["is_comparable"]]]
        for r in matrix.to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("kpi", "KPI"), *(left(f"u{n}", u) for n, u in enumerate(units))]
    columns.append(left("is_comparable", "Measured"))
    apart = int((~matrix["is_comparable"]).sum())
    caption = f"{apart} of {wording.plural(len(rows), 'KPI')} {wording.verb(apart, 'differs', 'differ')} between units"
    return table("comparability", caption, columns, rows, matrix)


def pilots(found: DataFrame[plans.PilotPlans]) -> Exhibit:
    """Return the pilots to come: KPI and target fixed before the start, and whether 60 days bring enough items."""
    if found.empty:
        return note("No pilot can be judged yet", "No workflow of the shortlist misses a benchmark that is a share.")
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        enough: Cell = {"text": "60 days suffice", "tone": "good"}
        if not row["is_enough"]:
            days = row["days_needed"]
            said = "baseline too small to tell" if math.isnan(days) else f"needs {wording.count(days)} days"
            enough = {"text": wording.capital(said), "tone": "caution"}
        shares = [wording.value(row[key], "share") for key in ("baseline", "target")]
        items = [wording.count(row[key]) for key in ("items_needed", "items_expected")]
        rows.append([row["workflow"], row["name"], *shares, *items, enough])
    columns = [left("workflow", "Workflow"), left("name", "KPI"), right("baseline", "Today"), right("target", "Target")]
    columns += [right("needed", "Items needed"), right("expected", "Items in 60 days"), left("is_enough", "")]
    short = int((~found["is_enough"]).sum())
    caption = f"{wording.plural(len(rows), 'pilot KPI')} fixed before the start"
    caption += f"; 60 days are too short for {short}" if short else ""
    notes = ("Items that show the difference with 80% power at 5%, beside the baseline that is already counted.",)
    return table("pilots", caption, columns, rows, found, notes)


def pilot_results(found: DataFrame[plans.PilotResults]) -> Exhibit:
    """Return the verdict on each pilot that has run."""
    if found.empty:
        return note("No pilot has run yet", "The table pilots holds what was counted before and in it.")
    rows: list[list[Cell]] = [
        [
            row["pilot"],
            row["kpi"].replace("_", " "),
            *(wording.value(row[key], "share") for key in ("before", "during")),
            f"{row['low'] * 100:+.1f} to {row['high'] * 100:+.1f} points",
            RESULT[row["verdict"]],
            wording.capital(row["reason"]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("pilot", "Pilot"), left("kpi", "KPI"), right("before", "Before"), right("during", "In the pilot")]
    columns += [right("interval", "Change, 95%"), left("verdict", "Verdict"), left("reason", "Because")]
    passed = int((found["verdict"] == "pass").sum())
    caption = f"{passed} of {wording.plural(len(rows), 'pilot')} passed"
    return table("pilot_results", caption, columns, rows, found, ("Newcombe's interval; plus is better.",))
