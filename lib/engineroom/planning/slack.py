"""What holds a schedule where it is: what each activity waits for, the chain that sets the end, everybody's slack."""

from __future__ import annotations

from collections.abc import Mapping

from engineroom.planning.sequence import Problem, fits


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


def each(problem: Problem, starts: Mapping[str, int]) -> dict[str, int]:
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
            if start in allowed and fits(one, start, free):
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
