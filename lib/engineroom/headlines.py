"""The answer first: sentences and key figures computed from the numbers, so that they flip when the numbers do."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import results, wording
from engineroom.blocks import Exhibit, note
from engineroom.columns import DataFrame
from engineroom.tables import Tables

JUDGED = ("meets", "misses", "inconclusive")
MOST_MISSES = 3
MOST_FACTS = 5


def cover(tables: Tables, title: str, subtitle: str) -> Exhibit:
    """Return the cover: who, what, when, and how far the document is."""
    header = tables.engagement.header
    said = {
        "title": title,
        "subtitle": subtitle,
        "client": header.client,
        "sector": tables.pack.name,
        "period": f"{wording.day(header.period.start)} to {wording.day(header.period.end)}",
        "as_of": f"{header.as_of:%Y-%m-%d}",
        "status": header.status,
        "confidentiality": header.confidentiality,
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
        {"label": "Items completed", "value": wording.count(amount), "note": "in the period", "tone": "neutral"}
        for amount in volume["value"]
    ]
    order = {kpi: place for place, kpi in enumerate(measures["kpi"].drop_duplicates())}
    rows = headline_rows(gaps)
    rows = rows[rows["verdict"].isin(JUDGED)]
    rows = rows.assign(order=rows["kpi"].map(order)).sort_values("order", kind="stable")
    items += [
        {
            "label": wording.subject(row),
            "value": wording.value(row["value"], row["unit"], currency),
            "note": f"{wording.LABELS[row['verdict']].lower()}: {wording.line(row, currency)}",
            "tone": wording.TONES[row["verdict"]],
        }
        for row in rows.head(MOST_FACTS - len(items)).to_dict("records")
    ]
    return Exhibit("facts", {"items": items})


def comparisons(gaps: DataFrame[results.Gaps]) -> Exhibit:
    """Return, in words, what judging many KPIs at once means for the verdicts."""
    judged = gaps[gaps["verdict"].isin(JUDGED)]
    sampled = judged[judged["low"] != judged["high"]]
    text = [
        f"This report makes {wording.plural(len(judged), 'comparison')} with a benchmark. A verdict is given only "
        "where the whole 95% interval lies on one side of the benchmark; otherwise it is inconclusive, and the report "
        "says how many further items would settle it. A complete count has no sampling interval and is judged as it is."
    ]
    if len(sampled) > 1:
        text.append(
            f"Among {len(sampled)} intervals at 95%, about {max(round(len(sampled) * 0.05), 1)} can be expected to "
            "leave out the true value by chance alone. One narrow miss among many is weak evidence; several in one "
            "workflow are not."
        )
    if stale := judged.loc[judged["is_stale"], "benchmark_label"].drop_duplicates().tolist():
        text.append(f"Past their date when this report was made, and marked stale: {wording.listed(stale)}.")
    return note("How to read the verdicts", *text)


def headline_rows(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the engagement's own rows, and a workflow's where its KPI can be compared nowhere else."""
    whole = gaps[(gaps["workflow"] == "") & gaps["verdict"].isin(JUDGED)]
    parts = gaps[
        (gaps["workflow"] != "") & gaps["verdict"].isin(JUDGED) & ~gaps["definition"].isin(whole["definition"])
    ]
    return pd.concat([whole, parts]).sort_index()


def _summary(rows: pd.DataFrame) -> dict[str, str]:
    if rows.empty:
        text = "None of the measured KPIs has a benchmark that follows the same definition."
        return {"tone": "unknown", "label": "No verdict", "text": text, "detail": ""}
    missed, met, doubtful = (int((rows["verdict"] == word).sum()) for word in ("misses", "meets", "inconclusive"))
    counted = {
        f"{missed} {wording.verb(missed, 'misses', 'miss')} it": missed,
        f"{met} {wording.verb(met, 'meets', 'meet')} it": met,
        f"{doubtful} {wording.verb(doubtful, 'is', 'are')} inconclusive": doubtful,
    }
    said = [words for words, number in counted.items() if number]
    text = f"Of {wording.plural(len(rows), 'comparison')} with a benchmark, {wording.listed(said)}."
    tone = "bad" if missed > met else "good" if met > missed else "neutral"
    return {"tone": tone, "label": "Verdict", "text": text, "detail": ""}


def _miss(row: dict[str, Any], currency: str) -> dict[str, str]:
    verb = "trails" if row["operator"] in (">", ">=") else "exceeds"
    size = wording.distance(row["gap"], row["unit"], currency, row["value"])
    against = wording.line(row, currency, row["value"])
    text = f"{wording.subject(row)} {verb} the benchmark by {size}: "
    text += f"{wording.value(row['value'], row['unit'], currency)} against {against}."
    n = "" if math.isnan(row["n"]) else f", n = {wording.count(row['n'])}"
    interval = wording.interval(row["low"], row["high"], row["unit"], currency, row["value"])
    certain = f"{wording.capital(interval)}{n}" if row["low"] == row["high"] else f"95% interval {interval}{n}"
    stale = ", stale" if row["is_stale"] else ""
    detail = f"{certain}. Benchmark: {row['benchmark_label']}, {row['kind']}, grade {row['grade']}{stale}."
    return {"tone": "bad", "label": "Misses", "text": text, "detail": detail}


def _worth(worths: pd.DataFrame, currency: str) -> dict[str, str]:
    counted = worths[worths["is_counted"]]
    low, high = (wording.money(counted[end].sum(), currency) for end in ("worth_low", "worth_high"))
    top = counted.iloc[0]
    text = f"Closing the missed gaps is worth {low} to {high} a year; the largest part is "
    text += f"{wording.inside(top['name'])} in {top['workflow']}."
    detail = (
        f"{wording.plural(len(counted), 'gap')} with known volume and unit cost, one per kind of failure and workflow. "
        "It is what the gap costs, not what a project saves."
    )
    return {"tone": "neutral", "label": "Worth", "text": text, "detail": detail}


def _doubt(doubtful: pd.DataFrame, currency: str) -> dict[str, str]:
    names = wording.listed([wording.inside(name) for name in doubtful["name"].drop_duplicates().head(4)])
    text = f"{names} cannot be judged yet: the interval holds the benchmark."
    detail = ""
    if len(known := doubtful[doubtful["items_needed"] > 0]):
        row = known.sort_values("items_needed", kind="stable").iloc[0]
        held = wording.value(row["value"], row["unit"], currency)
        needed = wording.plural(row["items_needed"], "more item")
        detail = f"{wording.subject(row)}: {needed} would settle it, if the figure stays at {held}."
    return {"tone": "caution", "label": "Inconclusive", "text": wording.capital(text), "detail": detail}


def _strength(met: pd.DataFrame) -> dict[str, str]:
    names = met["name"].drop_duplicates()
    said = [wording.inside(name) for name in names.head(4)] + (["others"] if len(names) > 4 else [])
    text = f"{wording.listed(said)} {wording.verb(len(names), 'meets', 'meet')} the benchmark with the whole interval."
    return {"tone": "good", "label": "Meets", "text": wording.capital(text), "detail": ""}
