"""Activities, everything that limits them, and schedules made one activity after the other by a priority rule.

The problem is general: durations and demands, teams whose capacity varies over time, precedence with lags, release
dates, deadlines, blackouts and optional activities. Anything that at most so many activities may use at once is a team
too ("three pilots at a time"). Periods are whole numbers from 0; amounts of money are rounded to whole units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

REACH = 10.0
"""Standard deviation of how far an activity is moved in the order when a better one is looked for."""


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
    return best(
        problem, objective, [_serial(problem, sorted(problem.activities, key=rule), objective) for rule in rules]
    )


def pushed(problem: Problem, starts: Mapping[str, int]) -> dict[str, int] | None:
    """Return a schedule in the order of another's starts, as early as it goes; None where that breaks a limit.

    It says where a schedule ends up when one activity takes longer and nobody plans anew.
    """
    order = sorted(problem.activities, key=lambda one: starts.get(one.name, problem.horizon))
    return _serial(problem, order, "benefit")


def reordered(problem: Problem, starts: Mapping[str, int], trials: int) -> dict[str, int]:
    """Return a schedule made better by moving one activity after the other to another place in the order.

    A move that makes it no worse is kept, so that the order wanders along equals until something better is near. The
    moves are drawn with a fixed seed: the same problem gives the same schedule.
    """
    order = sorted(problem.activities, key=lambda one: starts.get(one.name, problem.horizon))
    known, value = dict(starts), problem.value(starts, "benefit")
    draw = np.random.default_rng(0)
    places, ways = draw.integers(len(order), size=trials), np.rint(draw.normal(0, REACH, size=trials)).astype(int)
    for place, way in zip(places.tolist(), ways.tolist(), strict=True):
        tried = [*order[:place], *order[place + 1 :]]
        tried.insert(min(max(place + way, 0), len(tried)), order[place])
        made = _serial(problem, tried, "benefit")
        if made is not None and (reached := problem.value(made, "benefit")) >= value:
            order, known, value = tried, made, reached
    return known


def best(problem: Problem, objective: str, made: Iterable[Mapping[str, int] | None]) -> dict[str, int] | None:
    """Return the best of several schedules, the first of equals; None where there is none."""
    whole = [dict(starts) for starts in made if starts is not None]
    choose = max if objective == "benefit" else min
    return choose(whole, key=lambda starts: problem.value(starts, objective)) if whole else None


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
    starts = {one.name: problem.starts(one) for one in problem.activities}
    first = dict.fromkeys(one_of, 0)
    for _ in one_of:  # as often as the longest chain can need; a cycle is left to the solver
        earlier = dict(first)
        for name in one_of:
            ready = max((first[p.before] + one_of[p.before].duration + p.lag for p in before[name]), default=0)
            first[name] = min(next((start for start in starts[name] if start >= ready), ready), problem.horizon)
        if first == earlier:
            break
    done: dict[str, int] = {}
    for name in sorted(one_of, key=first.__getitem__):  # what comes first is settled first
        one = one_of[name]
        free = not one.is_optional and not any(one.demands.values()) and first[name] in starts[name]
        if free and all(pair.before in done for pair in before[name]):
            done[name] = first[name]
    return done, first


def least_end(problem: Problem) -> int:
    """Return a period before which the last mandatory activity cannot have ended, whatever their order.

    The longest chain, and for each team the work of those that can start late and have much behind them: it has to fit
    between the earliest start of any of them and the least that follows them. Those that ask for more than half of a
    team stand one after the other.
    """
    must = required(problem)
    must = replace(must, activities=tuple(one for one in must.activities if not one.is_optional))
    names = {one.name for one in must.activities}
    must = replace(must, precedences=tuple(pair for pair in must.precedences if pair.after in names))
    _done, first = settled(must)
    behind = {
        name: tail - one.duration for (name, tail), one in zip(_tails(must).items(), must.activities, strict=True)
    }
    least = max((first[one.name] + one.duration + behind[one.name] for one in must.activities), default=0)
    for team, amounts in must.capacities.items():
        users = [one for one in must.activities if one.demands.get(team) and one.duration]
        for start in {first[one.name] for one in users}:
            late = [one for one in users if first[one.name] >= start]
            for tail in {behind[one.name] for one in late}:
                group = [one for one in late if behind[one.name] >= tail]
                work = sum(one.demands[team] * one.duration for one in group)
                alone = [one.duration for one in group if 2 * one.demands[team] > max(amounts)]
                least = max(least, _filled(amounts, start, work) + tail, start + sum(alone) + tail)
    return min(least, must.horizon)


def _filled(amounts: tuple[int, ...], start: int, work: int) -> int:
    """Return the period by which a team can have done so much work from a start on."""
    for period in range(start, len(amounts)):
        if work <= 0:
            return period
        work -= amounts[period]
    return len(amounts)


def windows(
    problem: Problem, objective: str, known: Mapping[str, int], fixed: Mapping[str, int], first: Mapping[str, int]
) -> dict[str, list[int]]:
    """Return the starts of each activity that a schedule at least as good as a `known` one can have.

    Were everything as early as precedence alone allows, it would be worth the most there is. A start that loses more of
    it than the known schedule does, its own successors pushed along, is in no better schedule: no search need try it.
    """
    allowed = {
        one.name: [fixed[one.name]]
        if one.name in fixed
        else [start for start in problem.starts(one) if start >= first[one.name]]
        for one in problem.activities
    }
    if not known:
        return allowed
    reach = _reach(problem)
    if objective == "finish":
        end = problem.value(known, objective)
        must = {one.name: one.duration for one in problem.activities if not one.is_optional}
        tail = {n: max([must.get(n, 0), *(far[m] + must[m] for m in far if m in must)]) for n, far in reach.items()}
        return {name: [start for start in starts if start + tail[name] <= end] for name, starts in allowed.items()}
    later = {one.name: _later(problem, one, allowed[one.name]) for one in problem.activities}
    most = {name: values[0] for name, values in later.items()}
    room = sum(most.values()) - problem.value(known, objective)
    kept: dict[str, list[int]] = {}
    for one in problem.activities:
        far = reach[one.name]
        kept[one.name] = []
        for start in allowed[one.name]:
            lost = most[one.name] - problem.worth(one, start + one.duration)
            lost += sum(most[name] - later[name][min(start + wait, problem.horizon)] for name, wait in far.items())
            if lost <= room:
                kept[one.name].append(start)
    return kept


def _later(problem: Problem, one: Activity, starts: list[int]) -> list[float]:
    """Return per period what an activity is worth at most that starts no earlier."""
    most, at = [0.0 if one.is_optional else -math.inf] * (problem.horizon + 2), set(starts)
    for period in range(problem.horizon, -1, -1):
        here = problem.worth(one, period + one.duration) if period in at else -math.inf
        most[period] = max(most[period + 1], here)
    return most


def _reach(problem: Problem) -> dict[str, dict[str, int]]:
    """Return per activity how long after its start each of its successors can start at the earliest."""
    length = {one.name: one.duration for one in problem.activities}
    reach: dict[str, dict[str, int]] = {name: {} for name in length}
    known = -1
    while known != (known := sum(sum(far.values()) + len(far) for far in reach.values())):
        for pair in problem.precedences:
            wait = length[pair.before] + pair.lag
            mine = reach[pair.before]
            for name, more in [(pair.after, 0), *reach[pair.after].items()]:
                mine[name] = max(mine.get(name, 0), wait + more)
    return reach


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
        start = None if lost else next((s for s in problem.starts(one) if s >= after and fits(one, s, free)), None)
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


def fits(one: Activity, start: int, free: Mapping[str, list[int]]) -> bool:
    """Return whether what is left of every team suffices for an activity that starts then."""
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
