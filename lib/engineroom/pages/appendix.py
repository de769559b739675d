"""The tables at the end of a report: what every figure means, what it was made from, and whose benchmark it met."""

from __future__ import annotations

import math
from collections.abc import Callable

from engineroom.dictionary import results, schemas
from engineroom.dictionary.columns import DataFrame
from engineroom.measures import benchmark
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, note
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables
from engineroom.statistics import COMPLETE

GRADES = (
    "Grade A: measured, sample size stated, original read. B: measured, original read. C: a target, or sample not "
    "disclosed. D: a claim, or quoted second hand."
)


def measures(found: DataFrame[results.Measures], tables: Tables) -> Exhibit:
    """Return every measure with its parts, method and source: where each figure of the report comes from."""
    currency = tables.engagement.header.currency
    names = tables.definitions.set_index("definition")["name"]
    files = list(dict.fromkeys(zip(found["source"], found["source_sha256"], strict=True)))
    short = {file: f"S{number}" for number, file in enumerate(files, 1)}
    own = {
        "name": show.left("KPI", lambda row: say(names[row["definition"]])),
        "parts": show.right("Numerator ÷ denominator", _parts),
        "interval": show.right("Interval", lambda row: wording.span(row, currency)),
        "method": show.left("Method", lambda row: wording.BLANK if row["method"] == COMPLETE else tell(row["method"])),
        "source": show.left("Source", lambda row: f"{short[_file(row)]} {_rows(row['source_rows'])}".rstrip()),
    }
    notes = ["; ".join(f"{short[file]}: {wording.origin(*file)}" for file in files)]
    if (found["method"] == COMPLETE).any():
        notes.insert(0, say("Complete counts carry no margin of error."))
    columns, caption = "name workflow value parts n interval method source", "Data behind each figure"
    return show.table(
        "measures", found, results.Measures, columns, caption, *notes,
        own=own, why=provenance(tables), currency=currency,
    )  # fmt: skip


def provenance(tables: Tables) -> Callable[[show.Row], list[str]]:
    """Return what tells where the figure of a measure or a gap comes from: formula, n, interval, benchmark, source."""
    definitions, benchmarks = (one.set_index(one.columns[0]) for one in (tables.definitions, tables.benchmarks))
    currency = tables.engagement.header.currency

    def why(row: show.Row) -> list[str]:
        formula = say(definitions.at[row["definition"], "formula"])
        told = [say("{name}: {formula}.", name=say(definitions.at[row["definition"], "name"]), formula=formula)]
        if parts := _parts(row):
            told.append(say("{value} = {parts}.", value=wording.figure(row, currency), parts=parts))
        if row["method"] != COMPLETE:
            said = {
                "interval": wording.span(row, currency),
                "method": tell(row["method"]),
                "n": wording.count(row["n"]),
            }
            told.append(say("95% interval {interval}, by {method}, n = {n}.", **said))
        if isinstance(row.get("benchmark"), str):
            whose = _dated(benchmarks.loc[row["benchmark"]].to_dict())
            line = {"line": wording.line(row, currency), "source": whose, "grade": row["grade"]}
            told.append(say("Benchmark: {line}, {source}, grade {grade}.", **line))
        where = f"{wording.origin(row['source'], row['source_sha256'])} {_rows(row['source_rows'])}".rstrip()
        return [*told, say("Source: {where}.", where=where)]

    return why


def definitions(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return the formula, standard and pitfalls of every KPI that is compared; the file holds all that are measured."""
    used = tables.definitions[tables.definitions["definition"].isin(gaps["definition"])]
    compared = gaps.loc[gaps["verdict"].isin(results.JUDGED), "definition"]
    rows = used[used["definition"].isin(compared)]
    columns = "name formula standard pitfalls"
    return show.table("definitions", used, schemas.Definitions, columns, "What each KPI means", rows=rows)


def sources(gaps: DataFrame[results.Gaps], tables: Tables) -> Exhibit:
    """Return the benchmarks the verdicts lean on, with publisher, year, n, grade, expiry and caveat."""
    used = benchmark.used(tables, gaps)
    if used.empty:
        return note("No benchmark was used", "No measure has a benchmark that follows its definition.")
    rows = benchmark.aged(used, tables)
    names = tables.definitions.set_index("definition")["name"]
    own = {
        "name": show.left("KPI", lambda row: say(names[row["definition"]])),
        "label": show.left("Benchmark", lambda row: say(row["label"])),
        "value": show.right("Value", wording.published),
        "source": show.left("Source", _dated),
        "expires": show.left("Valid to", _expires),
    }
    columns, caption = (
        "name value label source n grade expires caveat_quoted=caveat",
        "The benchmarks behind the verdicts",
    )
    return show.table("benchmarks", used, schemas.Benchmarks, columns, caption, GRADES, rows=rows, own=own)


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
    own = {
        "name": show.left("KPI", lambda row: say(names[row["definition"]])),
        "label": show.left("Claim", lambda row: say(row["label"])),
        "value": show.right("Value", lambda row: _claimed(row, currency)),
        "change": show.right("Change", _change),
    }
    notes = [
        say(
            "None of these is used as a target or to calculate a gap: each is a claim, a single case or a range "
            "without a sample."
        )
    ]
    if len(left_out):
        kinds = left_out["definition"].map(names).map(say).value_counts(sort=False)
        about = "; ".join(say("{name}: {n}", name=name, n=number) for name, number in kinds.items())
        notes.append(
            say_number(
                len(left_out),
                "{n} [claim|claims] on other subjects [is|are] left out ({about}); the attached file lists [it|them].",
                about=about,
            )
        )
    if told.empty:
        return note("No claim is about what is measured here", " ".join(notes))
    caption = say("Published claims about these KPIs or this sector; none is used as a benchmark")
    columns = "name label value change source grade caveat_quoted=caveat"
    return show.table("claims_library", every, schemas.Benchmarks, columns, caption, *notes, rows=told, own=own)


def _file(row: show.Row) -> tuple[str, str]:
    return row["source"], row["source_sha256"]


def _parts(row: show.Row) -> str:
    if math.isnan(row["denominator"]):
        return ""
    return f"{wording.plain(row['numerator'])} ÷ {wording.plain(row['denominator'])}"


def _dated(row: show.Row) -> str:
    return row["source"] + ("" if math.isnan(row["year"]) else f", {row['year']:.0f}")


def _expires(row: show.Row) -> Cell:
    day = f"{row['expires']:%Y-%m-%d}"
    return {"text": f"{day} ({wording.age(row)})", "tone": "caution"} if row["is_stale"] else day


def _change(row: show.Row) -> str:
    return wording.BLANK if math.isnan(row["change"]) else wording.percent(row["change"], 1)


def _claimed(row: show.Row, currency: str) -> str:
    if not math.isnan(row["value"]):
        return wording.value(row["value"], row["unit"], currency)
    ends = {end: wording.value(row[end], row["unit"], currency) for end in ("low", "high")}
    return say("no figure") if math.isnan(row["low"]) else say("{low} to {high}", **ends)


def _rows(rows: str) -> str:
    """Return rows as a reader names them; `2-7, 9` are several, `9` is one."""
    return rows and tell("at_rows", n=1 if rows.isdigit() else 2, rows=[rows])
