"""The tables at the end of a report: what every figure means, what it was made from, and whose benchmark it met."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.measures import benchmark
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, right, table
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables
from engineroom.statistics import COMPLETE

GRADES = (
    "A: measured, n stated, page read. B: measured, page read. C: a target, or a sample nobody disclosed. "
    "D: a claim, or second hand."
)


def measures(found: DataFrame[results.Measures], tables: Tables) -> Exhibit:
    """Return every measure with its parts, method and source: where each figure of the report comes from."""
    currency = tables.engagement.header.currency
    names = tables.definitions.set_index("definition")["name"]
    files = list(dict.fromkeys(zip(found["source"], found["source_sha256"], strict=True)))
    short = {file: f"S{number}" for number, file in enumerate(files, 1)}
    rows: list[list[Cell]] = [
        [
            say(names[row["definition"]]),
            wording.whose(row["workflow"]),
            wording.figure(row, currency),
            ""
            if math.isnan(row["denominator"])
            else f"{wording.plain(row['numerator'])} ÷ {wording.plain(row['denominator'])}",
            wording.count(row["n"]),
            wording.span(row, currency),
            wording.BLANK if row["method"] == COMPLETE else tell(row["method"]),
            " ".join(filter(None, (short[row["source"], row["source_sha256"]], _rows(row["source_rows"])))),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("name", "KPI"), left("workflow", "Workflow"), right("value", "Value"), right("parts", "Parts")]
    columns += [right("n", "n"), right("interval", "Interval"), left("method", "Method"), left("source", "Source")]
    notes = ["; ".join(f"{short[file]}: {wording.origin(*file)}" for file in files)]
    if (found["method"] == COMPLETE).any():
        notes.insert(0, say("A complete count is no sample, and has no sampling interval."))
    return table("measures", "Every measure and what it was made from", columns, rows, found, tuple(notes))


def definitions(found: DataFrame[results.Measures], tables: Tables) -> Exhibit:
    """Return the formula, standard and pitfalls of every KPI the report prints."""
    used = tables.definitions[tables.definitions["definition"].isin(found["definition"])]
    rows: list[list[Cell]] = [
        [say(row["name"]), row["definition"], row["formula"], row["standard"], wording.text(row["pitfalls"])]
        for row in used.to_dict("records")
    ]
    columns = [left("name", "KPI"), left("definition", "Definition id"), left("formula", "Formula")]
    columns += [left("standard", "Defined by"), left("pitfalls", "How it misleads")]
    return table("definitions", "What each KPI means", columns, rows, used)


def sources(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return the benchmarks the verdicts lean on, with publisher, year, n, grade, expiry and caveat."""
    used = benchmark.used(tables, gaps)
    if used.empty:
        return note("No benchmark was used", "No measure has a benchmark that follows its definition.")
    stale = benchmark.is_stale(used, pd.Timestamp(tables.engagement.header.as_of))
    rows: list[list[Cell]] = [
        [
            say(row["label"]),
            wording.published(row),
            row["source"] + ("" if math.isnan(row["year"]) else f", {row['year']:.0f}"),
            say(row["kind"]),
            say("not stated") if math.isnan(row["n"]) else wording.count(row["n"]),
            row["grade"],
            {"text": f"{row['expires']:%Y-%m-%d} ({say('stale')})", "tone": "caution"}
            if is_old
            else f"{row['expires']:%Y-%m-%d}",
            wording.text(row["caveat"]),
        ]
        for row, is_old in zip(used.to_dict("records"), stale, strict=True)
    ]
    columns = [left("label", "Benchmark"), right("value", "Value"), left("source", "Source"), left("kind", "Kind")]
    columns += [right("n", "n"), left("grade", "Grade"), left("expires", "Good until"), left("caveat_quoted", "Caveat")]
    return table("benchmarks", "The benchmarks behind the verdicts", columns, rows, used, (GRADES,))


def claims(found: DataFrame[results.Measures], tables: Tables) -> Exhibit:
    """Return what is claimed of others about a KPI measured here, or of this sector: never a target or a verdict.

    The rest is named under the table and stands in the file beside the report: who is asked about it can look it up.
    """
    every, definitions = benchmark.claims(tables), tables.definitions.set_index("definition")
    names = definitions["name"]
    is_near = every["definition"].map(definitions["kpi"]).isin(found["kpi"]) | (every["sector"] != "all")
    told = every[is_near & (every["process"].isna() | every["process"].isin(found["process"]))]
    left_out = every.drop(told.index)
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = [
        [
            say(names[row["definition"]]),
            say(row["label"]),
            _claimed(row, currency),
            wording.BLANK if math.isnan(row["change"]) else wording.percent(row["change"], 1),
            row["source"],
            row["grade"],
            wording.text(row["caveat"]),
        ]
        for row in told.to_dict("records")
    ]
    columns = [
        left("name", "KPI"),
        left("label", "Claim"),
        right("value", "Value"),
        right("change", "Change"),
        left("source", "Source"),
    ]
    columns += [left("grade", "Grade"), left("caveat_quoted", "Caveat")]
    notes = [
        say("None of these is a target, and none is taken into a gap: a claim, a case or a range without its sample.")
    ]
    if len(left_out):
        kinds = left_out["definition"].map(names).map(say).value_counts(sort=False)
        about = "; ".join(say("{name}: {n}", name=name, n=number) for name, number in kinds.items())
        notes.append(
            say_number(
                len(left_out),
                "{n} claim about nothing that is measured here is left out ({about}); "
                "claims_library.csv beside this report holds it.",
                "{n} claims about nothing that is measured here are left out ({about}); "
                "claims_library.csv beside this report holds them.",
                n=len(left_out),
                about=about,
            )
        )
    if told.empty:
        return note("No claim is about what is measured here", " ".join(notes))
    caption = say("What is claimed of these KPIs or this sector, and never used as a yardstick")
    return table("claims_library", caption, columns, rows, every, tuple(notes))


def _claimed(row: dict[str, Any], currency: str) -> str:
    if not math.isnan(row["value"]):
        return wording.value(row["value"], row["unit"], currency)
    ends = {end: wording.value(row[end], row["unit"], currency) for end in ("low", "high")}
    return say("in words only") if math.isnan(row["low"]) else say("{low} to {high}", **ends)


def _rows(rows: str) -> str:
    """Return rows as a reader names them; `2-7, 9` are several, `9` is one."""
    return rows and tell("at_rows", n=1 if rows.isdigit() else 2, rows=[rows])
