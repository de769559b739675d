"""The answer of the report on process quality first: sentences that flip when the numbers do."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters.quality_exhibits import cost_methods
from engineroom.chapters.quality_scorecards import ABOVE, DIMENSIONS
from engineroom.dictionary import quality_tables, results
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.eventlog import EventLog
from engineroom.measures import data_quality, quality
from engineroom.measures.variation import Intake
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import fact, finding, named
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables

FALLEN = ("alarm", "slipped")
FEWEST_ITEMS = 30
"""Items below which a workflow is not named as the one with the lowest yield."""

GOOD_YIELD, POOR_YIELD = 0.9, 0.8
"""Rework below a tenth of the items is optimised, from a fifth on it is traditional (000-17)."""


def findings(
    factory: DataFrame[quality_tables.Factory],
    kinds: DataFrame[quality_tables.Kinds],
    times: DataFrame[quality_tables.Times],
    signals: DataFrame[quality_tables.Signals],
    dimensions: DataFrame[quality_tables.Dimensions],
    measures: DataFrame[results.Measures],
    kept: DataFrame[quality_tables.Kept],
    intake: Intake,
    log: EventLog | None,
    tables: Tables,
) -> Exhibit:
    """Return the headline sentences: what is right the first time, what the rest costs, what wavers."""
    items = [_first(factory, measures, log), *_cost(factory, tables)]
    items += [_kinds(kinds)] if len(kinds) else []
    items += [_times(times)] if times["completed"].any() else []
    items += [_one_intake()] if intake.is_single else [_signals(signals)] if signals["is_judged"].any() else []
    items += [_kept(kept)] if kept["verdict"].isin(["held", "slipped", "alarm", "no alarm"]).any() else []
    items.append(_data(dimensions))
    return Exhibit("findings", {"items": items})


def facts(
    factory: DataFrame[quality_tables.Factory],
    signals: DataFrame[quality_tables.Signals],
    dimensions: DataFrame[quality_tables.Dimensions],
    measures: DataFrame[results.Measures],
) -> Exhibit:
    """Return a strip of key figures."""
    items = []
    for kpi, label in (("first_pass_yield", "Right first time"), ("stp_rate", "Straight-through")):
        for row in _whole(measures, kpi).to_dict("records"):
            said = say("95%: {interval}", interval=wording.span(row))
            items.append(
                fact(label, wording.figure(row), said, _yield_tone(row["value"]) if kpi[0] == "f" else "neutral")
            )
    if len(factory):
        items.append(fact("Reworked items", wording.count(factory["reworked"].sum()), say("in the period"), "neutral"))
    judged = signals[signals["is_judged"]]
    if len(judged):
        loud = int(_is_loud(judged).sum())
        value = say("{n} of {all}", n=loud, all=len(judged))
        items.append(fact("Charts that signal", value, say("more than chance"), "caution" if loud else "good"))
    least = data_quality.weakest(dimensions)
    if least is not None:
        name = wording.inside(say(DIMENSIONS[least["dimension"]]))
        tone = "good" if least["value"] >= ABOVE else "caution"
        items.append(fact("Weakest data quality", wording.percent(least["value"], 1), name, tone))
    return Exhibit("facts", {"items": items})


def _first(factory: pd.DataFrame, measures: pd.DataFrame, log: EventLog | None) -> dict[str, str]:
    if factory.empty or not factory["first_pass_yield"].notna().any():
        if quality.is_saturated(log):
            text = say("A first-pass yield cannot be told: in this log nearly every item repeats an activity.")
            detail = say(
                "That is how a log of status changes is written; a yield made from repeats would mean nothing."
            )
            return finding("caution", "First pass", text, detail)
        text = say("A first-pass yield cannot be told: nothing in the data says what was reworked.")
        return finding("unknown", "First pass", text)
    rows = _whole(measures, "first_pass_yield").to_dict("records")
    good, judged = factory["first_pass"].sum(), (factory["first_pass"] + factory["reworked"]).sum()
    large = factory[factory["first_pass"] + factory["reworked"] >= FEWEST_ITEMS]
    low = large.sort_values("first_pass_yield", kind="stable")
    parts = {"share": wording.figure(rows[0]) if rows else wording.percent(good / judged, 1)}
    text = say("{share} of the completed items were right the first time.", **parts)
    if len(low) > 1:
        worst = low.iloc[0]
        text = say(
            "{share} of the completed items were right the first time; {workflow} is the lowest at {least}.",
            workflow=worst["workflow"],
            least=wording.figure({**worst, "value": worst["first_pass_yield"], "unit": "share"}),
            **parts,
        )
    n = wording.count(judged)
    detail = say("95% interval {interval}, n = {n}.", interval=wording.span(rows[0]), n=n) if rows else f"n = {n}."
    return finding(_yield_tone(good / judged), "First pass", text, detail)


def _cost(factory: pd.DataFrame, tables: Tables) -> list[dict[str, str]]:
    if factory.empty or not factory["reworked"].sum():
        return []
    currency = tables.engagement.header.currency
    factory = factory[factory["reworked"] > 0]
    known = factory.dropna(subset=["rework_cost"])
    number = wording.count(factory["reworked"].sum())
    if known.empty:
        text = say("{n} items were reworked; what that cost cannot be told.", n=number)
        return [finding("caution", "Rework", text, wording.capital(tell(quality.NO_COST)) + ".")]
    low, high = known["rework_cost_low"].sum(), known["rework_cost_high"].sum()
    most = known.loc[known["rework_cost"].idxmax()]
    text = say("{n} items were reworked, which cost {cost}.", n=number, cost=wording.between(low, high, currency))
    if len(factory) > 1:
        text = say(
            "{n} items were reworked, which cost {cost}; most of it falls to {workflow}.",
            n=number,
            cost=wording.between(low, high, currency),
            workflow=most["workflow"],
        )
    detail = wording.capital(cost_methods(known)) + "."
    if len(known) < len(factory):
        detail += " " + say(
            "For {n} of {all} workflows it is not known.", n=len(factory) - len(known), all=len(factory)
        )
    return [finding("neutral", "Rework", text, detail)]


def _kinds(kinds: pd.DataFrame) -> dict[str, str]:
    first, most = kinds[kinds["stabilise_first"]], kinds.iloc[0]
    widest = say_number(
        most["types"],
        "{workflow} has {n} type of exception, the most.",
        "{workflow} has {n} types of exception, the most.",
        workflow=most["workflow"],
        n=wording.count(most["types"]),
    )
    if first.empty and (unknown := int(kinds["is_stable"].isna().sum())):
        text = say(
            "Whether a workflow must be stabilised before a bot cannot be told yet: none has 15 types of exception, "
            "but {n} of {all} have no control chart that could tell.",
            n=unknown,
            all=len(kinds),
        )
        return finding("unknown", "Exceptions", text, widest)
    if first.empty:
        text = say(
            "No workflow must be stabilised before a bot: none has 15 types of exception, and the rework of none is "
            "out of control."
        )
        return finding("good", "Exceptions", text, widest)
    names = named(first["workflow"].tolist())
    text = say_number(
        len(first),
        "{names} should be stabilised before a bot is built.",
        "{names} should be stabilised before a bot is built.",
        names=names,
    )
    return finding("bad", "Exceptions", text, widest)


def _times(times: pd.DataFrame) -> dict[str, str]:
    times = times[times["completed"] > 0]
    slow = times.sort_values("all_p90_hours", kind="stable", na_position="last").iloc[-1]
    if math.isnan(slow["all_p90_hours"]):
        text = say(
            "{workflow} is the slowest: with open items counted, nine of ten are not done yet.",
            workflow=slow["workflow"],
        )
        return finding("caution", "Time", text)
    value = wording.duration(slow["all_p90_hours"])
    text = say(
        "{workflow} is the slowest: nine of ten items are done within {time}.", workflow=slow["workflow"], time=value
    )
    total = slow["touch_hours"] + slow["wait_hours"]
    detail = []
    if slow["still_open"]:
        counted = say_number(
            slow["still_open"],
            "{n} open item is counted at its age.",
            "{n} open items are counted at their age.",
            n=wording.count(slow["still_open"]),
        )
        detail.append(counted)
    if total > 0:
        share = wording.percent(slow["wait_hours"] / total, 0)
        detail.append(say("{share} of its time nobody works on it.", share=share))
    return finding("neutral", "Time", text, " ".join(detail))


def _signals(signals: pd.DataFrame) -> dict[str, str]:
    judged = signals[signals["is_judged"]]
    loud = judged[_is_loud(judged)]
    if loud.empty:
        text = say("Every weekly chart stays within what chance explains.")
        return finding("good", "Stability", text, say("{n} charts of at least 20 weeks.", n=len(judged)))
    shifted = loud[loud["shifted"].notna()]
    names = named(loud["workflow"].drop_duplicates().tolist())
    if shifted.empty:
        text = say("Single weeks are out of the ordinary in {names}; no level has moved for good.", names=names)
        return finding("caution", "Stability", text, say("{n} of {all} charts signal.", n=len(loud), all=len(judged)))
    moved = named(shifted["workflow"].drop_duplicates().tolist())
    text = say("The level has moved in {names}, by more than chance explains.", names=moved)
    detail = say("{n} of {all} charts signal.", n=len(loud), all=len(judged))
    return finding("bad", "Stability", text, detail)


def _one_intake() -> dict[str, str]:
    text = say("Whether the work is stable cannot be told: the log follows one intake.")
    return finding("unknown", "Stability", text)


def _kept(kept: pd.DataFrame) -> dict[str, str]:
    alarm, slipped = (kept.loc[kept["verdict"] == word, "change"].drop_duplicates().tolist() for word in FALLEN)
    text = [say("After {names} more errors escape than chance explains.", names=named(alarm))] if alarm else []
    text += [say("The gain of {names} is slipping.", names=named(slipped))] if slipped else []
    held = kept.loc[kept["verdict"].isin(["held", "no alarm"]), "change"].drop_duplicates().tolist()
    detail = say("Holding: {names}.", names=named(held)) if held else ""
    if not text:
        return finding("good", "Since go-live", say("What went live has kept its gain: {names}.", names=named(held)))
    return finding("bad", "Since go-live", " ".join(text), detail)


def _data(dimensions: pd.DataFrame) -> dict[str, str]:
    whole = data_quality.by_dimension(dimensions)
    least = data_quality.weakest(dimensions)
    detail = ""
    if "accuracy" in whole.loc[whole["value"].isna(), "dimension"].tolist():
        detail = say("Accuracy is not measured: it needs a truth sample.")
    if least is None:
        return finding("unknown", "Data", say("Nothing can be said about the quality of the data."), detail)
    parts = {
        "dimension": wording.inside(say(DIMENSIONS[least["dimension"]])),
        "share": wording.percent(least["value"], 1),
    }
    if least["value"] >= ABOVE:
        text = say(
            "Each rule tried is kept by at least 90% of the client's data; the lowest is {dimension} at {share}.",
            **parts,
        )
        return finding("good", "Data", text, detail)
    text = say("The client's data is weakest in {dimension}: {share} pass.", **parts)
    n = say("n = {n}.", n=wording.count(least["applicable"]))
    return finding("caution", "Data", text, f"{n} {detail}".strip())


def _whole(measures: pd.DataFrame, kpi: str) -> pd.DataFrame:
    return measures[(measures["kpi"] == kpi) & (measures["workflow"] == "")].head(1)


def _is_loud(signals: pd.DataFrame) -> pd.Series:
    return (signals["signals"] > 0) | signals["shifted"].notna()


def _yield_tone(share: float) -> str:
    return "good" if share > GOOD_YIELD else "bad" if share <= POOR_YIELD else "caution"
