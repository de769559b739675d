"""The tables in the body of a report: a result table in, a captioned table out."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import codes, results
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Column, Exhibit, cell, left, note, right, table, verdict
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.readers.tables import Tables

GAP_NOTE = "Gap: plus is worse than the benchmark, minus is better. Shares in percentage points."
DEFINITION_DIFFERS = "Not compared: another definition, process or population"
TIER_TONES = {"optimised": "good", "best": "good", "traditional": "bad", "lagging": "bad"}


def caveats(tables: Tables, log: LogProfile | None, superseded: DataFrame[results.Superseded]) -> Exhibit:
    """Return what was found in the data and what it does to the figures, before any figure is shown."""
    found = [] if log is None else log.caveats.to_dict("records")
    found += [_conflict(row) for row in superseded.to_dict("records")]
    if not found:
        return note("No caveat", "Every row the client sent could be read and was used.", tone="good")
    raw = results.Caveats.of(found)
    rows: list[list[Cell]] = []
    for row in raw.to_dict("records"):
        sentences = wording.caveat(row, tables.engagement.header.currency)
        rows.append([say(row["subject"]), *map(wording.capital, sentences), tell_all(row["examples"], ", ")])
    columns = [left("subject", "Data"), left("caveat", "Found"), left("effect", "Effect on the figures")]
    if any(row[-1] for row in rows):
        columns.append(left("examples", "For example"))
    caption = say("What the data says about itself: {caveats}", caveats=wording.plural(len(rows), "caveat"))
    return table("caveats", caption, columns, [row[: len(columns)] for row in rows], raw)


def scorecard(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return every KPI of the whole engagement: value, interval, n, benchmark, gap, verdict."""
    whole = gaps[gaps["workflow"] == ""]
    return gap_table("scorecard", whole, tables, _missing_title(say("The whole engagement"), whole), [])


def workflow_gaps(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return the compared KPIs of each workflow, worst first."""
    each = gaps[(gaps["workflow"] != "") & gaps["verdict"].isin(results.JUDGED)]
    if each.empty:
        return note(
            "No workflow can be compared", "No KPI of a single workflow has a benchmark of the same definition."
        )
    title = _missing_title(say("Workflow by workflow"), each)
    return gap_table("workflow_gaps", each, tables, title, [left("workflow", "Workflow")])


def tiers(found: DataFrame[results.Tiers], tables: Tables) -> Exhibit:
    """Return where each measure falls on its scale, and whether its interval crosses an edge."""
    if found.empty:
        return note("No published scale fits", "No measured KPI follows the definition of a published scale.")
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        edges = {"low": say(row["tier_low"]), "high": say(row["tier_high"])}
        tier = say("straddles {low} and {high}", **edges) if row["straddles"] else say(row["tier"])
        tone = "caution" if row["straddles"] else TIER_TONES.get(row["tier"], "neutral")
        rows.append(
            [
                say(row["name"]),
                wording.whose(row["workflow"]),
                wording.figure(row, currency),
                wording.span(row, currency),
                wording.count(row["n"]),
                {"text": wording.capital(tier), "tone": tone},
            ]
        )
    crossing = int(found["straddles"].sum())
    caption = say_number(len(rows), "{n} position on published scales", "{n} positions on published scales")
    if crossing:
        caption += say(", {n} of them not settled: the interval crosses an edge", n=crossing)
    columns = [left("name", "KPI"), left("workflow", "Workflow"), right("value", "Value")]
    columns += [right("interval", "95% interval"), right("n", "n"), left("tier", "Tier")]
    notes = (
        "On straight-through processing a lower edge belongs to the higher tier, and best is strictly above 80%.",
        "Traditional and optimised are bands of a source document that names no sample; what lies between them is "
        "called between, what lies beyond the outer edges belongs to the outer band.",
    )
    return table("tiers", caption, columns, rows, found, notes, n=len(rows), crossing=crossing)


def rivals(told: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return published values that disagree, side by side, each with the verdict it would give."""
    if told.empty:
        return note(
            "No known disagreement", "None of the measured KPIs is among those on which published values collide."
        )
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for row in told.to_dict("records"):
        said = cell(DEFINITION_DIFFERS, "unknown")
        if row["verdict"] in wording.LABELS and row["is_comparable"]:
            said = verdict(row["verdict"])
        elif row["is_comparable"]:
            said = {"text": wording.capital(say(row["verdict"])), "tone": "neutral"}
        published = wording.published(row)
        measured = wording.value(row["measured"], row["unit"], currency)
        rows.append([say(row["topic"]), say(row["label"]), published, row["population"], row["grade"], measured, said])
    columns = [left("topic", "About"), left("label", "Published by"), right("published", "Value")]
    columns += [
        left("population", "For whom"),
        left("grade", "Grade"),
        right("measured", "Client"),
        left("verdict", "Would say"),
    ]
    lessons = told.drop_duplicates("collision")
    notes = tuple(f"{say(row.topic)}: {say(row.lesson)}" for row in lessons.itertuples())
    caption = say_number(
        len(lessons),
        "{n} question on which published values disagree",
        "{n} questions on which published values disagree",
    )
    return table("rivals", caption, columns, rows, told, notes, n=len(lessons))


def worths(found: DataFrame[results.Worths], tables: Tables) -> Exhibit:
    """Return what closing each missed gap is worth a year, always as a range."""
    if found.empty:
        text = "No missed gap has a known volume and a known cost per failing item; both come from the table workflows."
        return note("No gap can be priced yet", text)
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            say(row["name"]),
            wording.count(row["annual_volume"]),
            wording.money(row["unit_price"], currency),
            wording.amount(row["worth_low"], currency),
            wording.amount(row["worth_high"], currency),
            say("yes") if row["is_counted"] else say("no, same failure"),
        ]
        for row in found.to_dict("records")
    ]
    counted = found[found["is_counted"]]
    low, high = (wording.amount(counted[end].sum(), currency) for end in ("worth_low", "worth_high"))
    columns = [left("workflow", "Workflow"), left("name", "KPI"), right("annual_volume", "Items a year")]
    columns += [right("unit_price", "Per item"), right("worth_low", "From"), right("worth_high", "To")]
    columns += [left("is_counted", "In the total")]
    notes = (
        "Worth = items a year × gap × cost of one failing item. The range takes the better end of the gap's interval "
        "at the lower unit cost, and the worse end at the higher.",
        "It is what the gap costs, not what a project saves: a benchmark may be out of reach, and closing a gap has a "
        "price.",
    )
    caption = say("Closing the missed gaps is worth {low} to {high} a year", low=low, high=high)
    return table("worth", caption, columns, rows, found, notes)


def next_measurements(gaps: DataFrame[results.Gaps], absent: pd.DataFrame, tables: Tables) -> Exhibit:
    """Return what to measure next: samples that are too small, and KPIs of the sector that nothing supports yet."""
    rows: list[list[Cell]] = []
    for row in gaps[gaps["verdict"] == "inconclusive"].to_dict("records"):
        state = say("Inconclusive at n = {n}", n=wording.count(row["n"]))
        rows.append([wording.subject(row), state, _settled(row)])
    rows += [
        [say(row["name"]), say("Not measured. {why}", why=say(row["why"])), wording.capital(tell(row["needs"]))]
        for row in absent.to_dict("records")
    ]
    if not rows:
        return note(
            "Nothing is missing", "Every KPI of the sector is measured, and every verdict is settled.", tone="good"
        )
    columns = [left("kpi", "KPI"), left("state", "State"), left("needed", "What would settle it")]
    raw = pd.DataFrame(rows, columns=[key for key, *_ in columns])
    caption = say_number(
        len(rows), "{n} measurement would sharpen this report", "{n} measurements would sharpen this report"
    )
    return table("next_measurements", caption, columns, rows, raw)


def _settled(row: dict[str, Any]) -> str:
    if row["items_needed"] > 0:
        n = wording.count(row["items_needed"])
        return say_number(
            row["items_needed"], "{n} more item, if the figure stays", "{n} more items, if the figure stays", n=n
        )
    return wording.capital(tell(row["reason"]))


def every_comparison(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return every comparison the report makes, and every measure that has none."""
    return gap_table("gaps", gaps, tables, "Every measure and its benchmark", [left("workflow", "Workflow")])


def gap_table(name: str, gaps: pd.DataFrame, tables: Tables, caption: str, extra: list[Column]) -> Exhibit:
    """Return rows of gaps as a table; `extra` may hold the column of workflows."""
    rows = [_gap_row(row, tables.engagement.header.currency, bool(extra)) for row in gaps.to_dict("records")]
    columns = [left("name", "KPI"), *extra, right("value", "Value"), right("interval", "95% interval"), right("n", "n")]
    columns += [
        right("benchmark", "Benchmark"),
        left("label", "Whose"),
        right("gap", "Gap"),
        left("verdict", "Verdict"),
    ]
    return table(name, caption, columns, rows, gaps, (GAP_NOTE,), **_missed(gaps))


def _gap_row(row: dict[str, Any], currency: str, with_workflow: bool) -> list[Cell]:
    named = isinstance(row["benchmark"], str)
    remarks = [say("typical")] * (row["line"] == "typical") + [say("stale")] * bool(row["is_stale"])
    whose = say(row["benchmark_label"]) + (f" ({', '.join(remarks)})" if remarks else "") if named else wording.BLANK
    return [
        say(row["name"]),
        *([wording.whose(row["workflow"])] if with_workflow else []),
        wording.figure(row, currency),
        wording.span(row, currency),
        wording.count(row["n"]),
        wording.line(row, currency, row["value"]),
        whose,
        wording.signed(row, currency),
        verdict(row["verdict"]),
    ]


def _conflict(row: dict[str, Any]) -> dict[str, Any]:
    detail = codes.packed({key: row[key] for key in ("name", "workflow", "stated", "measured", "unit")})
    about = {"subject": "tables", "about": "figures", "caveat": "stated_otherwise", "effect": "log_is_used"}
    blank = {"affected": math.nan, "total": math.nan, "is_left_out": False, "examples": ""}
    return about | blank | {"detail": detail}


def _missing_title(what: str, gaps: pd.DataFrame) -> str:
    counted = _missed(gaps)
    if not counted["made"]:
        return say("{what}: nothing can be compared", what=what)
    return say_number(
        counted["missed"],
        "{what}: {missed} of {made} comparisons misses the benchmark",
        "{what}: {missed} of {made} comparisons miss the benchmark",
        what=what,
        **counted,
    )


def _missed(gaps: pd.DataFrame) -> dict[str, int]:
    """Return how many comparisons miss, of how many that were made."""
    return {"missed": int((gaps["verdict"] == "misses").sum()), "made": int(gaps["verdict"].isin(results.JUDGED).sum())}


def comparisons(gaps: DataFrame[results.Gaps]) -> Exhibit:
    """Return, in words, what judging many KPIs at once means for the verdicts."""
    judged = gaps[gaps["verdict"].isin(results.JUDGED)]
    sampled = judged[judged["low"] != judged["high"]]
    text = [
        say_number(
            len(judged),
            "This report makes {n} comparison with a benchmark.",
            "This report makes {n} comparisons with a benchmark.",
            n=wording.count(len(judged)),
        )
        + " "
        + say(
            "A verdict is given only where the whole 95% interval lies on one side of the benchmark; otherwise it is "
            "inconclusive, and the report says how many further items would settle it. A complete count has no "
            "sampling interval and is judged as it is."
        )
    ]
    if len(sampled) > 1:
        text.append(
            say(
                "Among {n} intervals at 95%, about {missing} can be expected to leave out the true value by chance "
                "alone. One narrow miss among many is weak evidence; several in one workflow are not.",
                n=len(sampled),
                missing=max(round(len(sampled) * 0.05), 1),
            )
        )
    if stale := judged.loc[judged["is_stale"], "benchmark_label"].drop_duplicates().tolist():
        said = wording.listed(stale)
        text.append(say("Past their date when this report was made, and marked stale: {benchmarks}.", benchmarks=said))
    return note(say("How to read the verdicts"), *text)
