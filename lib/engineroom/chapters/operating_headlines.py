"""The answer of the report on the operating model first: sentences that flip when the numbers do."""

from __future__ import annotations

import pandas as pd

from engineroom.chapters.capacity_exhibits import lacking
from engineroom.chapters.operating_exhibits import hours, waiting
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.pages.headlines import Item, counted, fact, first, listed, sentence, strip
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def findings(found: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headline sentences: hours, backlogs, people, promises, misuse, what nobody sees, and the profile."""
    return first(found, SENTENCES, tables.engagement.header.currency)


def facts(found: DataFrame[Findings]) -> Exhibit:
    """Return a strip of key figures."""
    return strip(found, FIGURES)


def _capacity(one: Finding, _: str) -> Item:
    if one.verdict == "covered":
        text = say("Every skill covers its worst week with its own people.")
        return sentence("Capacity", text, say_number(one["n"], "{n} skill, week by week.", "{n} skills, week by week."))
    detail = say(
        "Week from {day}; short in {n} of {all} weeks.",
        day=wording.day(pd.Timestamp(one["week"])),
        n=wording.count(one["short"]),
        all=wording.count(one["all"]),
    )
    return sentence("Capacity", lacking(one), detail)


def _backlogs(one: Finding, _: str) -> Item:
    if one.verdict == "none":
        return sentence("Backlog", say("Nothing waits that is more than work in progress."))
    if one.verdict == "drains":
        text = say(
            "Every backlog drains; that of {queue} takes longest, {n} weeks.",
            queue=one.names["queue"],
            n=hours(one["weeks"]),
        )
        return sentence("Backlog", text)
    text = say_number(
        one["n"],
        "The backlog of {names} never drains: no less arrives than is done.",
        "The backlogs of {names} never drain: no less arrives than is done.",
        names=listed(one, "queues"),
    )
    detail = say(
        "{queue}: {came} {unit} arrive in the mean week, {done} can be done.",
        queue=one.names["first"],
        came=hours(one["arrivals"]),
        done=hours(one["capacity"]),
        unit=say("hours") if one.printed["arrivals"]["unit"] == "hours" else say("items"),
    )
    return sentence("Backlog", text, detail)


def _cover(one: Finding, _: str) -> Item:
    nobody = say("Nobody can do {names}.", names=listed(one, "nobody")) if "nobody" in one.names else ""
    if one.verdict == "one alone":
        text = say("One person holds {skill} alone.", skill=one.names["skill"])
        return sentence("People", text, ". ".join(filter(None, [one.names["holder"], nobody])))
    if one.verdict == "several alone":
        text = say(
            "{n} skills are held by one person each: {names}.", n=wording.count(one["n"]), names=listed(one, "alone")
        )
        return sentence("People", text, nobody)
    if one.verdict == "nobody":
        return sentence("People", nobody)
    text = say("Every skill has two people or more; {skill} has the fewest.", skill=one.names["skill"])
    return sentence("People", text, say("{n} people can do it.", n=wording.count(one["people"])))


def _promises(one: Finding, _: str) -> Item:
    detail = ""
    if "unable" in one.names:
        names = listed(one, "unable")
        detail = say_number(
            one["unable"], "{names} cannot even state an SLA.", "{names} cannot even state an SLA.", names=names
        )
    if one.verdict.startswith("tracked"):
        if one["bare"]:
            detail = say_number(
                one["bare"],
                "{n} of {all} workflows has no written promise behind it.",
                "{n} of {all} workflows have no written promise behind it.",
                all=one["all"],
            )
        return sentence("Promises", say("Every item of the assessment has a due date that a system watches."), detail)
    if one.verdict == "not tracked":
        return sentence("Promises", say("No item of the assessment has a due date that a system watches."), detail)
    share = wording.percent(one["untracked"], 0)
    return sentence("Promises", say("{share} of the volume has no automated due date.", share=share), detail)


def _misuse(one: Finding, currency: str) -> Item:
    text = say(
        "Work above its grade costs {cost} a year; “{activity}” is the largest part.",
        cost=wording.amount(one["cost"], currency),
        activity=one.names["activity"],
    )
    detail = say("{n} hours a week; saved only where they are used otherwise.", n=hours(one["hours"]))
    return sentence("Experts", text, detail)


def _unseen(one: Finding, _: str) -> Item:
    text = say("No system sees {share} of the hours.", share=wording.percent(one["share"], 0))
    return sentence("Unseen work", text, say("Most of them are “{activity}”.", **one.names) if one.names else "")


def _waiting(one: Finding, _: str) -> Item:
    share = waiting(one["share"])
    text = say("An item of {workflow} waits for {share} of its way.", workflow=one.workflow, share=share)
    detail = say(
        "{work} of work in {whole} from end to end.",
        work=wording.duration(one["work"]),
        whole=wording.duration(one["whole"]),
    )
    return sentence("Waiting", text, detail)


def _balance(one: Finding, _: str) -> Item:
    if one.verdict == "all sides":
        return sentence("Scorecard", say("Every workflow is measured from all sides."))
    if one.verdict == "cost only":
        text = say_number(
            one["n"],
            "{names} is steered by cost alone: nothing measures quality, time or the customer.",
            "{names} are steered by cost alone: nothing measures quality, time or the customer.",
            names=listed(one, "workflows"),
        )
        return sentence("Scorecard", text)
    text = say_number(
        one["n"],
        "{n} of {all} workflows is measured without the customer's view.",
        "{n} of {all} workflows are measured without the customer's view.",
        all=one["all"],
    )
    return sentence("Scorecard", text)


def _profile(one: Finding, _: str) -> Item:
    text = say_number(
        one["n"],
        "{n} of {all} facets of the operating model is traditional, at level 0 or 1.",
        "{n} of {all} facets of the operating model are traditional, at level 0 or 1.",
        all=one["all"],
    )
    shown = {"n": wording.count(one["evidenced"]), "all": wording.count(one["answers"])}
    return sentence("Profile", text, say("{n} of {all} answers have evidence; the others do not count.", **shown))


def _watched(one: Finding, _: str) -> Item:
    return fact("Automated due date", wording.percent(one["value"], 0), say("of the volume"))


def _dark(one: Finding, _: str) -> Item:
    return fact("Seen by no system", wording.value(one["value"], "share", decimals=0), say("of the hours"))


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
