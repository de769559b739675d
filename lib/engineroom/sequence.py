"""Activities, everything that limits them, and schedules made one activity after the other by a priority rule.

The problem is general: durations and demands, teams whose capacity varies over time, precedence with lags, release
dates, deadlines, blackouts and optional activities. Anything that at most so many activities may use at once is a team
too ("three pilots at a time"). Periods are whole numbers from 0; amounts of money are rounded to whole units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Activity:
    """One piece of work: how long, by whom, in which window, and what a period of having it done is worth."""

    name: str
    duration: int
    demands: Mapping[str, int] = field(default_factory=dict)
    release: int = 0
    deadline: int | None = None
    is_optional: bool = False
    benefit: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True)
class Precedence:
    """`after` starts at least `lag` periods after `before` has ended, and only if `before` is in the plan."""

    before: str
    after: str
    lag: int = 0


@dataclass(frozen=True)
class Blackout:
    """A window, `end` excluded, in which the last period of these activities (their cutover) must not lie."""

    name: str
    start: int
    end: int
    activities: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Activities and everything that limits them. `capacities` holds one number a period for each team."""

    activities: tuple[Activity, ...]
    capacities: Mapping[str, tuple[int, ...]]
    horizon: int
    precedences: tuple[Precedence, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    discount: float = 0.0

    def starts(self, activity: Activity) -> list[int]:
        """Return the periods in which an activity may start, its own windows alone considered."""
        last = min(self.horizon, math.inf if activity.deadline is None else activity.deadline) - activity.duration
        dark = [window for window in self.blackouts if activity.name in window.activities]
        return [
            start
            for start in range(max(activity.release, 0), int(last) + 1)
            if not any(window.start <= start + max(activity.duration, 1) - 1 < window.end for window in dark)
        ]

    def worth(self, activity: Activity, end: int) -> int:
        """Return what completing an activity at `end` is worth: discounted benefit to the horizon, less its cost."""
        factor = 1 / (1 + self.discount)
        periods = self.horizon - end
        paid = periods if factor == 1 else factor**end * (1 - factor**periods) / (1 - factor)
        return round(activity.benefit * paid - activity.cost)

    def value(self, starts: Mapping[str, int], objective: str) -> int:
        """Return what a schedule reaches: total worth, or the period in which the last activity has ended."""
        ends = {one.name: starts[one.name] + one.duration for one in self.activities if one.name in starts}
        if objective == "finish":
            return max(ends.values(), default=0)
        return sum(self.worth(one, ends[one.name]) for one in self.activities if one.name in ends)


def greedy(problem: Problem, objective: str) -> dict[str, int] | None:
    """Return the best of a few serial schedules by priority rule; None where none keeps every limit."""
    tails = _tails(problem)
    effort = {one.name: max(one.duration * max(sum(one.demands.values()), 1), 1) for one in problem.activities}
    rules: list[Callable[[Activity], tuple[float, ...]]] = [
        lambda one: (-tails[one.name],),
        lambda one: (math.inf if one.deadline is None else one.deadline, -one.benefit / effort[one.name]),
        lambda one: (-one.benefit / effort[one.name], -tails[one.name]),
        lambda one: (-_downstream(problem, one.name) / effort[one.name], -tails[one.name]),
    ]
    made = [_serial(problem, sorted(problem.activities, key=rule), objective) for rule in rules]
    whole = [starts for starts in made if starts is not None]
    if not whole:
        return None
    choose = max if objective == "benefit" else min
    return choose(whole, key=lambda starts: problem.value(starts, objective))


def earliest(problem: Problem, starts: Mapping[str, int]) -> dict[str, int]:
    """Return a schedule with every activity moved as early as it goes, one after the other in the order of starts.

    Nothing starts later than before: whatever came earlier only moved earlier still, and left its later periods free.
    """
    order = sorted((one for one in problem.activities if one.name in starts), key=lambda one: starts[one.name])
    kept = replace(
        problem,
        activities=tuple(replace(one, is_optional=False) for one in order),
        precedences=tuple(pair for pair in problem.precedences if pair.after in starts),
    )
    moved = _serial(kept, list(kept.activities), "benefit")
    return dict(starts) if moved is None else moved


def required(problem: Problem) -> Problem:
    """Return the problem with every activity mandatory that a mandatory one needs."""
    needed = [one.name for one in problem.activities if not one.is_optional]
    for name in needed:
        needed += [pair.before for pair in problem.precedences if pair.after == name and pair.before not in needed]
    must = frozenset(needed)
    kept = tuple(replace(one, is_optional=False) if one.name in must else one for one in problem.activities)
    return replace(problem, activities=kept)


def settled(problem: Problem) -> tuple[dict[str, int], dict[str, int]]:
    """Return the activities whose start needs no search, and the earliest start of all by precedence alone.

    What keeps no team busy and follows only what is settled starts as early as it can: later helps nobody.
    """
    one_of = {one.name: one for one in problem.activities}
    before: dict[str, list[Precedence]] = {name: [] for name in one_of}
    for pair in problem.precedences:
        before[pair.after].append(pair)
    done: dict[str, int] = {}
    first = dict.fromkeys(one_of, 0)
    for _ in one_of:  # as often as the longest chain can need; a cycle is left to the solver
        for name, one in one_of.items():
            ready = max((first[p.before] + one_of[p.before].duration + p.lag for p in before[name]), default=0)
            allowed = next((start for start in problem.starts(one) if start >= ready), None)
            first[name] = min(ready if allowed is None else allowed, problem.horizon)
            free = not one.is_optional and not any(one.demands.values()) and allowed is not None
            if free and all(pair.before in done for pair in before[name]):
                done[name] = first[name]
    return done, first


def held_by(problem: Problem, starts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Return what keeps each activity from starting one period earlier.

    ("precedence", activity), ("capacity", team, activity that ends just then or blank), ("blackout", name),
    ("release",), or ("nothing",) where it starts at once.
    """
    one_of = {one.name: one for one in problem.activities}
    ends = {name: start + one_of[name].duration for name, start in starts.items()}
    held: dict[str, tuple[str, ...]] = {}
    for name, start in starts.items():
        one = one_of[name]
        waits = [p for p in problem.precedences if p.after == name and ends.get(p.before, -1) + p.lag == start]
        dark = [
            w.name for w in problem.blackouts if name in w.activities and w.start <= start + one.duration - 2 < w.end
        ]
        free = _left(problem, starts, without=name)
        short = [t for t, amount in one.demands.items() if start and free[t][start - 1] < amount and one.duration]
        if start == 0:
            held[name] = ("nothing",)
        elif waits:
            held[name] = ("precedence", waits[0].before)
        elif start <= one.release:
            held[name] = ("release",)
        elif short:
            before = [o for o, end in ends.items() if end == start and one_of[o].demands.get(short[0])]
            held[name] = ("capacity", short[0], before[0] if before else "")
        else:
            held[name] = ("blackout", dark[0]) if dark else ("nothing",)
    return held


def chain(held: Mapping[str, tuple[str, ...]], last: str) -> list[str]:
    """Return the activities that lead up to `last` without a pause, first to last: what sets its date."""
    found = [last]
    while (before := held[found[0]])[0] in ("precedence", "capacity") and before[-1] and before[-1] not in found:
        found.insert(0, before[-1])
    return found


def slack(problem: Problem, starts: Mapping[str, int]) -> dict[str, int]:
    """Return how many periods each activity can slip while every other stays, and the end of the plan as well."""
    length = {one.name: one.duration for one in problem.activities}
    last = max((starts[name] + length[name] for name in starts), default=0)
    slacks = {}
    for one in problem.activities:
        if one.name not in starts:
            continue
        free, allowed = _left(problem, starts, without=one.name), set(problem.starts(one))
        until = [starts[p.after] - p.lag for p in problem.precedences if p.before == one.name and p.after in starts]
        latest = min([last, *until]) - one.duration
        slacks[one.name] = 0
        for start in range(starts[one.name] + 1, latest + 1):
            if start in allowed and _fits(one, start, free):
                slacks[one.name] = start - starts[one.name]
    return slacks


def _left(problem: Problem, starts: Mapping[str, int], without: str) -> dict[str, list[int]]:
    """Return what is left of each team in every period when one activity is taken out."""
    free = {team: list(amounts) for team, amounts in problem.capacities.items()}
    for one in problem.activities:
        if one.name in starts and one.name != without:
            for team, amount in one.demands.items():
                for period in range(starts[one.name], starts[one.name] + one.duration):
                    free[team][period] -= amount
    return free


def _serial(problem: Problem, order: Iterable[Activity], objective: str) -> dict[str, int] | None:
    waiting = list(order)
    before: dict[str, list[Precedence]] = {one.name: [] for one in problem.activities}
    for pair in problem.precedences:
        before[pair.after].append(pair)
    length = {one.name: one.duration for one in problem.activities}
    free = {team: list(amounts) for team, amounts in problem.capacities.items()}
    starts: dict[str, int] = {}
    dropped: set[str] = set()
    while waiting:
        ready = (
            one for one in waiting if all(pair.before in starts or pair.before in dropped for pair in before[one.name])
        )
        one = next(ready, None)
        if one is None:
            return None
        waiting.remove(one)
        after = max(
            (starts[p.before] + length[p.before] + p.lag for p in before[one.name] if p.before in starts), default=0
        )
        lost = any(pair.before in dropped for pair in before[one.name])
        start = None if lost else next((s for s in problem.starts(one) if s >= after and _fits(one, s, free)), None)
        pays = start is not None and objective == "benefit" and problem.worth(one, start + one.duration) > 0
        if start is None or (one.is_optional and not pays):
            if not one.is_optional:
                return None
            dropped.add(one.name)
            continue
        starts[one.name] = start
        for team, amount in one.demands.items():
            for period in range(start, start + one.duration):
                free[team][period] -= amount
    return starts


def _fits(one: Activity, start: int, free: Mapping[str, list[int]]) -> bool:
    return all(
        free[team][period] >= amount
        for team, amount in one.demands.items()
        for period in range(start, start + one.duration)
    )


def _tails(problem: Problem) -> dict[str, int]:
    """Return per activity the length of the longest chain that starts with it; a cycle ends where it began."""
    length = {one.name: one.duration for one in problem.activities}
    tails = dict(length)
    for _ in problem.activities:
        for pair in problem.precedences:
            longer = length[pair.before] + pair.lag + tails[pair.after]
            tails[pair.before] = min(max(tails[pair.before], longer), 10**6)
    return tails


def _downstream(problem: Problem, name: str) -> float:
    benefit = {one.name: one.benefit for one in problem.activities}
    reached, found = {name}, [name]
    for at in found:
        new = [pair.after for pair in problem.precedences if pair.before == at and pair.after not in reached]
        reached.update(new)
        found += new
    return sum(benefit[one] for one in found)
