"""The best order of work under real limits: teams, precedence, windows, deadlines; proven, or with the bound that is left.

The problem is general: activities with durations and demands, teams whose capacity varies over time, precedence with
lags, release dates, blackouts and optional activities. Anything that at most so many activities may use at once is a
team too ("three pilots at a time"). Periods are whole numbers from 0; amounts of money are rounded to whole units.

CP-SAT runs with one worker, a fixed seed and a limit that counts its steps instead of seconds, so that the same
problem gives the same schedule on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

OBJECTIVES = ("benefit", "finish")
EFFORT = 12.0
"""Deterministic seconds of search: about as many real ones on a laptop, and the same result on any machine."""
SCALE = 10**6
"""Most whole units that all benefits together are counted in while searching: larger sums are counted coarser."""


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
    """`after` starts no earlier than `lag` periods after `before` has ended; it also needs `before` to be in the plan."""

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


@dataclass(frozen=True)
class Schedule:
    """What the search found: `status` is optimal, feasible (see `bound`), infeasible (see `conflict`) or unknown."""

    status: str
    starts: Mapping[str, int]
    value: int
    bound: int
    conflict: tuple[tuple[str, ...], ...] = ()

    @property
    def gap(self) -> float:
        """Return how far the schedule may be from the best one at most, as a share of the bound."""
        return abs(self.bound - self.value) / max(abs(self.bound), 1)


def schedule(problem: Problem, objective: str = "benefit", effort: float = EFFORT) -> Schedule:
    """Return the best schedule, or the best one found with the bound that remains, or why there is none.

    "benefit" maximises discounted benefit from completion and drops optional activities that do not pay; "finish"
    minimises the end of the last activity, and leaves optional ones out. Whatever is found is then moved as early as it
    goes, which never makes it worse.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f'objective is "{objective}"; it may be: {", ".join(OBJECTIVES)}')
    known = {one.name for one in problem.activities}
    if strangers := {name for pair in problem.precedences for name in (pair.before, pair.after)} - known:
        raise ValueError(f"precedence names no activity: {', '.join(sorted(strangers))}")
    if strangers := {team for one in problem.activities for team in one.demands} - set(problem.capacities):
        raise ValueError(f"no capacity is given for: {', '.join(sorted(strangers))}")
    start = greedy(problem, objective)
    found = _search(problem, objective, effort, start)
    if found.status == "infeasible":
        return replace(found, conflict=conflict(problem))
    better = max if objective == "benefit" else min
    candidates = [starts for starts in (found.starts or None, start) if starts is not None]
    if not candidates:
        return found
    early = [earliest(problem, starts) for starts in candidates]
    best = better(early, key=lambda starts: problem.value(starts, objective))
    value = problem.value(best, objective)
    status = "optimal" if found.status == "optimal" or value == found.bound else "feasible"
    return Schedule(status, best, value, better(value, found.bound) if status == "feasible" else value)


def worth_of_one_more(
    problem: Problem, found: Schedule, objective: str = "benefit", one: int = 1, effort: float = EFFORT / 4
) -> dict[str, tuple[int, int, int]]:
    """Return per team what `one` more in every period would gain, re-solved: least, found, most.

    Where both schedules are proven the three are the same; where a bound remains, they hold the true gain.
    """
    sign = 1 if objective == "benefit" else -1
    gains = {}
    for team, capacity in problem.capacities.items():
        wider = replace(problem, capacities={**problem.capacities, team: tuple(amount + one for amount in capacity)})
        again = _search(wider, objective, effort, found.starts)
        value = max(sign * problem.value(again.starts or found.starts, objective), sign * found.value)
        most = max(sign * again.bound, value)
        gains[team] = (max(value - sign * found.bound, 0), value - sign * found.value, most - sign * found.value)
    return gains


# ---------------------------------------------------------------------------------------------- by rule, without search


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
        ready = (one for one in waiting if all(pair.before in starts or pair.before in dropped for pair in before[one.name]))
        one = next(ready, None)
        if one is None:
            return None
        waiting.remove(one)
        after = max((starts[p.before] + length[p.before] + p.lag for p in before[one.name] if p.before in starts), default=0)
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


# ------------------------------------------------------------------------------------------------------------- search


def _search(problem: Problem, objective: str, effort: float, hint: Mapping[str, int] | None) -> Schedule:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    starts: dict[str, Any] = {}
    present: dict[str, Any] = {}
    terms: list[Any] = []
    worths = {one.name: [problem.worth(one, s + one.duration) for s in problem.starts(one)] for one in problem.activities}
    total = sum(max(map(abs, worth), default=0) for worth in worths.values())
    coarse = max(1, math.ceil(total / SCALE))
    for one in problem.activities:
        allowed = problem.starts(one)
        if not allowed and not one.is_optional:
            return Schedule("infeasible", {}, 0, 0)
        start = model.new_int_var_from_domain(cp_model.Domain.from_values(allowed or [0]), one.name)
        taken = model.new_bool_var(f"{one.name} is taken") if one.is_optional else model.new_constant(1)
        if one.is_optional and (not allowed or objective == "finish"):
            model.add(taken == 0)
        starts[one.name], present[one.name] = start, taken
        if objective == "benefit" and (one.benefit or one.cost) and allowed:
            at = [model.new_bool_var(f"{one.name} at {s}") for s in allowed]
            model.add(sum(at) == taken)
            model.add(start == sum(s * chosen for s, chosen in zip(allowed, at, strict=True))).only_enforce_if(taken)
            terms += [w // coarse * chosen for w, chosen in zip(worths[one.name], at, strict=True)]
    _limit(model, problem, starts, present)
    if objective == "finish":
        end = model.new_int_var(0, problem.horizon, "finish")
        for one in problem.activities:
            model.add(end >= starts[one.name] + one.duration).only_enforce_if(present[one.name])
        model.minimize(end)
    elif terms:
        model.maximize(sum(terms))
    for one in problem.activities if hint is not None else ():
        model.add_hint(present[one.name], one.name in hint) if one.is_optional else None
        if one.name in hint:
            model.add_hint(starts[one.name], hint[one.name])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Schedule("infeasible", {}, 0, 0)
    bound = problem.horizon if objective == "finish" else total
    if status == cp_model.UNKNOWN:
        return Schedule("unknown", {}, 0, 0 if objective == "finish" else bound)
    found = {name: solver.value(start) for name, start in starts.items() if solver.value(present[name])}
    value = problem.value(found, objective)
    exact = status == cp_model.OPTIMAL and (coarse == 1 or objective == "finish")
    if exact or not (terms or objective == "finish"):
        return Schedule("optimal", found, value, value)
    bound = math.ceil(solver.best_objective_bound - 1e-6)
    if objective == "benefit":  # each worth was counted down to a whole multiple of `coarse`
        bound = math.floor(solver.best_objective_bound + 1e-6) * coarse + (coarse - 1) * len(worths)
    return Schedule("feasible", found, value, bound)


def _limit(model: Any, problem: Problem, starts: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Add what limits the activities together: precedence, and capacity as a cumulative with its gaps filled in."""
    length = {one.name: one.duration for one in problem.activities}
    for pair in problem.precedences:
        rule = model.add(starts[pair.after] >= starts[pair.before] + length[pair.before] + pair.lag)
        rule.only_enforce_if(present[pair.after])
        model.add_implication(present[pair.after], present[pair.before])
    for team, capacity in problem.capacities.items():
        users = [one for one in problem.activities if one.demands.get(team) and one.duration]
        most = max(capacity, default=0)
        spans = [
            model.new_optional_fixed_size_interval_var(starts[one.name], one.duration, present[one.name], one.name)
            for one in users
        ]
        short = [(period, most - amount) for period, amount in enumerate(capacity) if amount < most]
        spans += [model.new_fixed_size_interval_var(period, 1, f"{team} {period}") for period, _ in short]
        model.add_cumulative(spans, [one.demands[team] for one in users] + [missing for _, missing in short], most)


# ------------------------------------------------------------------------------------------------------ why it cannot be


def conflict(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """Return a smallest set of limits that no schedule can keep together: drop any one of them and there is a schedule.

    Each limit is a tuple of its kind and names: ("deadline", activity), ("release", activity), ("precedence", before,
    after), ("capacity", team), ("blackout", name), ("horizon",). Empty where a schedule exists. Found by leaving out
    one kind after the other, then one limit after the other, for as long as the rest still conflicts.
    """
    must = tuple(one for one in problem.activities if not one.is_optional)
    names = {one.name for one in must}
    core = replace(
        problem,
        activities=must,
        precedences=tuple(p for p in problem.precedences if p.after in names and p.before in names),
    )
    limits: list[tuple[str, ...]] = [("blackout", window.name) for window in core.blackouts]
    limits += [("capacity", team) for team in core.capacities]
    limits += [("release", one.name) for one in must if one.release > 0]
    limits += [("precedence", pair.before, pair.after) for pair in core.precedences]
    limits += [("horizon",)]
    limits += [("deadline", one.name) for one in must if one.deadline is not None]
    if not _conflicts(core, limits):
        return ()
    for kind in dict.fromkeys(limit[0] for limit in limits):
        rest = [limit for limit in limits if limit[0] != kind]
        limits = rest if _conflicts(core, rest) else limits
    for limit in list(limits):
        rest = [other for other in limits if other != limit]
        limits = rest if _conflicts(core, rest) else limits
    return tuple(limits)


def _conflicts(problem: Problem, limits: list[tuple[str, ...]]) -> bool:
    kept = set(limits)
    room = sum(one.duration for one in problem.activities) + sum(pair.lag for pair in problem.precedences)
    room += max((one.release for one in problem.activities), default=0)
    room += max((window.end for window in problem.blackouts), default=0)
    horizon = problem.horizon if ("horizon",) in kept else problem.horizon + room
    plenty = sum(max(one.demands.values(), default=0) for one in problem.activities)
    relaxed = replace(
        problem,
        horizon=horizon,
        activities=tuple(
            replace(
                one,
                release=one.release if ("release", one.name) in kept else 0,
                deadline=one.deadline if ("deadline", one.name) in kept else None,
            )
            for one in problem.activities
        ),
        precedences=tuple(p for p in problem.precedences if ("precedence", p.before, p.after) in kept),
        blackouts=tuple(window for window in problem.blackouts if ("blackout", window.name) in kept),
        capacities={
            team: (amounts + amounts[-1:] * (horizon - problem.horizon))
            if ("capacity", team) in kept
            else (plenty,) * horizon
            for team, amounts in problem.capacities.items()
        },
    )
    return _search(relaxed, "none", 2.0, None).status == "infeasible"
