"""Time the roadmap's solver on 60 initiatives, 6 teams and 104 weeks, and print the bound it proves.

    python tools/bench_roadmap.py [--problems 3] [--effort 20]

Each line: kind, seed, objective, status, value, bound, how far the value may be from the best, gain over the best of
the priority rules, wall seconds. The problems are made by a fixed generator; benefits differ by a factor of twenty, a
fifth of the initiatives is optional, every third has a cutover that must miss a blackout. Two harder kinds leave less
to precedence and more to the search: "tight" has smaller teams and longer work, "free" has no precedence and a benefit
for everything.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time

from engineroom.planning import sequence, solver
from engineroom.planning.solver import Activity, Blackout, Precedence, Problem

INITIATIVES, TEAMS, WEEKS = 60, 6, 104
PEOPLE = 10
KINDS = ("usual", "tight", "free")


def problem(seed: int, kind: str = "usual") -> Problem:
    """Return a made-up programme of the size the roadmap promises to solve."""
    people, longest = (4, 12) if kind == "tight" else (3, 10)
    draw = random.Random(seed)
    names = [f"initiative {number}" for number in range(INITIATIVES)]
    activities: list[Activity] = []
    precedences: list[Precedence] = []
    for number, name in enumerate(names):
        teams = draw.sample(range(TEAMS), draw.randint(1, 2))
        is_optional = draw.random() < 0.2
        activities.append(
            Activity(
                name,
                draw.randint(2, longest),
                {f"team {team}": draw.randint(1, people) * PEOPLE for team in teams},
                release=draw.choice([0, 0, 0, draw.randint(1, WEEKS // 4)]),
                is_optional=is_optional,
                benefit=draw.choice([0 if kind == "usual" else 500, draw.randint(1_000, 20_000)]),
                cost=draw.randint(0, 200_000) if is_optional else 0,
            )
        )
        sure = [place for place in range(number) if not activities[place].is_optional]
        before = draw.sample(sure, min(len(sure), draw.choice([0, 1, 1, 2]))) if kind != "free" else []
        precedences += [Precedence(names[place], name, draw.choice([0, 0, 0, 2])) for place in before]
    capacities = {
        f"team {team}": tuple(PEOPLE * (draw.choice([4, 5, 6]) if week // 13 % 3 else 4) for week in range(WEEKS))
        for team in range(TEAMS)
    }
    blackout = Blackout("peak season", 20, 24, tuple(names[::3]))
    return Problem(tuple(activities), capacities, WEEKS, tuple(precedences), (blackout,), discount=0.0015)


def main() -> None:
    """Print one line a problem and objective."""
    parser = argparse.ArgumentParser(description="Time the roadmap's solver.")
    parser.add_argument("--problems", type=int, default=3, help="how many problems (default: 3)")
    parser.add_argument("--effort", type=float, default=solver.EFFORT, help="deterministic seconds of search")
    given = parser.parse_args()
    for seed in range(given.problems):
        for kind, objective in itertools.product(KINDS, solver.OBJECTIVES):
            one = problem(seed, kind)
            rule = sequence.greedy(one, objective)
            start = time.perf_counter()
            found = solver.schedule(one, objective, given.effort)
            seconds = time.perf_counter() - start
            over = abs(found.value / one.value(rule, objective) - 1) if rule else float("nan")
            print(
                f"{kind:<5} {seed}  {objective:<8} {found.status:<9} value {found.value:>12,}  "
                f"bound {found.bound:>12,}  within {found.gap:6.2%}  over the rules {over:6.2%}  {seconds:6.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
