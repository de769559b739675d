"""What the report on the gap to benchmarks finds: what is missed and by how much, what that is worth, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, source

MOST_MISSES = 3
MOST_KPIS = 4
CONFIDENCE = 0.95
SECTIONS = {
    "verdicts": ("findings", "scorecard", "heat-map"),
    "misses": ("findings", "distances", "scorecard"),
    "worth": ("findings", "worth-chart", "worth-table"),
    "cash": ("findings", "worth-table"),
    "inconclusive": ("findings", "next-table"),
    "meets": ("findings", "scorecard"),
}


def find(gaps: DataFrame[results.Gaps], worths: DataFrame[results.Worths]) -> DataFrame[Findings]:
    """Return how many KPIs miss, the money, the widest misses, the doubts and the strengths."""
    judged = comparable(gaps)
    of = {verdict: judged[judged["verdict"] == verdict] for verdict in results.JUDGED}
    money = [
        *map(_cash, worths[worths["counting"] == "cash"].to_dict("records")),
        *_worth(worths[worths["counting"] != "cash"]),
    ]
    misses = [*map(_miss, of["misses"].head(MOST_MISSES).to_dict("records"))]
    headlines = [_verdicts(judged, of), *money[:1], *misses, *money[1:]]
    headlines += [_doubt(of["inconclusive"])] if len(of["inconclusive"]) else []
    headlines += [_strength(of["meets"])] if len(of["meets"]) else []
    return facts.table("benchmark_gap", SECTIONS, headlines)


def comparable(gaps: DataFrame[results.Gaps]) -> pd.DataFrame:
    """Return the engagement's own comparisons, and a workflow's where its KPI can be compared nowhere else."""
    judged = gaps[gaps["verdict"].isin(results.JUDGED)]
    whole = judged[judged["workflow"] == ""]
    parts = judged[(judged["workflow"] != "") & ~judged["definition"].isin(whole["definition"])]
    return pd.concat([whole, parts]).sort_index()


def _verdicts(judged: pd.DataFrame, of: dict[str, pd.DataFrame]) -> facts.Row:
    rests_on = source("gaps", "verdict")
    if judged.empty:
        return headline("verdicts", "none", "unknown", rests_on)
    missed, met = len(of["misses"]), len(of["meets"])
    tone = "bad" if missed > met else "good" if met > missed else "neutral"
    soft = int(judged["grade"].isin(["C", "D"]).sum())
    printed = figures(
        "count", all=len(judged), misses=missed, meets=met, inconclusive=len(of["inconclusive"]), soft=soft
    )
    return headline("verdicts", "compared", tone, rests_on, printed=printed)


def _miss(row: dict[str, Any]) -> facts.Row:
    verdict = "trails" if row["operator"] in (">", ">=") else "exceeds"
    confidence = figures("share", confidence=CONFIDENCE) if row["low"] != row["high"] else {}
    names = {name: row[name] for name in ("benchmark_label", "kind", "grade")} | {"is_stale": bool(row["is_stale"])}
    return _compared("misses", verdict, "bad", row, confidence, names)


def _worth(worths: pd.DataFrame) -> Iterator[facts.Row]:
    if worths.empty:
        return
    counted = worths[worths["is_counted"]]
    top = (counted if len(counted) else worths).iloc[0]
    names = {"name": top["name"], "largest": top["workflow"]}
    if counted.empty:
        ends = figures("money", low=top["worth_low"], high=top["worth_high"]) | figures("count", n=len(worths))
        rests_on = source("worths", "worth_low", "worth_high", "grade", is_counted=False)
        yield headline("worth", "indicative", "unknown", rests_on, printed=ends, names=names)
        return
    low, high = counted["worth_low"].sum(), counted["worth_high"].sum()
    printed = figures("money", low=low, high=high) | figures("count", n=len(counted))
    if others := int((worths["counting"] == "indicative").sum()):
        printed |= figures("count", others=others)
    yield headline(
        "worth",
        "priced",
        "neutral",
        source("worths", "worth_low", "worth_high", is_counted=True),
        printed=printed,
        names=names,
        money_low=low,
        money_high=high,
    )


def _cash(row: dict[str, Any]) -> facts.Row:
    """Return the cash that days in receivables tie up, once."""
    ends = figures("money", low=row["worth_low"], high=row["worth_high"], daily=row["unit_price"])
    rests_on = source("worths", "worth_low", "worth_high", "unit_price", counting="cash")
    names = {"name": row["name"], "grade": row["grade"]}
    return headline(
        "cash", "tied up", "caution", rests_on, printed=ends, names=names, one_off=row["worth"], about=row["kpi"]
    )


def _doubt(doubtful: pd.DataFrame) -> facts.Row:
    names: dict[str, Any] = {"kpis": doubtful["name"].drop_duplicates().head(MOST_KPIS).tolist()}
    rests_on = source("gaps", "low", "high", "items_needed", verdict="inconclusive")
    known = doubtful[doubtful["items_needed"] > 0].sort_values("items_needed", kind="stable")
    if known.empty:
        return headline("inconclusive", "open", "caution", rests_on, names=names)
    row = known.iloc[0].to_dict()
    printed = figures(row["unit"], value=row["value"], low=row["low"], high=row["high"])
    return headline(
        "inconclusive",
        "settled by items",
        "caution",
        rests_on,
        printed=printed | figures("count", items_needed=row["items_needed"]),
        names=names | {"name": row["name"], "place": row["workflow"]},
    )


def _strength(met: pd.DataFrame) -> facts.Row:
    names = met["name"].drop_duplicates()
    return headline(
        "meets",
        "meets",
        "good",
        source("gaps", "verdict", verdict="meets"),
        printed=figures("count", n=len(names)),
        lists={"kpis": names},
        most=MOST_KPIS,
    )


def _compared(
    question: str, verdict: str, tone: str, row: dict[str, Any], more: facts.Figures, names: dict[str, Any]
) -> facts.Row:
    """Return a comparison as a finding: the measure, its interval, the benchmark and the distance."""
    measured = {name: row[name] for name in ("value", "low", "high", "gap", "benchmark_value")}
    return headline(
        question,
        verdict,
        tone,
        source("gaps", *measured, "n", definition=row["definition"], workflow=row["workflow"]),
        printed=figures(row["unit"], **measured) | figures("count", n=row["n"]) | more,
        names={"name": row["name"], "operator": row["operator"]} | names,
        kpi=row["kpi"],
        workflow=row["workflow"],
        about=row["definition"],
    )
