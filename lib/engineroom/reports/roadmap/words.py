"""What a roadmap says again and again: items, gates, what holds an item, and why there is no plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from babel.dates import format_date

from engineroom.pages import wording
from engineroom.phrases import locale, say, say_number, tell
from engineroom.planning.plan import PEOPLE, PILOTS, Draft
from engineroom.planning.solver import Schedule

MOST_LIMITS = 5
"""Limits in conflict that are told one by one."""


def quoted(name: str) -> str:
    """Return an item of the plan, named by its code, in quotation marks."""
    return say("“{name}”", name=tell(name))


def gate(gate_id: str) -> str:
    """Return the short name of a gate."""
    return say(wording.capital(gate_id.replace("_", " ")))


def month(date: pd.Timestamp) -> str:
    """Return the month of a date: `July 2026`."""
    return str(format_date(date, "MMMM y", locale()))


def held(row: dict[str, Any], names: Mapping[str, str]) -> str:
    """Return why an item of the plan cannot start earlier; `names` are the codes of its items."""
    kind, name, until = row["held_by"], row["held_name"], row["held_until"]
    if kind == "precedence":
        return say("After {item}", item=quoted(names[name]))
    if kind == "capacity" and until:
        return say("{team} is full until {item} ends", team=team(name), item=quoted(names[until]))
    if kind == "capacity":
        return say("{team} is full", team=team(name))
    if kind == "blackout":
        return say("No system changes during “{window}”", window=name)
    return say("Not before its date") if kind == "release" else wording.BLANK


def percent(share: float) -> str:
    """Return a share in whole percent; a dash where there is none."""
    return wording.value(share, "share", decimals=0)


def team(name: str) -> str:
    """Return a team as the page names it."""
    return say(name) if name == PILOTS else name


def conflict(draft: Draft, found: Schedule) -> list[str]:
    """Return why there is no plan: the limits that cannot hold together, each as a sentence, then what they concern."""
    length = {one.name: one.duration for one in draft.problem.activities}
    named = dict.fromkeys(name for limit in found.conflict for name in limit[1:] if name in length)
    takes = [say("{item} takes {weeks}.", item=_item(name, draft), weeks=_weeks(length[name])) for name in named]
    told = [*(_limit(limit, draft) for limit in found.conflict), *takes]
    more = say_number(len(told) - MOST_LIMITS, "{n} more [limit belongs|limits belong] to the conflict.")
    return told if len(told) <= MOST_LIMITS + 1 else [*told[:MOST_LIMITS], more]


def _limit(limit: tuple[str, ...], draft: Draft) -> str:
    kind, *names = limit
    problem = draft.problem
    one = {activity.name: activity for activity in problem.activities}
    if kind == "deadline":
        by = draft.day(one[names[0]].deadline or 0) - pd.Timedelta(days=1)
        return say("{item} must be finished by {day}.", item=_item(names[0], draft), day=wording.day(by))
    if kind == "release":
        from_day = wording.day(draft.day(one[names[0]].release))
        return say("{item} cannot start before {day}.", item=_item(names[0], draft), day=from_day)
    if kind == "precedence":
        both = {"item": _item(names[1], draft), "before": _item(names[0], draft)}
        lag = next(p.lag for p in problem.precedences if (p.before, p.after) == (names[0], names[1]))
        if lag:
            return say("{item} starts only after {before} and a wait of {weeks}.", **both, weeks=_weeks(lag))
        return say("{item} starts only after {before}.", **both)
    if kind == "capacity" and names[0] == PILOTS:
        return say("No more than {n} pilots run at once.", n=max(problem.capacities[PILOTS]))
    if kind == "capacity":
        most = f"{max(problem.capacities[names[0]]) / PEOPLE:g}"
        return say("{team} has no more than {n} people, in some weeks fewer.", team=names[0], n=most)
    if kind == "blackout":
        window = next(window for window in problem.blackouts if window.name == names[0])
        last = draft.day(window.end) - pd.Timedelta(days=1)
        days = {"low": wording.day(draft.day(window.start)), "high": wording.day(last)}
        return say("No system changes from {low} to {high} (“{window}”).", **days, window=names[0])
    ends = wording.day(draft.day(problem.horizon))
    return say("The plan ends after {weeks}, on {day}.", weeks=_weeks(problem.horizon), day=ends)


def _item(name: str, draft: Draft) -> str:
    return quoted(draft.items[name]["name"])


def _weeks(number: int) -> str:
    return wording.plural(number, "week")
