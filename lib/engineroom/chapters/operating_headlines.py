"""The answer of the report on the operating model first: sentences that flip when the numbers do."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters.capacity_exhibits import lacking
from engineroom.chapters.operating_exhibits import hours, named, tracked_part, waiting
from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Exhibit
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

LOW = 1
"""Level up to which a part counts as traditional."""


def findings(
    profile: DataFrame[operating_tables.Profile],
    needs: DataFrame[operating_tables.Needs],
    backlogs: DataFrame[operating_tables.Backlogs],
    cover: DataFrame[operating_tables.Cover],
    tracking: DataFrame[operating_tables.Tracking],
    misuse: DataFrame[operating_tables.Misuse],
    unseen: DataFrame[operating_tables.Unseen],
    travel: DataFrame[operating_tables.Travel],
    balance: DataFrame[operating_tables.Balance],
    tables: Tables,
) -> Exhibit:
    """Return the headline sentences: hours, backlogs, people, promises, misuse, what nobody sees, and the profile."""
    items = [*_capacity(needs), *_backlogs(backlogs), *_cover(cover), *_promises(tracking)]
    items += [*_misuse(misuse, tables), *_unseen(unseen), *_waiting(travel), *_balance(balance), *_profile(profile)]
    return Exhibit("findings", {"items": items})


def facts(
    needs: DataFrame[operating_tables.Needs],
    backlogs: DataFrame[operating_tables.Backlogs],
    cover: DataFrame[operating_tables.Cover],
    tracking: DataFrame[operating_tables.Tracking],
    unseen: DataFrame[operating_tables.Unseen],
) -> Exhibit:
    """Return a strip of key figures."""
    items = []
    if len(needs):
        short = int((needs["gap_fte"] > 0).sum())
        said = say("in their worst week")
        items.append(_fact("Skills that are short", _of(short, len(needs)), said, "bad" if short else "good"))
    if len(backlogs):
        never = int((backlogs["drain_weeks"] == math.inf).sum())
        items.append(_fact("Queues that never drain", _of(never, len(backlogs)), say("at this pace"), _bad(never)))
    if len(cover):
        alone = int((cover["bus_factor"] < 2).sum())
        items.append(_fact("Skills on one person", _of(alone, len(cover)), say("or on nobody"), _bad(alone)))
    if not math.isnan(part := tracked_part(tracking)):
        tone = "good" if part >= 1 else "caution"
        items.append(_fact("Automated due date", wording.percent(part, 0), say("of the volume"), tone))
    if len(unseen):
        share = unseen["unseen_hours"].sum() / (unseen["hours"].sum() or math.nan)
        value = wording.value(share, "share", decimals=0)
        items.append(_fact("Seen by no system", value, say("of the hours"), "neutral"))
    return Exhibit("facts", {"items": items})


def _capacity(needs: pd.DataFrame) -> list[dict[str, str]]:
    if needs.empty:
        return []
    short = needs[needs["gap_fte"] > 0]
    if short.empty:
        text = say("Every skill covers its worst week with its own people.")
        detail = say_number(len(needs), "{n} skill, week by week.", "{n} skills, week by week.")
        return [_finding("good", "Capacity", text, detail)]
    worst = short.iloc[0]
    text = lacking(needs)
    detail = say(
        "Week from {day}; short in {n} of {all} weeks.",
        day=wording.day(worst["peak_week"]),
        n=wording.count(worst["short_weeks"]),
        all=wording.count(worst["weeks"]),
    )
    closed = math.isclose(worst["closed_fte"], worst["gap_fte"])
    return [_finding("caution" if closed else "bad", "Capacity", text, detail)]


def _backlogs(backlogs: pd.DataFrame) -> list[dict[str, str]]:
    if backlogs.empty:
        return []
    never = backlogs[backlogs["drain_weeks"] == math.inf]
    if len(never):
        names = named(never["queue"].tolist())
        text = say_number(
            len(never),
            "The backlog of {names} never drains: no less arrives than is done.",
            "The backlogs of {names} never drain: no less arrives than is done.",
            names=names,
        )
        first = never.iloc[0]
        unit = say("hours") if first["kind"] == "skill" else say("items")
        detail = say(
            "{queue}: {came} {unit} arrive in the mean week, {done} can be done.",
            queue=first["queue"],
            came=hours(first["arrivals"]),
            done=hours(first["capacity"]),
            unit=unit,
        )
        return [_finding("bad", "Backlog", text, detail)]
    waits = backlogs[(backlogs["drain_weeks"] > 0) & (backlogs["drain_weeks"] < math.inf)]
    if waits.empty:
        return [_finding("good", "Backlog", say("Nothing waits that is more than work in progress."))]
    slow = waits.loc[waits["drain_weeks"].idxmax()]
    text = say(
        "Every backlog drains; that of {queue} takes longest, {n} weeks.",
        queue=slow["queue"],
        n=hours(slow["drain_weeks"]),
    )
    return [_finding("neutral", "Backlog", text)]


def _cover(cover: pd.DataFrame) -> list[dict[str, str]]:
    if cover.empty:
        return []
    alone, nobody = cover[cover["bus_factor"] == 1], cover[cover["bus_factor"] == 0]
    detail = say("Nobody can do {names}.", names=named(nobody["skill"].tolist())) if len(nobody) else ""
    if len(alone) == 1:
        text = say("One person holds {skill} alone.", skill=alone["skill"].iloc[0])
        return [_finding("bad", "People", text, ". ".join([alone["holder"].iloc[0], *filter(None, [detail])]))]
    if len(alone):
        text = say(
            "{n} skills are held by one person each: {names}.",
            n=wording.count(len(alone)),
            names=named(alone["skill"].tolist()),
        )
        return [_finding("bad", "People", text, detail)]
    if len(nobody):
        return [_finding("bad", "People", detail)]
    least = cover.iloc[0]
    text = say("Every skill has two people or more; {skill} has the fewest.", skill=least["skill"])
    return [_finding("good", "People", text, say("{n} people can do it.", n=wording.count(least["bus_factor"])))]


def _promises(tracking: pd.DataFrame) -> list[dict[str, str]]:
    part = tracked_part(tracking)
    if math.isnan(part):
        return []
    unable = tracking[tracking["state"] == "cannot state"]["workflow"].tolist()
    detail = ""
    if unable:
        detail = say_number(
            len(unable),
            "{names} cannot even state an SLA.",
            "{names} cannot even state an SLA.",
            names=named(unable),
        )
    if part >= 1:
        text = say("Every item of the assessment has a due date that a system watches.")
        bare = int(tracking["requirement"].isna().sum())
        if bare:
            detail = say_number(
                bare,
                "{n} of {all} workflows has no written promise behind it.",
                "{n} of {all} workflows have no written promise behind it.",
                n=bare,
                all=len(tracking),
            )
        return [_finding("caution" if bare else "good", "Promises", text, detail)]
    text = say("{share} of the volume has no automated due date.", share=wording.percent(1 - part, 0))
    if not part:
        text = say("No item of the assessment has a due date that a system watches.")
    return [_finding("bad" if unable else "caution", "Promises", text, detail)]


def _misuse(misuse: pd.DataFrame, tables: Tables) -> list[dict[str, str]]:
    priced = misuse[misuse["annual_cost"] > 0]
    if priced.empty:
        return []
    currency = tables.engagement.header.currency
    text = say(
        "Work above its grade costs {cost} a year; “{activity}” is the largest part.",
        cost=wording.amount(priced["annual_cost"].sum(), currency),
        activity=priced["activity"].iloc[0],
    )
    detail = say("{n} hours a week; saved only where they are used otherwise.", n=hours(priced["hours"].sum()))
    return [_finding("caution", "Experts", text, detail)]


def _unseen(unseen: pd.DataFrame) -> list[dict[str, str]]:
    dark = unseen[unseen["unseen_hours"] > 0]
    if dark.empty:
        return []
    share = unseen["unseen_hours"].sum() / unseen["hours"].sum()
    text = say("No system sees {share} of the hours.", share=wording.percent(share, 0))
    first = dark.iloc[0]
    detail = (
        say("Most of them are “{activity}”.", activity=first["largest"]) if isinstance(first["largest"], str) else ""
    )
    return [_finding("neutral", "Unseen work", text, detail)]


def _waiting(travel: pd.DataFrame) -> list[dict[str, str]]:
    told = travel.dropna(subset=["wait_share"])
    if told.empty:
        return []
    most = told.loc[told["wait_share"].idxmax()]
    share = waiting(most["wait_share"])
    text = say("An item of {workflow} waits for {share} of its way.", workflow=most["workflow"], share=share)
    detail = say(
        "{work} of work in {whole} from end to end.",
        work=wording.duration(most["work_hours"]),
        whole=wording.duration(most["total_hours"]),
    )
    return [_finding("neutral", "Waiting", text, detail)]


def _balance(balance: pd.DataFrame) -> list[dict[str, str]]:
    each = balance[balance["workflow"] != ""]
    alone = each[each["verdict"] == "cost only"]["workflow"].tolist()
    if alone:
        text = say_number(
            len(alone),
            "{names} is steered by cost alone: nothing measures quality, time or the customer.",
            "{names} are steered by cost alone: nothing measures quality, time or the customer.",
            names=named(alone),
        )
        return [_finding("bad", "Scorecard", text)]
    deaf = each[each["customer"].isna()]
    if len(each) and len(deaf):
        text = say_number(
            len(deaf),
            "{n} of {all} workflows is measured without the customer's view.",
            "{n} of {all} workflows are measured without the customer's view.",
            n=len(deaf),
            all=len(each),
        )
        return [_finding("caution", "Scorecard", text)]
    return [_finding("good", "Scorecard", say("Every workflow is measured from all sides."))] if len(each) else []


def _profile(profile: pd.DataFrame) -> list[dict[str, str]]:
    level = profile["level"].dropna()
    if level.empty:
        return []
    low = int((level <= LOW).sum())
    text = say_number(
        low,
        "{n} of {all} facets of the operating model is traditional, at level 0 or 1.",
        "{n} of {all} facets of the operating model are traditional, at level 0 or 1.",
        n=low,
        all=len(profile),
    )
    shown, given = wording.count(profile["evidenced"].sum()), wording.count(profile["answers"].sum())
    detail = say("{n} of {all} answers have evidence; the others do not count.", n=shown, all=given)
    return [_finding("caution" if low else "good", "Profile", text, detail)]


def _of(number: int, total: int) -> str:
    return say("{n} of {all}", n=wording.count(number), all=wording.count(total))


def _bad(number: int) -> str:
    return "bad" if number else "good"


def _finding(tone: str, label: str, text: str, detail: str = "") -> dict[str, str]:
    return {"tone": tone, "label": say(label), "text": text, "detail": detail}


def _fact(label: str, value: str, said: str, tone: str) -> dict[str, str]:
    return {"label": say(label), "value": value, "note": said, "tone": tone}
