"""The answer of the report on the operating model first: sentences that flip when the numbers do."""

from __future__ import annotations

import pandas as pd

from engineroom.chapters.capacity_exhibits import lacking
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, counted, fact, key_figures, listed, sentence, summary
from engineroom.pages.wording import effort as hours
from engineroom.pages.wording import waiting
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences: hours, backlogs, people, promises, misuse, what nobody sees, and the profile."""
    return summary(table, SENTENCES, tables.engagement.header.currency)


def facts(table: DataFrame[Findings]) -> Exhibit:
    """Return a strip of key figures."""
    return key_figures(table, FIGURES)


def _capacity(finding: Finding, _: str) -> Item:
    if finding.verdict == "covered":
        text = say("Every skill covers its worst week with its own people.")
        return sentence(
            "Capacity", text, say_number(finding["n"], "{n} skill, week by week.", "{n} skills, week by week.")
        )
    detail = say(
        "Week from {day}; short in {n} of {all} weeks.",
        day=wording.day(pd.Timestamp(finding["week"])),
        n=wording.count(finding["short"]),
        all=wording.count(finding["all"]),
    )
    return sentence("Capacity", lacking(finding), detail)


def _backlogs(finding: Finding, _: str) -> Item:
    if finding.verdict == "none":
        return sentence("Backlog", say("Nothing waits that is more than work in progress."))
    if finding.verdict == "drains":
        text = say(
            "Every backlog drains; that of {queue} takes longest, {n} weeks.",
            queue=finding.names["queue"],
            n=hours(finding["weeks"]),
        )
        return sentence("Backlog", text)
    text = say_number(
        finding["n"],
        "The backlog of {names} never drains: no less arrives than is done.",
        "The backlogs of {names} never drain: no less arrives than is done.",
        names=listed(finding, "queues"),
    )
    detail = say(
        "{queue}: {came} {unit} arrive in the mean week, {done} can be done.",
        queue=finding.names["first"],
        came=hours(finding["arrivals"]),
        done=hours(finding["capacity"]),
        unit=say("hours") if finding.printed["arrivals"]["unit"] == "hours" else say("items"),
    )
    return sentence("Backlog", text, detail)


def _cover(finding: Finding, _: str) -> Item:
    nobody = say("Nobody can do {names}.", names=listed(finding, "nobody")) if "nobody" in finding.names else ""
    if finding.verdict == "one alone":
        text = say("One person holds {skill} alone.", skill=finding.names["skill"])
        return sentence("People", text, ". ".join(filter(None, [finding.names["holder"], nobody])))
    if finding.verdict == "several alone":
        text = say(
            "{n} skills are held by one person each: {names}.",
            n=wording.count(finding["n"]),
            names=listed(finding, "alone"),
        )
        return sentence("People", text, nobody)
    if finding.verdict == "nobody":
        return sentence("People", nobody)
    text = say("Every skill has two people or more; {skill} has the fewest.", skill=finding.names["skill"])
    return sentence("People", text, say("{n} people can do it.", n=wording.count(finding["people"])))


def _promises(finding: Finding, _: str) -> Item:
    detail = ""
    if "unable" in finding.names:
        names = listed(finding, "unable")
        detail = say_number(
            finding["unable"], "{names} cannot even state an SLA.", "{names} cannot even state an SLA.", names=names
        )
    if finding.verdict.startswith("tracked"):
        if finding["bare"]:
            detail = say_number(
                finding["bare"],
                "{n} of {all} workflows has no written promise behind it.",
                "{n} of {all} workflows have no written promise behind it.",
                all=finding["all"],
            )
        return sentence("Promises", say("Every item of the assessment has a due date that a system watches."), detail)
    if finding.verdict == "not tracked":
        return sentence("Promises", say("No item of the assessment has a due date that a system watches."), detail)
    share = wording.percent(finding["untracked"], 0)
    return sentence("Promises", say("{share} of the volume has no automated due date.", share=share), detail)


def _misuse(finding: Finding, currency: str) -> Item:
    text = say(
        "Work above its grade costs {cost} a year; “{activity}” is the largest part.",
        cost=wording.amount(finding["cost"], currency),
        activity=finding.names["activity"],
    )
    detail = say("{n} hours a week; saved only where they are used otherwise.", n=hours(finding["hours"]))
    return sentence("Experts", text, detail)


def _unseen(finding: Finding, _: str) -> Item:
    text = say("No system sees {share} of the hours.", share=wording.percent(finding["share"], 0))
    return sentence(
        "Unseen work", text, say("Most of them are “{activity}”.", **finding.names) if finding.names else ""
    )


def _waiting(finding: Finding, _: str) -> Item:
    share = waiting(finding["share"])
    text = say("An item of {workflow} waits for {share} of its way.", workflow=finding.workflow, share=share)
    detail = say(
        "{work} of work in {whole} from end to end.",
        work=wording.duration(finding["work"]),
        whole=wording.duration(finding["whole"]),
    )
    return sentence("Waiting", text, detail)


def _balance(finding: Finding, _: str) -> Item:
    if finding.verdict == "all sides":
        return sentence("Scorecard", say("Every workflow is measured from all sides."))
    if finding.verdict == "cost only":
        text = say_number(
            finding["n"],
            "{names} is steered by cost alone: nothing measures quality, time or the customer.",
            "{names} are steered by cost alone: nothing measures quality, time or the customer.",
            names=listed(finding, "workflows"),
        )
        return sentence("Scorecard", text)
    text = say_number(
        finding["n"],
        "{n} of {all} workflows is measured without the customer's view.",
        "{n} of {all} workflows are measured without the customer's view.",
        all=finding["all"],
    )
    return sentence("Scorecard", text)


def _profile(finding: Finding, _: str) -> Item:
    text = say_number(
        finding["n"],
        "{n} of {all} facets of the operating model is traditional, at level 0 or 1.",
        "{n} of {all} facets of the operating model are traditional, at level 0 or 1.",
        all=finding["all"],
    )
    shown = {"n": wording.count(finding["evidenced"]), "all": wording.count(finding["answers"])}
    return sentence("Profile", text, say("{n} of {all} answers have evidence; the others do not count.", **shown))


def _watched(finding: Finding, _: str) -> Item:
    return fact("Automated due date", wording.percent(finding["value"], 0), say("of the volume"))


def _dark(finding: Finding, _: str) -> Item:
    return fact("Seen by no system", wording.value(finding["value"], "share", decimals=0), say("of the hours"))


SENTENCES = {
    "capacity": _capacity,
    "backlogs": _backlogs,
    "cover": _cover,
    "promises": _promises,
    "misuse": _misuse,
    "unseen work": _unseen,
    "waiting": _waiting,
    "balance": _balance,
    "profile": _profile,
}
FIGURES = {
    "skills short": counted("Skills that are short", "in their worst week"),
    "queues never drained": counted("Queues that never drain", "at this pace"),
    "skills on one person": counted("Skills on one person", "or on nobody"),
    "due dates watched": _watched,
    "hours unseen": _dark,
}
