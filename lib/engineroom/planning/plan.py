"""From an engagement to a scheduling problem and back: weeks and people in, dated items, money and words out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import codes, plans
from engineroom.dictionary.columns import DataFrame, as_text, empty, words
from engineroom.dictionary.initiatives import Initiatives
from engineroom.planning import readiness, slack, solver
from engineroom.planning.solver import Activity, Blackout, Change, Precedence, Problem, Schedule
from engineroom.readers.tables import Tables

PEOPLE = 10
"""People are counted in tenths."""
PILOTS = "Pilots at once"
WINDOW = (2, 4)
"""Weeks in which a prerequisite is to be met (000-05): the longer is planned, or its own date where it has one."""
WEEK = pd.Timedelta(days=7)
DELAY = 4
MOST_DELAYS = 6


@dataclass(frozen=True)
class Draft:
    """A problem and what its activities are: `items` by name, `dropped` with a code of the reason, `start` a Monday."""

    problem: Problem
    items: Mapping[str, dict[str, Any]]
    dropped: Mapping[str, str]
    start: pd.Timestamp

    def day(self, week: float) -> pd.Timestamp:
        """Return the Monday of a week."""
        return self.start + week * WEEK


def draft(
    initiatives: DataFrame[Initiatives],
    prerequisites: DataFrame[plans.Prerequisites],
    decisions: DataFrame[plans.Decisions],
    tables: Tables,
    weeks: int = 104,
    pilots_at_once: int = 3,
    discount_rate: float = 0.08,
    objective: str = "benefit",
) -> Draft:
    """Return the scheduling problem of an engagement: allowed initiatives, and the prerequisites that open their gates.

    An initiative that a gate refuses is left out, and so is whatever needs it. One that waits starts after the items
    that open its gates. Weeks run from the Monday after the report's date.
    """
    as_of = pd.Timestamp(tables.engagement.header.as_of)
    start = as_of + pd.Timedelta(days=(7 - as_of.day_of_week) % 7 or 7)
    opened = decisions[decisions["decision"] == "waits"]
    needs = {
        row["initiative"]: words(row["after"])
        + [
            codes.read(opener)[1]["item"]
            for openers in opened.loc[opened["initiative"] == row["initiative"], "opened_by"]
            for opener in codes.each(openers)
        ]
        for row in initiatives.to_dict("records")
    }
    dropped = _dropped(decisions, needs)
    kept = {row["initiative"]: row for row in initiatives.to_dict("records") if row["initiative"] not in dropped}
    lags = {row["initiative"]: _number(row["lag_weeks"]) for row in kept.values()}
    wanted = {need for name in kept for need in needs[name]}
    owed = _owed(prerequisites, initiatives)
    items = {name: owed[name] | {"weeks": _weeks_owed(owed[name], start)} for name in owed if name in wanted} | kept
    precedences = (
        *_in_order(items, prerequisites, initiatives),
        *(
            Precedence(need, name, lags[name] if need in words(kept[name]["after"]) else 0)
            for name in kept
            for need in dict.fromkeys(needs[name])
        ),
    )
    capacities = _capacities(tables, start, weeks) | {PILOTS: (pilots_at_once,) * weeks}
    free = wanted if objective == "benefit" else None
    problem = Problem(
        activities=tuple(_activity(item, tables, start, free) for item in items.values()),
        capacities=capacities,
        horizon=weeks,
        precedences=precedences,
        blackouts=tuple(_blackouts(kept, tables, start)),
        discount=(1 + discount_rate) ** (7 / 365.25) - 1,
    )
    named = {name: {"name": readiness.named(name)} | item for name, item in items.items()}
    return Draft(problem, named, dropped, start)


def aim(draft: Draft, objective: str) -> str:
    """Return the objective that can be pursued: where no initiative states a benefit, the earliest end."""
    return objective if any(one.benefit for one in draft.problem.activities) else "finish"


def dated(draft: Draft, found: Schedule, decisions: DataFrame[plans.Decisions]) -> DataFrame[plans.Plan]:
    """Return the plan with its dates, in the order of its starts; empty where there is none."""
    if not found.starts:
        return empty(plans.Plan)
    held, slacks = slack.held_by(draft.problem, found.starts), slack.each(draft.problem, found.starts)
    length = {one.name: one.duration for one in draft.problem.activities}
    last = max(found.starts, key=lambda name: (found.starts[name] + length[name], name))
    critical, depth = slack.chain(held, last), _depths(draft.problem, found.starts)
    rows = []
    needed = {pair.before for pair in draft.problem.precedences if pair.after in found.starts}
    for name, start in found.starts.items():
        item = draft.items[name]
        if item["kind"] == "prerequisite" and name not in needed:
            continue  # only what was left out would wait for it
        said = decisions[(decisions["initiative"] == name) & decisions["decision"].isin(["waits", "overridden"])]
        is_overridden = bool((said["decision"] == "overridden").any())
        rows.append(
            {key: item.get(key) for key in plans.Plan.to_schema().columns if key in item}
            | {f"{one}_{end}": _end(item, one, end) for one in ("annual_benefit", "cost") for end in ("low", "high")}
            | {"item": name, "workflow": as_text(item["workflow"]), "wave": depth[name], "weeks": length[name]}
            | {"start": draft.day(start), "end": draft.day(start + length[name]) - pd.Timedelta(days=1)}
            | {"slack_weeks": slacks[name], "is_critical": name in critical}
            | {"gates": codes.listed(said["gate"]), "is_overridden": is_overridden}
            | dict(zip(("held_by", "held_name", "held_until"), (*held[name], "", ""), strict=False))
        )
    frame = plans.Plan.frame(rows)
    return plans.Plan.validate(frame.sort_values(["start", "end", "item"], kind="stable").reset_index(drop=True))


def recorded(found: Schedule, objective: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a schedule as the tables `Starts`, `Search` and `Limits`, from which `schedule` makes it again."""
    starts = [{"item": name, "week": week} for name, week in found.starts.items()]
    search = {"objective": objective, "status": found.status, "value": found.value, "bound": found.bound}
    limits = [
        {"limit": number, "place": place, "word": word}
        for number, limit in enumerate(found.conflict)
        for place, word in enumerate(limit)
    ]
    return plans.Starts.of(starts), plans.Search.of([search]), plans.Limits.of(limits)


def schedule(
    starts: DataFrame[plans.Starts], search: DataFrame[plans.Search], limits: DataFrame[plans.Limits]
) -> Schedule:
    """Return the schedule that three tables hold."""
    (ended,) = search.to_dict("records")
    conflict = tuple(tuple(words) for _, words in limits.groupby("limit", sort=True)["word"])
    at = dict(zip(starts["item"], starts["week"], strict=True))
    return Schedule(ended["status"], at, ended["value"], ended["bound"], conflict)


def load(draft: Draft, found: Schedule) -> DataFrame[plans.TeamLoad]:
    """Return what each team is asked for and can give, week by week."""
    rows = []
    last = max(
        (s + a.duration for a in draft.problem.activities for s in [found.starts.get(a.name)] if s is not None),
        default=0,
    )
    for team, capacity in draft.problem.capacities.items():
        unit = 1 if team == PILOTS else PEOPLE
        used = [0] * draft.problem.horizon
        for one in draft.problem.activities:
            for week in range(found.starts.get(one.name, 0), found.starts.get(one.name, -one.duration) + one.duration):
                used[week] += one.demands.get(team, 0)
        rows += [
            {"team": team, "week": draft.day(w), "people": used[w] / unit, "capacity": capacity[w] / unit}
            for w in range(min(last, draft.problem.horizon))
        ]
    return plans.TeamLoad.of(rows)


def one_more(draft: Draft, found: Schedule, objective: str) -> DataFrame[plans.OneMore]:
    """Return what one more person in each team, or one more pilot at once, would gain.

    `least` and `most` hold what is not proven, and the gain at the low and at the high ends of all benefits.
    """
    if not found.starts:
        return empty(plans.OneMore)
    more = {team: 1 if team == PILOTS else PEOPLE for team in draft.problem.capacities}
    gains = solver.worth_of_one_more(draft.problem, found, more, objective)
    busy = load(draft, found)
    full = busy[(busy["people"] >= busy["capacity"]) & (busy["people"] > 0)].groupby("team").size()
    rows = [[team, full.get(team, 0), *_between(draft, found, gain, objective)] for team, gain in gains.items()]
    frame = pd.DataFrame(rows, columns=plans.OneMore.names())
    frame = frame.sort_values(["gain", "weeks_full"], ascending=False, kind="stable")
    return plans.OneMore.validate(frame.reset_index(drop=True))


def delays(draft: Draft, found: Schedule, plan: DataFrame[plans.Plan], objective: str) -> DataFrame[plans.Delays]:
    """Return what four more weeks on the items of the critical chain would cost."""
    order = plan.sort_values(["is_critical", "slack_weeks", "start"], ascending=[False, True, True], kind="stable")
    names = order["item"].head(MOST_DELAYS).tolist()
    costs = solver.cost_of_delay(draft.problem, found, names, DELAY, objective) if names else {}
    rows = [
        [name, draft.items[name]["name"]]
        + (_between(draft, found, cost, objective, name) if cost is not None else [math.nan] * 3)
        for name, cost in costs.items()
    ]
    frame = pd.DataFrame(rows, columns=plans.Delays.names())
    frame = frame.sort_values("cost", ascending=False, kind="stable", na_position="first")
    return plans.Delays.validate(frame.reset_index(drop=True))


def _between(draft: Draft, found: Schedule, change: Change, objective: str, late: str = "") -> list[int]:
    """Return least, found and most of a change, over what is not proven and over the range of the benefits."""
    ends = [change.least, change.found, change.most]
    for end in ("low", "high") if objective == "benefit" else ():
        stated = {name: _weekly(_end(item, "annual_benefit", end)) for name, item in draft.items.items()}
        before = replace(
            draft.problem, activities=tuple(replace(one, benefit=stated[one.name]) for one in draft.problem.activities)
        )
        after = replace(
            before,
            activities=tuple(
                replace(one, duration=one.duration + DELAY) if one.name == late else one for one in before.activities
            ),
        )
        gained = after.value(change.starts, objective) - before.value(found.starts, objective)
        ends.append(max(-gained if late else gained, 0))
    return [min(ends), change.found, max(ends)]


def benefits(plan: DataFrame[plans.Plan], draft: Draft) -> DataFrame[plans.Benefits]:
    """Return benefit less cost, added up month by month.

    An item pays its cost when it starts and earns from the day after it ends. The low end takes every benefit at its
    low and every cost at its high end, the high end the other way round.
    """
    days = pd.date_range(draft.start, draft.day(draft.problem.horizon), freq="MS").union([draft.start])
    ends = {"low": ("annual_benefit_low", "cost_high"), "expected": ("annual_benefit", "cost")}
    ends |= {"high": ("annual_benefit_high", "cost_low")}
    begun, ended = (plan[side].to_numpy("datetime64[D]") for side in ("start", "end"))
    money = {column: plan[column].fillna(0).to_numpy(float) for pair in ends.values() for column in pair}
    rows = []
    for day in days.to_numpy("datetime64[D]"):
        years = np.maximum((day - ended).astype(int) / 365.25, 0)
        row: dict[str, Any] = {"date": day}
        for end, (benefit, cost) in ends.items():
            row[end] = float((money[benefit] * years).sum() - money[cost][begun <= day].sum())
        rows.append(row)
    return plans.Benefits.of(rows)


def paid_back(curve: DataFrame[plans.Benefits]) -> pd.Timestamp:
    """Return the month by which benefits have paid the costs as expected; blank where they never do."""
    paid = curve.loc[curve["expected"].gt(0) & (curve["expected"].shift().fillna(-1) <= 0), "date"]
    return paid.iloc[-1] if len(paid) else pd.NaT


# ------------------------------------------------------------------------------------------------------ the way there


def _dropped(decisions: pd.DataFrame, needs: Mapping[str, list[str]]) -> dict[str, str]:
    refused = decisions[decisions["decision"] == "refused"]
    dropped = dict.fromkeys(refused["initiative"].drop_duplicates(), "refused_by_gate")
    while more := {n: b for n, wants in needs.items() if n not in dropped for b in wants if b in dropped}:
        dropped |= {name: codes.code("needs_what_is_not_planned", before=before) for name, before in more.items()}
    return dropped


def _owed(prerequisites: pd.DataFrame, initiatives: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the prerequisites that are not met and that no initiative delivers, by the name of their item."""
    planned, owed = initiatives.to_dict("records"), {}
    for row in prerequisites[~prerequisites["is_met"]].to_dict("records"):
        opener = readiness.opening(row, planned)
        item = codes.read(opener)[1]["item"]
        if all(one["initiative"] != item for one in planned):
            about = "" if row["is_general"] else row["workflow"]
            owed[item] = {"initiative": item, "kind": "prerequisite", "owner": row["owner"], "workflow": about}
            owed[item] |= {"due": row["date"], "name": opener}
    return owed


def _in_order(
    items: dict[str, dict[str, Any]], prerequisites: pd.DataFrame, initiatives: pd.DataFrame
) -> Iterable[Precedence]:
    """Let no prerequisite end before those that it rests on; yield those that an initiative delivers first.

    All that are waited for start at once, so that the longer of two decides.
    """
    planned = initiatives.to_dict("records")
    openers = {
        (row["prerequisite"], row["workflow"]): codes.read(readiness.opening(row, planned))[1]["item"]
        for row in prerequisites[~prerequisites["is_met"]].to_dict("records")
    }
    rests_on = {
        (openers[row["prerequisite"], row["workflow"]], openers.get((before, row["workflow"]), ""))
        for row in prerequisites[~prerequisites["is_met"]].to_dict("records")
        for before in codes.items(row["after"])
    }
    for item, before in sorted(rests_on):
        if item in items and items.get(before, {}).get("kind") == "prerequisite":
            items[item]["weeks"] = max(items[item]["weeks"], items[before]["weeks"])
        elif item in items and before in items and items[item]["kind"] == "prerequisite":
            yield Precedence(before, item)


def _weeks_owed(item: dict[str, Any], start: pd.Timestamp) -> int:
    promised = 0 if pd.isna(item["due"]) else math.ceil((item["due"] + pd.Timedelta(days=1) - start) / WEEK)
    return promised if promised > 0 else WINDOW[1]


def _activity(item: dict[str, Any], tables: Tables, start: pd.Timestamp, free: set[str] | None) -> Activity:
    asked = tables.demands[tables.demands["initiative"] == item["initiative"]]
    demands = {row["team"]: max(round(row["people"] * PEOPLE), 1) for row in asked.to_dict("records")}
    demands |= {PILOTS: 1} if _is(item.get("is_pilot")) else {}
    release, deadline = item.get("release", pd.NaT), item.get("deadline", pd.NaT)
    return Activity(
        name=item["initiative"],
        duration=math.ceil(item["weeks"]),
        demands=demands,
        release=0 if pd.isna(release) else max(math.ceil((release - start) / WEEK), 0),
        deadline=None if pd.isna(deadline) else math.floor((deadline + pd.Timedelta(days=1) - start) / WEEK),
        is_optional=_may_be_left_out(item, free),
        benefit=_weekly(item.get("annual_benefit")),
        cost=amount(item.get("cost")),
    )


def _may_be_left_out(item: dict[str, Any], wanted: set[str] | None) -> bool:
    """Return whether the plan is free to leave an item out: as the client says, else where its worth can be told.

    `wanted` are the items that others need first; nothing where the plan is not to bring the most, and only what the
    client says counts. What a prerequisite brings is the initiatives it opens. An initiative that states no benefit
    and that no other needs first stays: its worth is unknown, which is not nought.
    """
    if item["kind"] == "prerequisite":
        return False
    stated = item.get("is_optional")
    if stated is not None and not pd.isna(stated):
        return bool(stated)
    benefit = item.get("annual_benefit")
    return wanted is not None and (item["initiative"] in wanted or not (benefit is None or math.isnan(benefit)))


def _capacities(tables: Tables, start: pd.Timestamp, weeks: int) -> dict[str, tuple[int, ...]]:
    given = {}
    for team, rows in tables.capacity.sort_values("start").groupby("team", sort=True):
        monday = pd.Series(pd.date_range(start, periods=weeks, freq="7D"))
        place = rows["start"].searchsorted(monday, side="right")
        people = [0.0, *rows["people"]]
        given[str(team)] = tuple(round(people[at] * PEOPLE) for at in place)
    return given


def _blackouts(kept: Mapping[str, dict[str, Any]], tables: Tables, start: pd.Timestamp) -> Iterable[Blackout]:
    for row in tables.blackouts.to_dict("records"):
        first, last = math.floor((row["start"] - start) / WEEK), math.floor((row["end"] - start) / WEEK)
        protected = as_text(row["workflow"])
        concerned = tuple(
            name
            for name, item in kept.items()
            if _is(item["has_cutover"]) and (not protected or as_text(item["workflow"]) in ("", protected))
        )
        if last >= 0:
            yield Blackout(row["blackout"], max(first, 0), last + 1, concerned)


def _depths(problem: Problem, starts: Mapping[str, int]) -> dict[str, int]:
    depth = dict.fromkeys(starts, 1)
    for name in sorted(starts, key=lambda name: starts[name]):
        before = [p.before for p in problem.precedences if p.after == name and p.before in depth]
        depth[name] = 1 + max((depth[one] for one in before), default=0)
    return depth


def _is(cell: Any) -> bool:
    return not pd.isna(cell) and bool(cell)


def _end(item: Mapping[str, Any], one: str, end: str) -> Any:
    """Return an end of a benefit or cost; where it was not given, the expected figure."""
    given = item.get(f"{one}_{end}")
    return item.get(one) if given is None or math.isnan(given) else given


def _weekly(yearly: Any) -> float:
    return amount(yearly) * 7 / 365.25


def amount(cell: Any) -> float:
    """Return a cell of money; nought where none was stated."""
    return 0.0 if cell is None or math.isnan(cell) else float(cell)


def _number(cell: float) -> int:
    return 0 if cell is None or math.isnan(cell) else math.ceil(cell)
