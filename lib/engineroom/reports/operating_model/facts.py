"""What the report on the operating model finds: hours, backlogs, people, promises, misuse, and what nobody sees."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.organisation import capacity, functions
from engineroom.pages import facts
from engineroom.pages.facts import figures, headline, key_figure, source

LOW = 1
"""Level up to which a part counts as traditional."""

MOST_NAMES = 4
SECTIONS = {
    "capacity": ("findings", "moves-chart", "needs-table"),
    "backlogs": ("findings", "backlogs-chart", "backlogs-table"),
    "cover": ("findings", "cover-table"),
    "promises": ("findings", "tracking-table"),
    "misuse": ("findings", "misuse-chart", "misuse-table"),
    "unseen work": ("findings", "unseen-table"),
    "waiting": ("findings", "travel-table"),
    "balance": ("findings", "balance-table"),
    "profile": ("findings", "profile-chart", "profile-table"),
    "skills short": ("facts", "needs-table"),
    "queues never drained": ("facts", "backlogs-table"),
    "skills on one person": ("facts", "cover-table"),
    "due dates watched": ("facts", "tracking-table"),
    "hours unseen": ("facts", "unseen-table"),
}


def find(
    profile: DataFrame[operating_tables.Profile],
    needs: DataFrame[operating_tables.Needs],
    backlogs: DataFrame[operating_tables.Backlogs],
    cover: DataFrame[operating_tables.Cover],
    tracking: DataFrame[operating_tables.Tracking],
    misuse: DataFrame[operating_tables.Misuse],
    unseen: DataFrame[operating_tables.Unseen],
    travel: DataFrame[operating_tables.Travel],
    balance: DataFrame[operating_tables.Balance],
) -> DataFrame[Findings]:
    """Return what the tables say, hours first and the profile last; then the key figures. An empty table says none."""
    headlines = [*_capacity(needs), *_backlogs(backlogs), *_cover(cover), *_promises(tracking), *_misuse(misuse)]
    headlines += [*_unseen(unseen), *_waiting(travel), *_balance(balance), *_profile(profile)]
    headlines += _key_figures(needs, backlogs, cover, tracking, unseen)
    return facts.table("operating_model", SECTIONS, headlines)


def shortage(needs: DataFrame[operating_tables.Needs]) -> Finding:
    """Return, as a finding, what the first skill lacks in its worst week."""
    return Finding.of(facts.table("operating_model", SECTIONS, [_shortage(needs)]).iloc[0])


def _shortage(needs: pd.DataFrame) -> facts.Row:
    """Return what the first skill lacks in its worst week, and how much of that moving people closes.

    It is in full-time people, or in paid hours a week where nobody could picture the part of a person.
    """
    worst, is_small = needs.iloc[0], capacity.is_small(capacity.most_people(needs))
    unit, scale = ("hours", capacity.WEEK) if is_small else ("fte", 1.0)
    is_closed = math.isclose(worst["closed_fte"], worst["gap_fte"])
    printed = figures(unit, gap=worst["gap_fte"] * scale, closed=worst["closed_fte"] * scale)
    printed |= figures("date", week=worst["peak_week"])
    return headline(
        "capacity",
        "closed" if is_closed else "partly closed" if worst["closed_fte"] else "not closed",
        "caution" if is_closed else "bad",
        source("needs", "gap_fte", "closed_fte", "peak_week", "short_weeks", "weeks", skill=worst["skill"]),
        printed=printed | figures("weeks", short=worst["short_weeks"], all=worst["weeks"]),
        names={"skill": worst["skill"]},
    )


def _capacity(needs: pd.DataFrame) -> Iterator[facts.Row]:
    if needs.empty:
        return
    short = needs[needs["gap_fte"] > 0]
    if short.empty:
        n = figures("count", n=len(needs))
        yield headline("capacity", "covered", "good", source("needs", "gap_fte"), printed=n)
        return
    yield _shortage(needs)


def _backlogs(backlogs: pd.DataFrame) -> Iterator[facts.Row]:
    if backlogs.empty:
        return
    rests_on = source("backlogs", "drain_weeks", "arrivals", "capacity")
    never = backlogs[backlogs["drain_weeks"] == math.inf]
    waits = backlogs[(backlogs["drain_weeks"] > 0) & (backlogs["drain_weeks"] < math.inf)]
    if len(never):
        first = never.iloc[0]
        unit = "hours" if first["kind"] == "skill" else "count"
        yield headline(
            "backlogs",
            "never drains",
            "bad",
            rests_on,
            printed=figures("count", n=len(never))
            | figures(unit, arrivals=first["arrivals"], capacity=first["capacity"]),
            names={"first": first["queue"]},
            lists={"queues": never["queue"]},
            most=MOST_NAMES,
        )
    elif waits.empty:
        yield headline("backlogs", "none", "good", rests_on)
    else:
        slow = waits.loc[waits["drain_weeks"].idxmax()]
        weeks = figures("weeks", weeks=slow["drain_weeks"])
        yield headline("backlogs", "drains", "neutral", rests_on, printed=weeks, names={"queue": slow["queue"]})


def _cover(cover: pd.DataFrame) -> Iterator[facts.Row]:
    if cover.empty:
        return
    rests_on = source("skill_cover", "skill", "bus_factor", "holder")
    alone, nobody = cover[cover["bus_factor"] == 1], cover[cover["bus_factor"] == 0]
    lists = {"nobody": nobody["skill"]} if len(nobody) else {}
    if len(alone) == 1:
        names = {"skill": alone["skill"].iloc[0], "holder": alone["holder"].iloc[0]}
        yield headline("cover", "one alone", "bad", rests_on, names=names, lists=lists, most=MOST_NAMES)
    elif len(alone):
        n, lists = figures("count", n=len(alone)), lists | {"alone": alone["skill"]}
        yield headline("cover", "several alone", "bad", rests_on, printed=n, lists=lists, most=MOST_NAMES)
    elif len(nobody):
        yield headline("cover", "nobody", "bad", rests_on, lists=lists, most=MOST_NAMES)
    else:
        least = cover.iloc[0]
        people, names = figures("count", people=least["bus_factor"]), {"skill": least["skill"]}
        yield headline("cover", "two or more", "good", rests_on, printed=people, names=names)


def _promises(tracking: pd.DataFrame) -> Iterator[facts.Row]:
    part = functions.tracked_part(tracking)
    if math.isnan(part):
        return
    rests_on = source("tracking", "monthly_items", "tracked_items", "state", "requirement")
    unable = tracking.loc[tracking["state"] == "cannot state", "workflow"].tolist()
    lists = {"unable": unable} if unable else {}
    printed = figures("share", tracked=part, untracked=1 - part) | figures("count", unable=len(unable))
    verdict, tone = "partly tracked" if part else "not tracked", "bad" if unable else "caution"
    if part >= 1:
        bare = int(tracking["requirement"].isna().sum())
        verdict, tone = ("tracked, not promised", "caution") if bare else ("tracked", "good")
        printed |= figures("count", bare=bare, all=len(tracking))
    yield headline("promises", verdict, tone, rests_on, printed=printed, lists=lists, most=MOST_NAMES, share=1 - part)


def _misuse(misuse: pd.DataFrame) -> Iterator[facts.Row]:
    priced = misuse[misuse["annual_cost"] > 0]
    if priced.empty:
        return
    cost = priced["annual_cost"].sum()
    yield headline(
        "misuse",
        "above grade",
        "caution",
        source("misuse", "annual_cost", "hours", kind="above"),
        printed=figures("money", cost=cost) | figures("hours", hours=priced["hours"].sum()),
        names={"activity": priced["activity"].iloc[0]},
        money_low=cost,
        money_high=cost,
    )


def _unseen(unseen: pd.DataFrame) -> Iterator[facts.Row]:
    dark = unseen[unseen["unseen_hours"] > 0]
    if dark.empty:
        return
    share, largest = unseen["unseen_hours"].sum() / unseen["hours"].sum(), dark.iloc[0]["largest"]
    yield headline(
        "unseen work",
        "unseen",
        "neutral",
        source("unseen", "unseen_hours", "hours"),
        printed=figures("share", share=share),
        names={"activity": largest} if isinstance(largest, str) else {},
        share=share,
    )


def _waiting(travel: pd.DataFrame) -> Iterator[facts.Row]:
    known = travel.dropna(subset=["wait_share"])
    if known.empty:
        return
    most = known.loc[facts.leading(known)["wait_share"].idxmax()]
    hours = figures("hours", work=most["work_hours"], whole=most["total_hours"])
    yield headline(
        "waiting",
        "waits",
        "neutral",
        source("travel", "wait_share", "work_hours", "total_hours", workflow=most["workflow"]),
        printed=figures("share", share=most["wait_share"]) | hours,
        workflow=most["workflow"],
        share=most["wait_share"],
    )


def _balance(balance: pd.DataFrame) -> Iterator[facts.Row]:
    each = balance[balance["workflow"] != ""]
    alone, deaf = each.loc[each["verdict"] == "cost only", "workflow"], each[each["customer"].isna()]
    rests_on = source("balance", "verdict", "customer")
    if len(alone):
        n, lists = figures("count", n=len(alone)), {"workflows": alone}
        yield headline("balance", "cost only", "bad", rests_on, printed=n, lists=lists, most=MOST_NAMES)
    elif len(deaf):
        counted = figures("count", n=len(deaf), all=len(each))
        yield headline("balance", "no customer", "caution", rests_on, printed=counted)
    elif len(each):
        yield headline("balance", "all sides", "good", rests_on)


def _profile(profile: pd.DataFrame) -> Iterator[facts.Row]:
    level = profile["level"].dropna()
    if level.empty:
        return
    low = int((level <= LOW).sum())
    counted = figures("count", n=low, all=len(profile))
    counted |= figures("count", evidenced=profile["evidenced"].sum(), answers=profile["answers"].sum())
    yield headline(
        "profile",
        "traditional" if low else "optimised",
        "caution" if low else "good",
        source("profile", "level", "evidenced", "answers"),
        printed=counted | figures("level", least=0, traditional=LOW),
    )


def _key_figures(
    needs: pd.DataFrame, backlogs: pd.DataFrame, cover: pd.DataFrame, tracking: pd.DataFrame, unseen: pd.DataFrame
) -> Iterator[facts.Row]:
    counted = {
        "skills short": (needs["gap_fte"] > 0, source("needs", "gap_fte")),
        "queues never drained": (backlogs["drain_weeks"] == math.inf, source("backlogs", "drain_weeks")),
        "skills on one person": (cover["bus_factor"] < 2, source("skill_cover", "bus_factor")),
    }
    for question, (is_bad, rests_on) in counted.items():
        if len(is_bad):
            n = int(is_bad.sum())
            printed = figures("count", n=n, all=len(is_bad))
            yield key_figure(question, "counted", "bad" if n else "good", rests_on, printed=printed)
    if not math.isnan(part := functions.tracked_part(tracking)):
        rests_on, tone = source("tracking", "monthly_items", "tracked_items"), "good" if part >= 1 else "caution"
        printed = figures("share", value=part)
        yield key_figure("due dates watched", "counted", tone, rests_on, printed=printed, share=part)
    if len(unseen):
        share = unseen["unseen_hours"].sum() / (unseen["hours"].sum() or math.nan)
        rests_on, printed = source("unseen", "unseen_hours", "hours"), figures("share", value=share)
        yield key_figure("hours unseen", "counted", "neutral", rests_on, printed=printed, share=share)
