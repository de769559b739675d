"""The answer of the report on process quality first: sentences that flip when the numbers do."""

from __future__ import annotations

from engineroom.chapters.quality_exhibits import cost_methods
from engineroom.chapters.quality_scorecards import DIMENSIONS
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.measures import quality
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, counted, fact, first, listed, sentence, strip
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables


def findings(found: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences: what is right the first time, what the rest costs, what wavers."""
    return first(found, SENTENCES, tables.engagement.header.currency)


def facts(found: DataFrame[Findings]) -> Exhibit:
    """Return a strip of key figures."""
    return strip(found, FIGURES)


def _first_pass(one: Finding, _: str) -> Item:
    if one.verdict == "status log":
        text = say("A first-pass yield cannot be told: in this log nearly every item repeats an activity.")
        detail = say("That is how a log of status changes is written; a yield made from repeats would mean nothing.")
        return sentence("First pass", text, detail)
    if one.verdict == "not told":
        text = say("A first-pass yield cannot be told: nothing in the data says what was reworked.")
        return sentence("First pass", text)
    is_measured, row = "confidence" in one, one.row
    share = wording.figure(row) if is_measured else wording.percent(one["value"], 1)
    text = say("{share} of the completed items were right the first time.", share=share)
    if "lowest" in one:
        lowest = {"value": one["lowest"], "low": one["lowest_low"], "high": one["lowest_high"], "unit": "share"}
        text = say(
            "{share} of the completed items were right the first time; {workflow} is the lowest at {least}.",
            workflow=one.names["lowest"],
            least=wording.figure(lowest),
            share=share,
        )
    n = wording.count(one["n"])
    detail = say("95% interval {interval}, n = {n}.", interval=wording.span(row), n=n) if is_measured else f"n = {n}."
    return sentence("First pass", text, detail)


def _rework(one: Finding, currency: str) -> Item:
    n = wording.count(one["n"])
    if one.verdict == "not priced":
        text = say("{n} items were reworked; what that cost cannot be told.", n=n)
        return sentence("Rework", text, wording.capital(tell(quality.NO_COST)) + ".")
    cost = wording.between(one["low"], one["high"], currency)
    text = say("{n} items were reworked, which cost {cost}.", n=n, cost=cost)
    if "workflow" in one.names:
        text = say(
            "{n} items were reworked, which cost {cost}; most of it falls to {workflow}.",
            n=n,
            cost=cost,
            workflow=one.names["workflow"],
        )
    details = [wording.capital(cost_methods(one.names["methods"])) + "."]
    if "unknown" in one:
        details.append(say("For {n} of {all} workflows it is not known.", n=one["unknown"], all=one["all"]))
    return sentence("Rework", text, " ".join(details))


def _exceptions(one: Finding, _: str) -> Item:
    widest = say_number(
        one["types"],
        "{workflow} has {n} type of exception, the most.",
        "{workflow} has {n} types of exception, the most.",
        workflow=one.names["widest"],
        n=wording.count(one["types"]),
    )
    text = say(
        "No workflow must be stabilised before a bot: none has 15 types of exception, and the rework of none is out of "
        "control."
    )
    if one.verdict == "not told":
        text = say(
            "Whether a workflow must be stabilised before a bot cannot be told yet: none has 15 types of exception, "
            "but {n} of {all} have no control chart that could tell.",
            n=one["unknown"],
            all=one["all"],
        )
    elif one.verdict == "stabilise first":
        text = say_number(
            one["n"],
            "{names} should be stabilised before a bot is built.",
            "{names} should be stabilised before a bot is built.",
            names=listed(one, "workflows"),
        )
    return sentence("Exceptions", text, widest)


def _time(one: Finding, _: str) -> Item:
    if one.verdict == "not done yet":
        text = say(
            "{workflow} is the slowest: with open items counted, nine of ten are not done yet.", workflow=one.workflow
        )
        return sentence("Time", text)
    text = say(
        "{workflow} is the slowest: nine of ten items are done within {time}.",
        workflow=one.workflow,
        time=wording.duration(one["p90"]),
    )
    details = []
    if "still_open" in one:
        counted = say_number(
            one["still_open"],
            "{n} open item is counted at its age.",
            "{n} open items are counted at their age.",
            n=wording.count(one["still_open"]),
        )
        details.append(counted)
    if "waiting" in one:
        details.append(say("{share} of its time nobody works on it.", share=wording.percent(one["waiting"], 0)))
    return sentence("Time", text, " ".join(details))


def _stability(one: Finding, _: str) -> Item:
    if one.verdict == "one intake":
        return sentence("Stability", say("Whether the work is stable cannot be told: the log follows one intake."))
    if one.verdict == "stable":
        text = say("Every weekly chart stays within what chance explains.")
        return sentence("Stability", text, say("{n} charts of at least 20 weeks.", n=one["all"]))
    names = listed(one, "workflows")
    text = say("The level has moved in {names}, by more than chance explains.", names=names)
    if one.verdict == "weeks":
        text = say("Single weeks are out of the ordinary in {names}; no level has moved for good.", names=names)
    return sentence("Stability", text, say("{n} of {all} charts signal.", n=one["n"], all=one["all"]))


def _since(one: Finding, _: str) -> Item:
    names = {name: listed(one, name) for name in one.names}
    if one.verdict == "held":
        return sentence("Since go-live", say("What went live has kept its gain: {names}.", names=names["held"]))
    texts = {
        "alarm": "After {names} more errors escape than chance explains.",
        "slipped": "The gain of {names} is slipping.",
    }
    text = " ".join(say(texts[name], names=names[name]) for name in texts if name in names)
    return sentence("Since go-live", text, say("Holding: {names}.", names=names["held"]) if "held" in names else "")


def _data(one: Finding, _: str) -> Item:
    detail = say("Accuracy is not measured: it needs a truth sample.") if "unmeasured" in one.names else ""
    if one.verdict == "nothing":
        return sentence("Data", say("Nothing can be said about the quality of the data."), detail)
    parts = {"dimension": _dimension(one), "share": wording.percent(one["value"], 1)}
    if one.verdict == "good":
        text = say(
            "Each rule tried is kept by at least 90% of the client's data; the lowest is {dimension} at {share}.",
            **parts,
        )
        return sentence("Data", text, detail)
    text = say("The client's data is weakest in {dimension}: {share} pass.", **parts)
    return sentence("Data", text, f"{say('n = {n}.', n=wording.count(one['n']))} {detail}".strip())


def _dimension(one: Finding) -> str:
    return wording.inside(say(DIMENSIONS[one.names["dimension"]]))


def _right(one: Finding, _: str) -> Item:
    return _measured("Right first time", one)


def _straight(one: Finding, _: str) -> Item:
    return _measured("Straight-through", one)


def _measured(label: str, one: Finding) -> Item:
    return fact(label, wording.figure(one.row), say("95%: {interval}", interval=wording.span(one.row)))


def _reworked(one: Finding, _: str) -> Item:
    return fact("Reworked items", wording.count(one["n"]), say("in the period"))


def _weakest(one: Finding, _: str) -> Item:
    return fact("Weakest data quality", wording.percent(one["value"], 1), _dimension(one))


SENTENCES = {
    "first pass": _first_pass,
    "rework": _rework,
    "exceptions": _exceptions,
    "time": _time,
    "stability": _stability,
    "since go-live": _since,
    "data": _data,
}
FIGURES = {
    "right first time": _right,
    "straight-through": _straight,
    "items reworked": _reworked,
    "charts that signal": counted("Charts that signal", "more than chance"),
    "weakest data": _weakest,
}
