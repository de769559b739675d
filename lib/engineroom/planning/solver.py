"""The best order of work: proven by a solver, or with the bound that is left, or why there is none.

CP-SAT runs with one worker, a fixed seed and a limit that counts its steps instead of seconds, so that the same
problem gives the same schedule on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from engineroom.planning import sequence
from engineroom.planning.sequence import Activity, Blackout, Precedence, Problem, earliest, greedy

__all__ = [
    "Activity",
    "Blackout",
    "Change",
    "Precedence",
    "Problem",
    "Schedule",
    "conflict",
    "cost_of_delay",
    "schedule",
    "without",
    "worth_of_one_more",
]

OBJECTIVES = ("benefit", "finish")
EFFORT = 20.0
"""Deterministic seconds of search: about as many real ones on a laptop, and the same result on any machine."""
AGAIN = 2.0
"""Deterministic seconds to solve a plan again with one thing changed."""
PROBE = 2.0
"""Deterministic seconds to look for one conflict, and to improve one part of a schedule."""
MOST_PROBES = 40
"""Searches for one conflict after which the limits found so far are told, though some may not be needed."""
SCALE = 10**9
"""Most units that all benefits together are counted in while searching: larger sums are counted coarser."""
TRIALS = 120
"""Orders tried for each deterministic second of search, before it starts."""
WINDOW = 26
"""Periods whose activities are rearranged together while the others stay."""


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


class Change(NamedTuple):
    """What a changed problem gains or costs: for "finish" in periods, else in money; with the schedule it then has.

    Where both schedules are proven the three are the same; where a bound remains, `least` and `most` hold the truth.
    """

    least: int
    found: int
    most: int
    starts: Mapping[str, int]


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
    problem = sequence.required(problem)
    found = _improved(problem, objective, effort, greedy(problem, objective))
    return replace(found, conflict=conflict(problem)) if found.status == "infeasible" else found


def worth_of_one_more(
    problem: Problem, found: Schedule, more: Mapping[str, int], objective: str = "benefit", effort: float = AGAIN
) -> dict[str, Change]:
    """Return per team what `more` of it in every period would gain, re-solved.

    More of a team never takes a schedule away, so that no gain is below 0.
    """
    gains = {}
    for team, amount in more.items():
        wider = tuple(now + amount for now in problem.capacities[team])
        other = replace(problem, capacities={**problem.capacities, team: wider})
        gains[team] = _gain(other, found, objective, effort, found.starts) or Change(0, 0, 0, found.starts)
    return gains


def cost_of_delay(
    problem: Problem, found: Schedule, names: Iterable[str], periods: int, objective: str = "benefit"
) -> dict[str, Change | None]:
    """Return per activity what it costs when it takes so many periods longer and all else is planned anew.

    None where no plan would be left.
    """
    costs: dict[str, Change | None] = {}
    for name in names:
        longer = [replace(a, duration=a.duration + periods) if a.name == name else a for a in problem.activities]
        other = sequence.required(replace(problem, activities=tuple(longer)))
        start = sequence.best(other, objective, [sequence.pushed(other, found.starts), greedy(other, objective)])
        gain = _gain(other, found, objective, AGAIN, start)
        costs[name] = gain and Change(max(-gain.most, 0), max(-gain.found, 0), max(-gain.least, 0), gain.starts)
    return costs


def without(
    problem: Problem, found: Schedule, gone: Iterable[str], objective: str = "benefit", effort: float = AGAIN
) -> Schedule:
    """Return the best schedule found when some activities are taken out, and with them all that needs them first.

    What stays of the known schedule keeps every limit, so that there always is one.
    """
    out = frozenset(gone)
    kept = tuple(one for one in problem.activities if one.name not in out)
    pairs = tuple(pair for pair in problem.precedences if pair.before not in out and pair.after not in out)
    other = sequence.required(replace(problem, activities=kept, precedences=pairs))
    stays = {name: start for name, start in found.starts.items() if name not in out}
    start = sequence.best(other, objective, [stays, greedy(other, objective)])
    return _improved(other, objective, min(effort, AGAIN), start)


def _gain(
    other: Problem, found: Schedule, objective: str, effort: float, start: Mapping[str, int] | None
) -> Change | None:
    sign = 1 if objective == "benefit" else -1
    again = _improved(sequence.required(other), objective, effort, start)
    if again.status in ("infeasible", "unknown"):
        return None
    least, most = sign * (again.value - found.bound), sign * (again.bound - found.value)
    return Change(least, sign * (again.value - found.value), most, again.starts)


def _improved(problem: Problem, objective: str, effort: float, start: Mapping[str, int] | None) -> Schedule:
    """Search from a known schedule; what comes out is never worse than it."""
    better = max if objective == "benefit" else min
    if objective == "benefit" and start is not None:
        start = _rearranged(problem, start, effort)
    found = _search(problem, objective, effort, start)
    if found.status == "infeasible" or (found.status == "unknown" and start is None):
        return found
    early = [earliest(problem, starts) for starts in (found.starts, start) if starts]
    best = sequence.best(problem, objective, early) or {}
    value = problem.value(best, objective)
    proven = found.status == "optimal" or value == found.bound
    return Schedule("optimal" if proven else "feasible", best, value, value if proven else better(value, found.bound))


def _rearranged(problem: Problem, start: Mapping[str, int], effort: float) -> Mapping[str, int]:
    """Improve a schedule by its order, then window by window: activities that start within one move, others stay."""
    if len(problem.activities) <= WINDOW:  # few enough to be proven at once
        return start
    best = sequence.reordered(problem, start, round(effort * TRIALS))
    value = problem.value(best, "benefit")
    last = max(best.values(), default=0)
    for number in range(max(int(effort / PROBE), 1)):
        first = (number * WINDOW // 2) % max(last, 1)
        free = {name for name in best if first <= best[name] < first + WINDOW}
        free |= {one.name for one in problem.activities if one.name not in best}
        tried = _search(problem, "benefit", PROBE / 2, best, frozenset(best) - free)
        if tried.starts and tried.value > value:
            best = earliest(problem, tried.starts)
            value = problem.value(best, "benefit")
    return best


# ------------------------------------------------------------------------------------------------------------- search


def _search(
    problem: Problem, objective: str, effort: float, hint: Mapping[str, int] | None, fixed: frozenset[str] = frozenset()
) -> Schedule:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    settled, first = sequence.settled(problem)
    still = {name: (hint or {})[name] for name in fixed} | settled
    windows = sequence.windows(problem, objective, hint or {}, still, first)
    hint = {**(hint or {}), **settled}
    starts: dict[str, Any] = {}
    present: dict[str, Any] = {}
    chosen: dict[str, dict[int, Any]] = {}
    for one in problem.activities:
        allowed = windows[one.name]
        if not allowed and not one.is_optional:
            return Schedule("infeasible", {}, 0, 0)
        start = model.new_int_var_from_domain(cp_model.Domain.from_values(allowed or [0]), one.name)
        taken = model.new_bool_var(f"{one.name} is taken") if one.is_optional else model.new_constant(1)
        if one.is_optional and (not allowed or objective == "finish"):
            model.add(taken == 0)
        starts[one.name], present[one.name] = start, taken
        if objective == "benefit":
            at = {period: model.new_bool_var(f"{one.name} at {period}") for period in allowed}
            model.add(sum(at.values()) == taken)
            model.add(start == sum(period * here for period, here in at.items())).only_enforce_if(taken)
            chosen[one.name] = at
            for period, here in at.items():
                model.add_hint(here, hint.get(one.name) == period)
        if one.name in hint:
            model.add_hint(start, hint[one.name])
    _limit(model, problem, starts, present)
    coarse = 1
    if objective == "finish":
        end = model.new_int_var(sequence.least_end(problem), problem.horizon, "finish")
        for one in problem.activities:
            model.add(end >= starts[one.name] + one.duration).only_enforce_if(present[one.name])
        model.minimize(end)
    elif objective == "benefit":
        _tighten(model, problem, chosen, settled)
        worths = {
            one.name: {period: problem.worth(one, period + one.duration) for period in chosen[one.name]}
            for one in problem.activities
        }
        total = sum(max(map(abs, worth.values()), default=0) for worth in worths.values())
        coarse = max(1, math.ceil(total / SCALE))
        model.maximize(
            sum(worths[name][period] // coarse * here for name, at in chosen.items() for period, here in at.items())
        )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    solver.parameters.linearization_level = 2
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Schedule("infeasible", {}, 0, 0)
    bound = solver.best_objective_bound
    if objective == "benefit":  # each worth was counted down to a whole multiple of `coarse`
        limit = math.floor(bound + 1e-6) * coarse + (coarse - 1) * len(problem.activities)
    else:
        limit = math.ceil(bound - 1e-6)
    if status == cp_model.UNKNOWN:
        return Schedule("unknown", {}, 0, limit)
    found = {name: solver.value(start) for name, start in starts.items() if solver.value(present[name])}
    value = problem.value(found, objective)
    if status == cp_model.OPTIMAL and (coarse == 1 or objective != "benefit"):
        return Schedule("optimal", found, value, value)
    return Schedule("feasible", found, value, limit)


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


def _tighten(model: Any, problem: Problem, chosen: Mapping[str, Mapping[int, Any]], settled: Mapping[str, int]) -> None:
    """Add the same limits period by period: their linear relaxation gives a far better bound (Pritsker, 1969)."""
    length = {one.name: one.duration for one in problem.activities}
    for team, capacity in problem.capacities.items():
        for period, amount in enumerate(capacity):
            busy = [
                one.demands[team] * chosen[one.name][start]
                for one in problem.activities
                if one.demands.get(team)
                for start in range(period - one.duration + 1, period + 1)
                if start in chosen[one.name]
            ]
            if busy:
                model.add(sum(busy) <= amount)
    for pair in problem.precedences:
        wait = length[pair.before] + pair.lag
        if pair.before in settled:
            continue
        for period in chosen[pair.after]:
            begun = [here for start, here in chosen[pair.after].items() if start <= period]
            ended = [here for start, here in chosen[pair.before].items() if start <= period - wait]
            model.add(sum(begun) <= sum(ended))


# ----------------------------------------------------------------------------------------------------- why it cannot be


def conflict(problem: Problem) -> tuple[tuple[str, ...], ...]:
    """Return a smallest set of limits that no schedule can keep together: drop any one of them and there is a schedule.

    Each limit is a tuple of its kind and names: ("deadline", activity), ("release", activity), ("precedence", before,
    after), ("capacity", team), ("blackout", name), ("horizon",). Empty where a schedule exists. Whole kinds are left
    out first, then halves of what is left (QuickXplain, Junker 2004); after `MOST_PROBES` searches the rest stays.
    """
    must = tuple(one for one in sequence.required(problem).activities if not one.is_optional)
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
    probes = iter(range(MOST_PROBES))
    for kind in dict.fromkeys(limit[0] for limit in limits):
        rest = [limit for limit in limits if limit[0] != kind]
        limits = rest if _conflicts(core, rest) else limits
    return tuple(_needed(core, [], limits, probes, is_new=False))


def _needed(
    core: Problem, kept: list[tuple[str, ...]], limits: list[tuple[str, ...]], probes: Iterator[int], *, is_new: bool
) -> list[tuple[str, ...]]:
    """Return those of the limits that are needed for a conflict with what is kept; `is_new`: what is kept has grown."""
    if is_new and next(probes, None) is not None and _conflicts(core, kept):
        return []
    if len(limits) == 1:
        return limits
    left, right = limits[: len(limits) // 2], limits[len(limits) // 2 :]
    of_right = _needed(core, [*kept, *left], right, probes, is_new=True)
    return _needed(core, [*kept, *of_right], left, probes, is_new=bool(of_right)) + of_right


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
    return _search(relaxed, "none", PROBE, None).status == "infeasible"
