"""How far each measure is from what is possible, whether that can be said at all, and what closing it is worth."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import codes, results
from engineroom.dictionary.columns import DataFrame, words
from engineroom.errors import ReportError
from engineroom.measures import benchmark
from engineroom.readers.tables import Tables

NO_BENCHMARK, OTHER_DEFINITION, AT_THE_LINE, NO_BOUND = "no_benchmark", "other_definition", "at_the_line", "no_bound"
"""Codes of why a measure has no verdict, or why no number of items settles it."""
BETWEEN = "between"
LINES = ("leading", "typical")
CASH = "daily_revenue"
"""Price of a definition whose gap, in days, ties up the revenue of so many days."""
COST_SPREAD = 0.2
"""How far a stated unit cost may be off where the table does not say: as the column `cost_spread` is documented."""


def find(measures: DataFrame[results.Measures], tables: Tables, line: str = "leading") -> DataFrame[results.Gaps]:
    """Return the distance of each measure to the best benchmark whose definition matches, worst first.

    gap = value - benchmark in the KPI's unit, signed so that positive is always worse; `gap_low` and `gap_high` take
    the two ends of the interval. Verdict: "meets" or "misses" only where the whole interval is on one side, else
    "inconclusive" with `items_needed` to settle it. A measure without a matching benchmark stays, with an empty gap.

    `line` is "leading" (targets, top quartiles, best in class) or "typical" (medians and means of peers); where a KPI
    has only the other kind that is not out of date, that one is taken and named. Definition, unit, sector and currency
    must be the same, and a benchmark kept for one process meets only workflows of it.
    """
    if line not in LINES:
        raise ReportError(f'line is "{line}"; it may be: {", ".join(LINES)}')
    lines = benchmark.aged(benchmark.ranked(benchmark.comparable(tables)), tables)
    lines = lines[lines["line"].isin(LINES)].assign(other=lines["line"] != line)
    lines = lines.sort_values(["is_stale", "other"], kind="stable")
    known = tables.definitions.set_index("definition")
    names, kinds = known["name"], known["kpi"]
    published = lines.assign(kpi=lines["definition"].map(kinds)).to_dict("records")
    rows = []
    for measure in measures.to_dict("records"):
        near = [row for row in published if row["kpi"] == measure["kpi"] and _is_for(row, measure)]
        match = next((row for row in near if row["definition"] == measure["definition"]), None)
        reason = OTHER_DEFINITION if near else NO_BENCHMARK
        found = _against(measure, match) if match else _unmatched(line, reason)
        rows.append(measure | {"name": names[measure["definition"]]} | found)
    columns = results.Gaps.names()
    frame = results.Gaps.validate(pd.DataFrame(rows, columns=columns))
    rank = frame["verdict"].map(
        {verdict: place for place, verdict in enumerate(("misses", "inconclusive", "meets", "not compared"))}
    )
    relative = frame["gap"] / frame["benchmark_value"].abs()
    return (
        frame.assign(rank=rank, relative=-relative)
        .sort_values(["rank", "relative"], kind="stable")[columns]
        .reset_index(drop=True)
    )


def against(measures: DataFrame[results.Measures], rivals: pd.DataFrame, tables: Tables) -> DataFrame[results.Rivals]:
    """Return rival benchmarks with the verdict each would give the client.

    A rival under another definition gets no verdict; showing the difference would pretend they were the same thing.
    """
    rows: list[dict[str, Any]] = []
    for rival in rivals.to_dict("records"):
        mine = measures[measures["definition"] == rival["definition"]]
        about = words(rival["process"]) or [""]
        if rival["line"] == "band" and not set(about) & set(
            mine["process"]
        ):  # a reference, for the process in question
            about = words(";".join(rivals.loc[rivals["collision"] == rival["collision"], "process"].dropna()))
        fits = mine[mine["process"].isin(about)] if about != [""] else mine[mine["workflow"] == ""]
        measure = (fits if len(fits) else mine).head(1).to_dict("records")
        found: dict[str, Any] = {"measured": math.nan, "workflow": "", "verdict": "not compared"}
        if rival["is_comparable"] and measure and len(fits):
            found = {"measured": measure[0]["value"], "workflow": measure[0]["workflow"], "verdict": "not compared"}
            if rival["line"] in ("leading", "typical"):
                found["verdict"] = _verdict(measure[0], float(rival["value"]), rival["operator"])
            elif rival["line"] == "band":
                found["verdict"] = "in this band" if _in_band(measure[0]["value"], rival) else "outside this band"
        rows.append(rival | found)
    return results.Rivals.validate(pd.DataFrame(rows, columns=[*rivals.columns, "measured", "workflow", "verdict"]))


def tiers(measures: DataFrame[results.Measures], tables: Tables) -> DataFrame[results.Tiers]:
    """Return where each measure, and both ends of its interval, fall on the scales of bands that fit its definition.

    Values beyond the outermost bands belong to those; values in a gap between two bands are "between". A band's edges
    are inclusive or not as its row says, so that no value has two tiers. On a scale that its source draws for other
    processes a measure is a reference: it is placed, not judged. Published quartiles of peers are such a scale, for
    their own processes alone.
    """
    bands = benchmark.aged(benchmark.comparable(tables), tables)
    names = tables.definitions.set_index("definition")["name"]
    scales = {pair: group.to_dict("records") for pair, group in bands.groupby(["definition", "scale"], sort=True)}
    rows = []
    for measure in measures.to_dict("records"):
        for (definition, scale), published in scales.items():
            is_reference = not all(_is_for(band, measure) for band in published)
            is_of_peers = published[0]["line"] != "band"
            if definition != measure["definition"] or (is_of_peers and is_reference):
                continue
            group = _quarters(published) if is_of_peers else published
            ends = [measure["value"] if math.isnan(end) else end for end in (measure["low"], measure["high"])]
            tier, low, high = (tier_of(value, group) for value in (measure["value"], *ends))
            columns = ("kpi", "workflow", "value", "low", "high", "n", "unit")
            rows.append(
                {key: measure[key] for key in columns}
                | {
                    "name": names[measure["definition"]],
                    "scale": scale,
                    "tier": tier,
                    "tier_low": low,
                    "tier_high": high,
                }
                | {key: published[0][key] for key in ("source", "is_stale", "age")}
                | {"straddles": low != high, "is_reference": is_reference, "is_of_peers": is_of_peers}
            )
    return results.Tiers.of(rows)


CUTS = {"top quartile": 25, "median": 50, "bottom quartile": 75}
"""Part of the peers in % that is at least as good as a published quartile, by its `statistic`."""
PARTS = {
    (0, 25): "best quarter of peers",
    (0, 50): "better half of peers",
    (25, 50): "second quarter of peers",
    (25, 75): "middle half of peers",
    (25, 100): "below the best quarter of peers",
    (50, 75): "third quarter of peers",
    (50, 100): "worse half of peers",
    (75, 100): "last quarter of peers",
}


def _quarters(published: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the quartiles of peers as bands; a value on an edge belongs to the better band."""
    falls = any(row["operator"] in ("<", "<=") for row in published)
    edges = [(CUTS[row["statistic"]], row["value"]) for row in published]
    edges = [(0, -math.inf if falls else math.inf), *sorted(edges), (100, math.inf if falls else -math.inf)]
    bands = []
    for (above, good), (below, bad) in itertools.pairwise(edges):
        low, high = (good, bad) if falls else (bad, good)
        inside = {"low_inclusive": not falls, "high_inclusive": falls}
        bands.append({"label": PARTS[above, below], "low": low, "high": high, **inside})
    return bands


def tier_of(value: float, bands: Sequence[dict[str, Any]]) -> str:
    """Return the label of the band a value falls in, "between" two bands, or the outermost band it lies beyond."""
    for band in bands:
        if _in_band(value, band):
            return str(band["label"])
    lowest = min(bands, key=lambda band: -math.inf if math.isnan(band["low"]) else band["low"])
    highest = max(bands, key=lambda band: math.inf if math.isnan(band["high"]) else band["high"])
    if value <= lowest["low"]:
        return str(lowest["label"])
    if value >= highest["high"]:
        return str(highest["label"])
    return BETWEEN


def worth(gaps: DataFrame[results.Gaps], tables: Tables) -> DataFrame[results.Worths]:
    """Return what closing each missed gap is worth, where volume and unit cost are known.

    worth = annual volume x gap x unit cost of one failing item, from the better end of the interval at the lower unit
    cost to the worse end at the higher one (`cost_spread` of the workflow, 20% where it says nothing). `counting` says
    whether a yearly total may include it: KPIs that price the same failure form a family, and the largest of each
    workflow counts; a gap to a benchmark of another process, or below grade B, is indicative. What counts of a workflow
    is cut at its yearly spend, the others each by itself. Days in receivables tie up cash once: gap x daily revenue,
    never part of a yearly sum. A stale benchmark prices nothing, even where its age is accepted.
    """
    priced = tables.definitions.set_index("definition")[["worth", "family"]]
    missed = gaps[(gaps["verdict"] == "misses") & ~gaps["is_stale"]]
    found = [*_worths(missed, priced, tables), *_cash(missed, priced, tables)]
    frame = results.Worths.frame(found).sort_values("worth", ascending=False, kind="stable")
    fits = frame["counting"] == "counted"
    again = fits & frame[fits].duplicated(["workflow", "family"]).reindex(frame.index, fill_value=False)
    frame["counting"] = frame["counting"].mask(again, "same_failure")
    frame["is_counted"] = frame["counting"] == "counted"
    ends = ["worth_low", "worth", "worth_high"]
    frame[ends] = _within_spend(frame[ends].astype(float), frame)
    return results.Worths.validate(frame.reset_index(drop=True))


def values(
    gaps: DataFrame[results.Gaps], worths: DataFrame[results.Worths], tables: Tables
) -> DataFrame[results.Values]:
    """Return what the gaps endanger: the comparisons of each kind of value that a back office gives (001-04).

    The worth of a kind is that of its missed gaps that a total may include, so that the kinds add up to the total.
    """
    kind = tables.values.set_index("kpi")["value"]
    judged, counted = gaps[gaps["verdict"].isin(results.JUDGED)], worths[worths["is_counted"]]
    judged, counted = (one.assign(value=one["kpi"].map(kind)) for one in (judged, counted))
    rows = []
    for value in dict.fromkeys(tables.values["value"]):
        mine, priced = judged[judged["value"] == value], counted[counted["value"] == value]
        missed = mine[mine["verdict"] == "misses"]
        sums = {f"worth_{end}": priced[f"worth_{end}"].sum() if len(priced) else math.nan for end in ("low", "high")}
        measured = gaps.loc[gaps["kpi"].map(kind) == value, "kpi"].nunique()
        rows.append(
            {"value": value, "measured": measured, "compared": len(mine), "missed": len(missed)}
            | {"inconclusive": int((mine["verdict"] == "inconclusive").sum())}
            | {"worst": str(missed["name"].iloc[0]) if len(missed) else ""}
            | sums
        )
    return results.Values.of(rows)


def _within_spend(ends: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of each worth, cut so that what counts of a workflow stays within its spend.

    All lower ends are granted first, the largest worth before the others, then the ways up from them: so each range
    keeps its order and the sums are those of the whole workflow. What counts in no total is cut by itself.
    """
    pot = found["workflow"].where(found["is_counted"], found.index.to_series().map("row {}".format))
    spend, granted, before = found["spend"].fillna(math.inf), pd.Series(0.0, found.index), 0.0
    cut = ends.copy()
    for end in ends:
        step = (ends[end] - before).clip(lower=0)
        room = (spend - granted.groupby(pot).transform("sum")).clip(lower=0)
        so_far = step.groupby(pot).cumsum()
        granted = granted + so_far.clip(upper=room) - (so_far - step).clip(upper=room)
        cut[end], before = granted, ends[end]
    return cut


def _worths(missed: pd.DataFrame, priced: pd.DataFrame, tables: Tables) -> Iterator[dict[str, Any]]:
    workflows, benchmarks = (one.set_index(one.columns[0]) for one in (tables.workflows, tables.benchmarks))
    for gap in missed[missed["workflow"].isin(workflows.index)].to_dict("records"):
        price, family = priced.loc[gap["definition"]]
        if not isinstance(price, str) or price == CASH:
            continue
        workflow = workflows.loc[gap["workflow"]]
        unit_price = 1.0 if price == "unit" else workflow[price]
        volume = workflow["monthly_volume"] * 12
        if math.isnan(volume) or math.isnan(unit_price):
            continue
        spread = COST_SPREAD if math.isnan(workflow["cost_spread"]) else workflow["cost_spread"]
        spend = volume * workflow["unit_cost"]
        fits = _is_of_process(benchmarks.loc[gap["benchmark"]], gap["process"]) and gap["grade"] in benchmark.PRICING
        ends = [gap["gap"] if math.isnan(gap[end]) else gap[end] for end in ("gap_low", "gap_high")]
        yield {
            "workflow": gap["workflow"],
            "kpi": gap["kpi"],
            "name": gap["name"],
            "family": family if isinstance(family, str) else gap["kpi"],
            "annual_volume": volume,
            "price": price,
            "unit_price": unit_price,
            "worth_low": max(volume * ends[0] * unit_price * (1 - spread), 0.0),
            "worth": volume * gap["gap"] * unit_price,
            "worth_high": volume * ends[1] * unit_price * (1 + spread),
            "spend": spend,
            "grade": gap["grade"],
            "counting": "indicative" if not fits else "no_spend" if math.isnan(spend) else "counted",
        }


def _cash(missed: pd.DataFrame, priced: pd.DataFrame, tables: Tables) -> Iterator[dict[str, Any]]:
    """Yield the cash that more days in receivables than the benchmark tie up: once, at the revenue of a day."""
    about = priced.index[priced["worth"] == CASH]
    for gap in missed[missed["definition"].isin(about)].to_dict("records"):
        name, told = codes.read(str(gap["method"]))
        daily = gap["denominator"] / (told["clusters"] if name == "clustered" else 1)
        if math.isnan(daily):
            continue
        ends = [gap["gap"] if math.isnan(gap[end]) else gap[end] for end in ("gap_low", "gap_high")]
        yield {
            **{key: gap[key] for key in ("workflow", "kpi", "name", "grade")},
            "family": CASH,
            "price": CASH,
            "unit_price": daily,
            "counting": "cash",
            "worth_low": max(ends[0], 0.0) * daily,
            "worth": gap["gap"] * daily,
            "worth_high": ends[1] * daily,
        }


def _is_of_process(published: pd.Series, process: Any) -> bool:
    """Return whether a benchmark is of this very process: limited to it, or made for one sector's own KPI."""
    if isinstance(published["process"], str):
        return process in words(published["process"])
    return bool(published["sector"] != "all")


# ------------------------------------------------------------------------------------------------ one measure, one line


def _is_for(published: dict[str, Any], measure: dict[str, Any]) -> bool:
    """Return whether a published value is about any process, or about the measure's."""
    return not isinstance(published["process"], str) or measure["process"] in words(published["process"])


def _unmatched(line: str, reason: str) -> dict[str, Any]:
    blank = dict.fromkeys(("benchmark_value", "gap", "gap_low", "gap_high", "items_needed", "age"), math.nan)
    return blank | {
        "line": line,
        "is_stale": False,
        "verdict": "not compared",
        "reason": reason,
        "benchmark": None,
        "benchmark_label": None,
        "operator": None,
        "kind": None,
        "grade": None,
        "accepted": None,
    }


def _against(measure: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    value, target, operator = measure["value"], float(row["value"]), str(row["operator"])
    sign = -1.0 if operator in (">", ">=") else 1.0
    ends = sorted(sign * (measure[end] - target) for end in ("low", "high"))
    verdict = _verdict(measure, target, operator)
    needed, reason = _settling(measure, target) if verdict == "inconclusive" else (math.nan, None)
    return {
        "benchmark": row["benchmark"],
        "benchmark_label": row["label"],
        "benchmark_value": target,
        "operator": operator,
        **{key: row[key] for key in ("line", "kind", "grade", "is_stale", "age", "accepted")},
        "gap": sign * (value - target),
        "gap_low": ends[0],
        "gap_high": ends[1],
        "verdict": verdict,
        "items_needed": needed,
        "reason": reason,
    }


def _bound(measure: dict[str, Any], end: str) -> float:
    """Return an end of the interval; a bound that so few items cannot give is infinitely far away."""
    if not math.isnan(measure[end]):
        return float(measure[end])
    return -math.inf if end == "low" else math.inf


def _verdict(measure: dict[str, Any], target: float, operator: str) -> str:
    low, high = _bound(measure, "low"), _bound(measure, "high")
    meets = {">=": low >= target, ">": low > target, "<=": high <= target, "<": high < target}[operator]
    misses = {">=": high < target, ">": high <= target, "<=": low > target, "<": low >= target}[operator]
    return "meets" if meets else "misses" if misses else "inconclusive"


def _settling(measure: dict[str, Any], target: float) -> tuple[float, str | None]:
    low, high, n = measure["low"], measure["high"], measure["n"]
    if math.isnan(low) and math.isnan(high):
        return math.nan, NO_BOUND
    if math.isclose(measure["value"], target, rel_tol=1e-12):
        return math.nan, AT_THE_LINE
    if measure["method"] == statistics.EXACT_SHARE:
        return statistics.items_to_settle_share(measure["value"], n, target), None
    half = np.nanmax([measure["value"] - low, high - measure["value"]])
    return statistics.items_to_settle_spread(float(half), n, abs(measure["value"] - target)), None


def _in_band(value: float, band: dict[str, Any]) -> bool:
    low, high = band["low"], band["high"]
    above = math.isnan(low) or value > low or (band["low_inclusive"] and value == low)
    below = math.isnan(high) or value < high or (band["high_inclusive"] and value == high)
    return bool(above and below)
