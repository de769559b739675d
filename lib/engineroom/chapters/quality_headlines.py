"""The answer of the report on process quality first: sentences that flip when the numbers do."""

from __future__ import annotations

from engineroom.chapters.quality_exhibits import cost_methods
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.dictionary.quality_tables import DIMENSIONS
from engineroom.measures import quality
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, counted, fact, key_figures, listed, sentence, summary
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences: what is right the first time, what the rest costs, what wavers."""
    return summary(table, SENTENCES, tables.engagement.header.currency)


def facts(table: DataFrame[Findings]) -> Exhibit:
    """Return a strip of key figures."""
    return key_figures(table, FIGURES)


def _first_pass(finding: Finding, _: str) -> Item:
    if finding.verdict == "status log":
        text = say("A first-pass yield cannot be told: in this log nearly every item repeats an activity.")
        detail = say("That is how a log of status changes is written; a yield made from repeats would mean nothing.")
        return sentence("First pass", text, detail)
    if finding.verdict == "not told":
        text = say("A first-pass yield cannot be told: nothing in the data says what was reworked.")
        return sentence("First pass", text)
    is_measured, row = "confidence" in finding, finding.row
    share = wording.figure(row) if is_measured else wording.percent(finding["value"], 1)
    text = say("{share} of the completed items were right the first time.", share=share)
    if "lowest" in finding:
        lowest = {
            "value": finding["lowest"],
            "low": finding["lowest_low"],
            "high": finding["lowest_high"],
            "unit": "share",
        }
        text = say(
            "{share} of the completed items were right the first time; {workflow} is the lowest at {least}.",
            workflow=finding.names["lowest"],
            least=wording.figure(lowest),
            share=share,
        )
    n = wording.count(finding["n"])
    detail = say("95% interval {interval}, n = {n}.", interval=wording.span(row), n=n) if is_measured else f"n = {n}."
    return sentence("First pass", text, detail)


def _rework(finding: Finding, currency: str) -> Item:
    n = wording.count(finding["n"])
    if finding.verdict == "not priced":
        text = say("{n} items were reworked; what that cost cannot be told.", n=n)
        return sentence("Rework", text, wording.capital(tell(quality.NO_COST)) + ".")
    cost = wording.between(finding["low"], finding["high"], currency)
    text = say("{n} items were reworked, which cost {cost}.", n=n, cost=cost)
    if "workflow" in finding.names:
        text = say(
            "{n} items were reworked, which cost {cost}; most of it falls to {workflow}.",
            n=n,
            cost=cost,
            workflow=finding.names["workflow"],
        )
    details = [wording.capital(cost_methods(finding.names["methods"])) + "."]
    if "unknown" in finding:
        details.append(say("For {n} of {all} workflows it is not known.", n=finding["unknown"], all=finding["all"]))
    return sentence("Rework", text, " ".join(details))


def _exceptions(finding: Finding, _: str) -> Item:
    widest = say_number(
        finding["types"],
        "{workflow} has {n} type of exception, the most.",
        "{workflow} has {n} types of exception, the most.",
        workflow=finding.names["widest"],
        n=wording.count(finding["types"]),
    )
    text = say(
        "No workflow must be stabilised before a bot: none has 15 types of exception, and the rework of none is out of "
        "control."
    )
    if finding.verdict == "not told":
        text = say(
            "Whether a workflow must be stabilised before a bot cannot be told yet: none has 15 types of exception, "
            "but {n} of {all} have no control chart that could tell.",
            n=finding["unknown"],
            all=finding["all"],
        )
    elif finding.verdict == "stabilise first":
        text = say_number(
            finding["n"],
            "{names} should be stabilised before a bot is built.",
            "{names} should be stabilised before a bot is built.",
            names=listed(finding, "workflows"),
        )
    return sentence("Exceptions", text, widest)


def _time(finding: Finding, _: str) -> Item:
    if finding.verdict == "not done yet":
        text = say(
            "{workflow} is the slowest: with open items counted, nine of ten are not done yet.",
            workflow=finding.workflow,
        )
        return sentence("Time", text)
    text = say(
        "{workflow} is the slowest: nine of ten items are done within {time}.",
        workflow=finding.workflow,
        time=wording.duration(finding["p90"]),
    )
    details = []
    if "still_open" in finding:
        counted = say_number(
            finding["still_open"],
            "{n} open item is counted at its age.",
            "{n} open items are counted at their age.",
            n=wording.count(finding["still_open"]),
        )
        details.append(counted)
    if "waiting" in finding:
        details.append(say("{share} of its time nobody works on it.", share=wording.percent(finding["waiting"], 0)))
    return sentence("Time", text, " ".join(details))


def _stability(finding: Finding, _: str) -> Item:
    if finding.verdict == "one intake":
        return sentence("Stability", say("Whether the work is stable cannot be told: the log follows one intake."))
    if finding.verdict == "stable":
        text = say("Every weekly chart stays within what chance explains.")
        return sentence("Stability", text, say("{n} charts of at least 20 weeks.", n=finding["all"]))
    names = listed(finding, "workflows")
    text = say("The level has moved in {names}, by more than chance explains.", names=names)
    if finding.verdict == "weeks":
        text = say("Single weeks are out of the ordinary in {names}; no level has moved for good.", names=names)
    return sentence("Stability", text, say("{n} of {all} charts signal.", n=finding["n"], all=finding["all"]))


def _since(finding: Finding, _: str) -> Item:
    names = {name: listed(finding, name) for name in finding.names}
    if finding.verdict == "held":
        return sentence("Since go-live", say("What went live has kept its gain: {names}.", names=names["held"]))
    texts = {
        "alarm": "After {names} more errors escape than chance explains.",
        "slipped": "The gain of {names} is slipping.",
    }
    text = " ".join(say(texts[name], names=names[name]) for name in texts if name in names)
    return sentence("Since go-live", text, say("Holding: {names}.", names=names["held"]) if "held" in names else "")


def _data(finding: Finding, _: str) -> Item:
    detail = say("Accuracy is not measured: it needs a truth sample.") if "unmeasured" in finding.names else ""
    if finding.verdict == "nothing":
        return sentence("Data", say("Nothing can be said about the quality of the data."), detail)
    parts = {"dimension": _dimension(finding), "share": wording.percent(finding["value"], 1)}
    if finding.verdict == "good":
        text = say(
            "Each rule tried is kept by at least 90% of the client's data; the lowest is {dimension} at {share}.",
            **parts,
        )
        return sentence("Data", text, detail)
    text = say("The client's data is weakest in {dimension}: {share} pass.", **parts)
    return sentence("Data", text, f"{say('n = {n}.', n=wording.count(finding['n']))} {detail}".strip())


def _dimension(finding: Finding) -> str:
    return wording.inside(say(DIMENSIONS[finding.names["dimension"]]))


def _right(finding: Finding, _: str) -> Item:
    return _measured("Right first time", finding)


def _straight(finding: Finding, _: str) -> Item:
    return _measured("Straight-through", finding)


def _measured(label: str, finding: Finding) -> Item:
    return fact(label, wording.figure(finding.row), say("95%: {interval}", interval=wording.span(finding.row)))


def _reworked(finding: Finding, _: str) -> Item:
    return fact("Reworked items", wording.count(finding["n"]), say("in the period"))


def _weakest(finding: Finding, _: str) -> Item:
    return fact("Weakest data quality", wording.percent(finding["value"], 1), _dimension(finding))


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
