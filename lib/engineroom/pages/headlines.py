"""The answer first: sentences and key figures computed from the numbers, so that they flip when the numbers do."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit, note
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

MOST_MISSES = 3
MOST_FACTS = 5


def cover(tables: Tables, title: str, subtitle: str) -> Exhibit:
    """Return the cover: who, what, when, and how far the document is."""
    header = tables.engagement.header
    said = {
        "title": say(title),
        "subtitle": say(subtitle),
        "client": header.client,
        "sector": say(tables.pack.name),
        "period": say("{low} to {high}", low=wording.day(header.period.start), high=wording.day(header.period.end)),
        "as_of": f"{header.as_of:%Y-%m-%d}",
        "status": header.status,
        "confidentiality": say(header.confidentiality),
        "prepared_by": header.prepared_by,
    }
    return Exhibit("cover", said)


def findings(gaps: DataFrame[results.Gaps], worths: DataFrame[results.Worths], tables: Tables) -> Exhibit:
    """Return the headline sentences: how many miss, the widest misses, the money, the doubts, the strengths."""
    rows, currency = headline_rows(gaps), tables.engagement.header.currency
    items = [_summary(rows)]
    items += [_miss(row, currency) for row in rows[rows["verdict"] == "misses"].head(MOST_MISSES).to_dict("records")]
    if len(worths):
        items.append(_worth(worths, currency))
    if len(doubtful := rows[rows["verdict"] == "inconclusive"]):
        items.append(_doubt(doubtful, currency))
    if len(met := rows[rows["verdict"] == "meets"]):
        items.append(_strength(met))
    return Exhibit("findings", {"items": items})


def facts(gaps: DataFrame[results.Gaps], measures: DataFrame[results.Measures], tables: Tables) -> Exhibit:
    """Return a strip of key figures: items completed, then the compared KPIs in the sector pack's order."""
    currency = tables.engagement.header.currency
    volume = measures[(measures["workflow"] == "") & (measures["kpi"] == "volume")]
    items = [
        fact("Items completed", wording.count(amount), say("in the period"), "neutral") for amount in volume["value"]
    ]
    order = {kpi: place for place, kpi in enumerate(measures["kpi"].drop_duplicates())}
    rows = headline_rows(gaps)
    rows = rows[rows["verdict"].isin(results.JUDGED)]
    rows = rows.assign(order=rows["kpi"].map(order)).sort_values("order", kind="stable")
    items += [
        {
            "label": wording.subject(row),
            "value": wording.figure(row, currency),
            "note": f"{wording.label(row['verdict']).lower()}: {wording.line(row, currency)}",
            "tone": wording.TONES[row["verdict"]],
        }
        for row in rows.head(MOST_FACTS - len(items)).to_dict("records")
    ]
    return Exhibit("facts", {"items": items})


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


def finding(tone: str, label: str, text: str, detail: str = "") -> dict[str, str]:
    """Return a headline: its tone, a label of a word or two, the sentence, and what explains it."""
    return {"tone": tone, "label": say(label), "text": text, "detail": detail}


def fact(label: str, value: str, said: str, tone: str) -> dict[str, str]:
    """Return a key figure of a strip: its label, the figure, what is said below it, and its tone."""
    return {"label": say(label), "value": value, "note": said, "tone": tone}


def named(names: list[str], most: int = 3) -> str:
    """Return the first names as a sentence lists them, the rest counted."""
    more = [say("{n} more", n=len(names) - most)] if len(names) > most else []
    return wording.listed(names[:most] + more)


def headline_rows(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the engagement's own rows, and a workflow's where its KPI can be compared nowhere else."""
    whole = gaps[(gaps["workflow"] == "") & gaps["verdict"].isin(results.JUDGED)]
    parts = gaps[
        (gaps["workflow"] != "") & gaps["verdict"].isin(results.JUDGED) & ~gaps["definition"].isin(whole["definition"])
    ]
    return pd.concat([whole, parts]).sort_index()


def _summary(rows: pd.DataFrame) -> dict[str, str]:
    if rows.empty:
        text = say("None of the measured KPIs has a benchmark that follows the same definition.")
        return finding("unknown", "No verdict", text)
    missed, met, doubtful = (int((rows["verdict"] == word).sum()) for word in ("misses", "meets", "inconclusive"))
    counted = {
        say_number(missed, "{n} misses it", "{n} miss it"): missed,
        say_number(met, "{n} meets it", "{n} meet it"): met,
        say_number(doubtful, "{n} is inconclusive", "{n} are inconclusive"): doubtful,
    }
    text = say_number(
        len(rows),
        "Of {n} comparison with a benchmark, {said}.",
        "Of {n} comparisons with a benchmark, {said}.",
        said=wording.listed([words for words, number in counted.items() if number]),
    )
    detail = say("Those of the whole engagement, and a workflow's where its KPI can be compared nowhere else.")
    return finding("bad" if missed > met else "good" if met > missed else "neutral", "Verdict", text, detail)


def _miss(row: dict[str, Any], currency: str) -> dict[str, str]:
    parts = {
        "subject": wording.subject(row),
        "size": wording.gap(row, currency),
        "value": wording.figure(row, currency),
        "line": wording.line(row, currency, row["value"]),
    }
    if row["operator"] in (">", ">="):
        text = say("{subject} trails the benchmark by {size}: {value} against {line}.", **parts)
    else:
        text = say("{subject} exceeds the benchmark by {size}: {value} against {line}.", **parts)
    interval = wording.span(row, currency)
    certain = (
        wording.capital(interval) if row["low"] == row["high"] else say("95% interval {interval}", interval=interval)
    )
    n = "" if math.isnan(row["n"]) else f", n = {wording.count(row['n'])}"
    whose = [say(row["benchmark_label"]), say(row["kind"]), say("grade {grade}", grade=row["grade"])]
    whose += [say("stale")] if row["is_stale"] else []
    return finding("bad", "Misses", text, f"{certain}{n}. {say('Benchmark')}: {', '.join(whose)}.")


def _worth(worths: pd.DataFrame, currency: str) -> dict[str, str]:
    counted = worths[worths["is_counted"]]
    low, high = (wording.amount(counted[end].sum(), currency) for end in ("worth_low", "worth_high"))
    top = counted.iloc[0]
    text = say(
        "Closing the missed gaps is worth {low} to {high} a year; the largest part is {kpi} in {workflow}.",
        low=low,
        high=high,
        kpi=wording.inside(say(top["name"])),
        workflow=top["workflow"],
    )
    detail = say_number(
        len(counted),
        "{n} gap with known volume and unit cost, one per kind of failure and workflow.",
        "{n} gaps with known volume and unit cost, one per kind of failure and workflow.",
    )
    return finding("neutral", "Worth", text, f"{detail} {say('It is what the gap costs, not what a project saves.')}")


def _doubt(doubtful: pd.DataFrame, currency: str) -> dict[str, str]:
    names = [wording.inside(say(name)) for name in doubtful["name"].drop_duplicates().head(4)]
    text = say("{names} cannot be judged yet: the interval holds the benchmark.", names=wording.listed(names))
    detail = ""
    if len(known := doubtful[doubtful["items_needed"] > 0]):
        row = known.sort_values("items_needed", kind="stable").iloc[0]
        detail = say_number(
            row["items_needed"],
            "{subject}: {n} more item would settle it, if the figure stays at {value}.",
            "{subject}: {n} more items would settle it, if the figure stays at {value}.",
            subject=wording.subject(row),
            n=wording.count(row["items_needed"]),
            value=wording.figure(row, currency),
        )
    return finding("caution", "Inconclusive", wording.capital(text), detail)


def _strength(met: pd.DataFrame) -> dict[str, str]:
    names = met["name"].drop_duplicates()
    said = [wording.inside(say(name)) for name in names.head(4)] + ([say("others")] if len(names) > 4 else [])
    text = say_number(
        len(names),
        "{names} meets the benchmark with the whole interval.",
        "{names} meet the benchmark with the whole interval.",
        names=wording.listed(said),
    )
    return finding("good", "Meets", wording.capital(text))
