"""What the report on process quality finds: what is right the first time, what the rest costs, what wavers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from engineroom.dictionary import logtables, quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.logs.profile import LogProfile
from engineroom.measures import control, data_quality, quality
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, key_figure, source

CONFIDENCE = 0.95
FEWEST_ITEMS = 30
"""Items below which a workflow is not named as the one with the lowest yield."""

GOOD_YIELD, POOR_YIELD = 0.9, 0.8
"""Rework below a tenth of the items is optimised, from a fifth on it is traditional (000-17)."""

SECTIONS = {
    "first pass": ("findings", "factory-chart", "factory-table"),
    "rework": ("findings", "rework-table"),
    "exceptions": ("findings", "exceptions-chart", "kinds-table"),
    "time": ("findings", "time-chart", "time-table"),
    "stability": ("findings", "control-table"),
    "since go-live": ("findings", "golive-chart", "kept-table"),
    "data": ("findings", "dimensions-table"),
    "right first time": ("facts", "measures-table"),
    "straight-through": ("facts", "tiers-table", "tiers-table"),
    "items reworked": ("facts", "factory-table"),
    "charts that signal": ("facts", "control-table"),
    "weakest data": ("facts", "dimensions-table"),
}


def find(
    factory: DataFrame[quality_tables.Factory],
    kinds: DataFrame[quality_tables.Kinds],
    times: DataFrame[quality_tables.Times],
    signals: DataFrame[quality_tables.Signals],
    dimensions: DataFrame[quality_tables.Dimensions],
    measures: DataFrame[results.Measures],
    kept: DataFrame[quality_tables.Kept],
    weekly: DataFrame[logtables.WorkflowWeeks],
    log: LogProfile | None,
) -> DataFrame[Findings]:
    """Return what is right the first time, then what else was found, the gravest first; then the key figures."""
    headlines = [*_rework(factory)]
    headlines += [_exceptions(kinds)] if len(kinds) else []
    headlines += [_time(times)] if times["completed"].any() else []
    headlines += _stability(signals, weekly)
    headlines += [_since(kept)] if kept["verdict"].isin(["held", "slipped", "alarm", "no alarm"]).any() else []
    headlines += [_data(dimensions)]
    headlines.sort(key=lambda row: row["tone"] != "bad")
    strip = _key_figures(factory, signals, dimensions, measures)
    return facts.table("process_quality", SECTIONS, [_first_pass(factory, measures, log), *headlines, *strip])


def _first_pass(factory: pd.DataFrame, measures: pd.DataFrame, log: LogProfile | None) -> facts.Row:
    rests_on = source("hidden_factory", "first_pass", "reworked", "first_pass_yield")
    if not factory["first_pass_yield"].notna().any():
        is_saturated = quality.is_saturated(log)
        verdict, tone = ("status log", "caution") if is_saturated else ("not told", "unknown")
        return headline("first pass", verdict, tone, rests_on)
    good, judged = factory["first_pass"].sum(), (factory["first_pass"] + factory["reworked"]).sum()
    printed, names = figures("share", value=good / judged), {}
    for row in _whole(measures, "first_pass_yield").to_dict("records"):
        printed = figures("share", value=row["value"], low=row["low"], high=row["high"], confidence=CONFIDENCE)
    large = facts.named(factory[factory["first_pass"] + factory["reworked"] >= FEWEST_ITEMS])
    worst = large.sort_values("first_pass_yield", kind="stable").head(1)
    if len(large) > 1 and (worst["high"] < good / judged).all():  # told apart from the whole
        worst = worst.iloc[0]
        ends = {"lowest_low": worst["low"], "lowest_high": worst["high"]}
        printed |= figures("share", lowest=worst["first_pass_yield"], **ends)
        names = {"lowest": worst["workflow"]}
    return headline(
        "first pass",
        "measured",
        _yield_tone(good / judged),
        source("measures", "value", "low", "high", kpi="first_pass_yield", workflow=""),
        rests_on,
        printed=printed | figures("count", n=judged),
        names=names,
        kpi="first_pass_yield",
        share=good / judged,
    )


def _rework(factory: pd.DataFrame) -> Iterator[facts.Row]:
    if not factory["reworked"].sum():
        return
    reworked = factory[factory["reworked"] > 0]
    known, printed = reworked.dropna(subset=["rework_cost"]), figures("count", n=reworked["reworked"].sum())
    rests_on = source("hidden_factory", "reworked", "rework_cost_low", "rework_cost_high")
    if known.empty:
        yield headline("rework", "not priced", "caution", rests_on, printed=printed)
        return
    names = {"methods": sorted(set(known["cost_method"]))}
    dear = facts.named(known).sort_values("rework_cost", kind="stable").tail(1)
    if len(reworked) > 1 and (dear["rework_cost"] > known["rework_cost"].sum() / 2).any():
        names["workflow"] = dear["workflow"].iloc[0]
    if len(known) < len(reworked):
        printed |= figures("count", unknown=len(reworked) - len(known), all=len(reworked))
    low, high = known["rework_cost_low"].sum(), known["rework_cost_high"].sum()
    printed |= figures("money", low=low, high=high)
    yield headline("rework", "priced", "neutral", rests_on, printed=printed, names=names)


def _exceptions(kinds: pd.DataFrame) -> facts.Row:
    first, most = kinds.loc[kinds["stabilise_first"], "workflow"], kinds.iloc[0]
    unknown = int(kinds["is_stable"].isna().sum())
    verdict, tone = ("not told", "unknown") if unknown else ("none first", "good")
    return headline(
        "exceptions",
        "stabilise first" if len(first) else verdict,
        "bad" if len(first) else tone,
        source("exception_kinds", "types", "is_stable", "stabilise_first"),
        printed=figures("count", types=most["types"], unknown=unknown, all=len(kinds), n=len(first))
        | figures("count", many=quality.TYPICAL_TYPES[0]),
        names={"widest": most["workflow"]},
        lists={"workflows": first},
    )


def _time(times: pd.DataFrame) -> facts.Row:
    done = times[times["completed"] > 0]
    slow = facts.leading(done).sort_values("all_p90_hours", kind="stable", na_position="last").iloc[-1]
    rests_on = source(
        "cycle_times", "all_p90_hours", "still_open", "touch_hours", "wait_hours", workflow=slow["workflow"]
    )
    if math.isnan(slow["all_p90_hours"]):
        return headline("time", "not done yet", "caution", rests_on, workflow=slow["workflow"])
    printed, total = figures("hours", p90=slow["all_p90_hours"]), slow["touch_hours"] + slow["wait_hours"]
    if slow["still_open"]:
        printed |= figures("count", still_open=slow["still_open"])
    if total > 0:
        printed |= figures("share", waiting=slow["wait_hours"] / total)
    return headline("time", "done", "neutral", rests_on, printed=printed, workflow=slow["workflow"])


def _stability(signals: pd.DataFrame, weekly: pd.DataFrame) -> Iterator[facts.Row]:
    judged = signals[signals["is_judged"]]
    if judged.empty:
        if len(weekly) and not weekly["is_whole"].all():
            yield headline("stability", "cut", "unknown", source("workflow_weeks", "week", "is_whole"))
        return
    loud = judged[_is_loud(judged)]
    printed, rests_on = figures("count", n=len(loud), all=len(judged)), source("signals", "signals", "shifted")
    if loud.empty:
        weeks = figures("weeks", fewest=control.FEWEST_WEEKS)
        yield headline("stability", "stable", "good", rests_on, printed=printed | weeks, direction="unchanged")
        return
    shifted = loud[loud["shifted"].notna()]
    worse, better = shifted[shifted["after"] > shifted["before"]], shifted[shifted["after"] <= shifted["before"]]
    verdict, tone, direction, of = "weeks", "caution", "unknown", loud
    if len(better):
        verdict, tone, direction, of = "better", "good", "better", better
    if len(worse):
        verdict, tone, direction, of = "worse", "bad", "worse", worse
    lists = {"workflows": of["workflow"].drop_duplicates()}
    lists |= {"better": better["workflow"].drop_duplicates()} if len(worse) and len(better) else {}
    yield headline("stability", verdict, tone, rests_on, printed=printed, lists=lists, direction=direction)


def _since(kept: pd.DataFrame) -> facts.Row:
    changes = {
        name: kept.loc[kept["verdict"].isin(verdicts), "change"].drop_duplicates().tolist()
        for name, verdicts in {"alarm": ["alarm"], "slipped": ["slipped"], "held": ["held", "no alarm"]}.items()
    }
    has_fallen = bool(changes["alarm"] or changes["slipped"])
    return headline(
        "since go-live",
        "fallen" if has_fallen else "held",
        "bad" if has_fallen else "good",
        source("gains_kept", "change", "verdict"),
        lists={name: words for name, words in changes.items() if words},
        direction="worse" if has_fallen else "unchanged",
    )


def _data(dimensions: pd.DataFrame) -> facts.Row:
    whole, least = data_quality.by_dimension(dimensions), data_quality.weakest(dimensions)
    is_unmeasured = "accuracy" in whole.loc[whole["value"].isna(), "dimension"].tolist()
    names, rests_on = (
        {"unmeasured": "accuracy"} if is_unmeasured else {},
        source("data_quality", "passing", "applicable"),
    )
    if least is None:
        return headline("data", "nothing", "unknown", rests_on, names=names)
    is_good = least["value"] >= data_quality.ABOVE
    return headline(
        "data",
        "good" if is_good else "weak",
        "good" if is_good else "caution",
        rests_on,
        printed=figures("share", value=least["value"], above=data_quality.ABOVE)
        | figures("count", n=least["applicable"]),
        names=names | {"dimension": least["dimension"]},
    )


def _key_figures(
    factory: pd.DataFrame, signals: pd.DataFrame, dimensions: pd.DataFrame, measures: pd.DataFrame
) -> Iterator[facts.Row]:
    for kpi, question in (("first_pass_yield", "right first time"), ("stp_rate", "straight-through")):
        for row in _whole(measures, kpi).to_dict("records"):
            tone = _yield_tone(row["value"]) if kpi == "first_pass_yield" else "neutral"
            printed = figures("share", value=row["value"], low=row["low"], high=row["high"], confidence=CONFIDENCE)
            rests_on = source("measures", "value", "low", "high", definition=row["definition"], workflow="")
            yield key_figure(question, "measured", tone, rests_on, printed=printed, kpi=kpi)
    if len(factory):
        printed = figures("count", n=factory["reworked"].sum())
        yield key_figure("items reworked", "counted", "neutral", source("hidden_factory", "reworked"), printed=printed)
    judged = signals[signals["is_judged"]]
    if len(judged):
        loud = int(_is_loud(judged).sum())
        printed, rests_on = figures("count", n=loud, all=len(judged)), source("signals", "signals", "shifted")
        yield key_figure("charts that signal", "counted", "caution" if loud else "good", rests_on, printed=printed)
    least = data_quality.weakest(dimensions)
    if least is not None:
        rests_on = source("data_quality", "passing", "applicable", dimension=least["dimension"])
        tone = "good" if least["value"] >= data_quality.ABOVE else "caution"
        printed, names = figures("share", value=least["value"]), {"dimension": least["dimension"]}
        yield key_figure("weakest data", "measured", tone, rests_on, printed=printed, names=names)


def _whole(measures: pd.DataFrame, kpi: str) -> pd.DataFrame:
    return measures[(measures["kpi"] == kpi) & (measures["workflow"] == "")].head(1)


def _is_loud(signals: pd.DataFrame) -> pd.Series:
    return (signals["signals"] > 0) | signals["shifted"].notna()


def _yield_tone(share: float) -> str:
    return "good" if share > GOOD_YIELD else "bad" if share <= POOR_YIELD else "caution"
