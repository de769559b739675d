"""The schedule is the best there is, the same everywhere, and where there is none it says why."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from proofs import cases

from engineroom.planning import sequence, slack, solver
from engineroom.planning.solver import Activity, Blackout, Precedence, Problem

SMALL, LARGE = cases(80, 480), cases(3, 50)
TEAMS = ("ann", "bob")


def small(seed: int) -> Problem:
    """Return a problem that can be solved by trying everything: up to seven activities."""
    draw = random.Random(seed)
    horizon = draw.randint(6, 8)
    activities = tuple(
        Activity(
            f"a{number}",
            duration=draw.randint(1, 3),
            demands={team: draw.randint(1, 2) for team in draw.sample(TEAMS, draw.randint(0, 2))},
            release=draw.choice([0, 0, 0, 1, 2]),
            deadline=draw.choice([None, None, None, horizon - 1]),
            is_optional=draw.random() < 0.3,
            benefit=draw.choice([0, draw.randint(1, 40)]),
            cost=draw.choice([0, 0, draw.randint(1, 90)]),
        )
        for number in range(draw.randint(2, 7))
    )
    pairs = [(one.name, two.name) for place, one in enumerate(activities) for two in activities[place + 1 :]]
    chosen = draw.sample(pairs, min(len(pairs), draw.randint(0, 3)))
    return Problem(
        activities,
        {team: tuple(draw.choice([2, 2, 3, 1]) for _ in range(horizon)) for team in TEAMS},
        horizon,
        tuple(Precedence(before, after, draw.choice([0, 0, 1])) for before, after in chosen),
        (Blackout("dark", 3, 5, ("a0", "a2")),),
        discount=draw.choice([0.0, 0.02]),
    )


def every_schedule(problem: Problem) -> Iterator[dict[str, int]]:
    """Yield each schedule that keeps every limit, activity by activity."""

    def keeps(starts: dict[str, int]) -> bool:
        length = {one.name: one.duration for one in problem.activities}
        for pair in problem.precedences:
            both = pair.after in starts and pair.before in starts
            if both and starts[pair.after] < starts[pair.before] + length[pair.before] + pair.lag:
                return False
        for team, capacity in problem.capacities.items():
            for period, amount in enumerate(capacity):
                busy = sum(
                    one.demands.get(team, 0)
                    for one in problem.activities
                    if one.name in starts and starts[one.name] <= period < starts[one.name] + one.duration
                )
                if busy > amount:
                    return False
        return True

    def extend(place: int, starts: dict[str, int]) -> Iterator[dict[str, int]]:
        if place == len(problem.activities):
            if all(p.before in starts for p in problem.precedences if p.after in starts):
                yield dict(starts)
            return
        one = problem.activities[place]
        if one.is_optional:
            yield from extend(place + 1, starts)
        end = problem.horizon if one.deadline is None else one.deadline
        for start in range(one.release, end - one.duration + 1):
            cutover = start + one.duration - 1
            if any(w.start <= cutover < w.end for w in problem.blackouts if one.name in w.activities):
                continue
            tried = {**starts, one.name: start}
            if keeps(tried):
                yield from extend(place + 1, tried)

    return extend(0, {})


def best_by_trying(problem: Problem, objective: str) -> int | None:
    if objective == "finish":  # an optional activity is in the plan only where a mandatory one needs it
        needed = {one.name for one in problem.activities if not one.is_optional}
        for _ in problem.precedences:
            needed |= {p.before for p in problem.precedences if p.after in needed}
        kept = tuple(replace(one, is_optional=False) for one in problem.activities if one.name in needed)
        pairs = tuple(p for p in problem.precedences if {p.before, p.after} <= needed)
        problem = replace(problem, activities=kept, precedences=pairs)
    values = [problem.value(starts, objective) for starts in every_schedule(problem)]
    return (max if objective == "benefit" else min)(values, default=None)


@pytest.mark.proof
@pytest.mark.parametrize("objective", solver.OBJECTIVES)
def test_schedule_equals_brute_force(objective: str) -> None:
    solved = impossible = 0
    for seed in range(SMALL):
        problem = small(seed)

        found = solver.schedule(problem, objective)

        best = best_by_trying(problem, objective)
        if best is None:
            assert found.status == "infeasible", seed
            impossible += 1
        else:
            assert (found.status, found.value) == ("optimal", best), seed
            solved += 1
    print(f"\n{objective}: {solved} proven equal to brute force, {impossible} infeasible in both")
    assert solved > SMALL // 3


@pytest.mark.parametrize("seed", range(40))
def test_what_is_found_keeps_every_limit(seed: int) -> None:
    problem = small(seed)

    found = solver.schedule(problem)

    if found.status == "optimal":
        assert any(found.starts == starts for starts in every_schedule(problem))


def large(seed: int, count: int = 40, horizon: int = 104) -> Problem:
    draw = random.Random(seed)
    teams = [f"t{number}" for number in range(4)]
    activities, pairs = [], []
    for number in range(count):
        demands = {team: draw.randint(2, 10) for team in draw.sample(teams, draw.randint(1, 2))}
        benefit = draw.choice([0, draw.randint(100, 2000)])
        release = draw.choice([0, 0, 0, draw.randint(1, 20)])
        activities.append(Activity(f"a{number}", draw.randint(2, 8), demands, release, benefit=benefit))
        before = draw.sample(range(number), min(number, draw.choice([0, 1, 1, 2])))
        pairs += [Precedence(f"a{one}", f"a{number}") for one in before]
    capacities = {team: tuple(20 if period % 26 < 20 else 15 for period in range(horizon)) for team in teams}
    return Problem(tuple(activities), capacities, horizon, tuple(pairs), discount=0.0015)


def by_rule(problem: Problem) -> int:
    """Return what a planner reaches who always starts what brings most per week of work, as soon as it fits."""
    free = {team: list(amounts) for team, amounts in problem.capacities.items()}
    ends: dict[str, int] = {}
    waiting = sorted(problem.activities, key=lambda one: -one.benefit / one.duration)
    while waiting:
        one = next(one for one in waiting if all(p.before in ends for p in problem.precedences if p.after == one.name))
        waiting.remove(one)
        start = max([one.release, *(ends[p.before] + p.lag for p in problem.precedences if p.after == one.name)])
        while any(free[t][at] < n for t, n in one.demands.items() for at in range(start, start + one.duration)):
            start += 1
        for team, amount in one.demands.items():
            for at in range(start, start + one.duration):
                free[team][at] -= amount
        ends[one.name] = start + one.duration
    return sum(problem.worth(one, ends[one.name]) for one in problem.activities)


@pytest.mark.slow
@pytest.mark.proof
def test_schedule_is_never_worse_than_a_priority_rule() -> None:
    gains = []
    for seed in range(LARGE):
        problem = large(seed)
        rule = by_rule(problem)

        found = solver.schedule(problem, effort=2.0)

        assert found.value >= rule, seed
        gains.append(found.value / rule - 1)
    print(f"\nmean gain over the rule {sum(gains) / LARGE:.1%}, least {min(gains):.1%}, most {max(gains):.1%}")
    assert sum(gains) > 0


def test_same_input_gives_the_same_schedule_in_two_processes() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_solver import large; "
        "from engineroom.planning import solver;"
        "found = solver.schedule(large(3, 20), effort=2.0);"
        "print(sorted(found.starts.items()), found.value, found.bound, found.status)"
    )
    here = __file__.rpartition("/")[0]

    said = [
        subprocess.run(
            [sys.executable, "-c", code, here],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        ).stdout
        for seed in ("1", "2")
    ]

    assert said[0] == said[1]
    assert b"a0" in said[0]


def test_moving_early_never_makes_a_schedule_worse() -> None:
    for seed in range(60):
        problem = small(seed)
        late = next(iter(sorted(every_schedule(problem), key=lambda starts: -sum(starts.values()))), None)
        if late:
            early = sequence.earliest(problem, late)

            assert set(early) == set(late)
            assert all(early[name] <= late[name] for name in late)


def test_another_order_is_never_worse_and_keeps_every_limit() -> None:
    for seed in range(60):
        problem = sequence.required(small(seed))
        rule = sequence.greedy(problem, "benefit")
        if rule:
            found = sequence.reordered(problem, rule, 60)

            assert problem.value(found, "benefit") >= problem.value(rule, "benefit")
            assert any(found == starts for starts in every_schedule(problem))
    problem = large(0)
    rule = sequence.greedy(problem, "benefit") or {}
    found = sequence.reordered(problem, rule, 300)
    assert problem.value(found, "benefit") > problem.value(rule, "benefit")


def test_a_start_left_out_is_in_no_better_schedule() -> None:
    left_out = 0
    for seed in range(60):
        problem = sequence.required(small(seed))
        rule = sequence.greedy(problem, "benefit")
        if rule is None:
            continue
        settled, first = sequence.settled(problem)
        kept = sequence.windows(problem, "benefit", rule, settled, first)
        allowed = sequence.windows(problem, "benefit", {}, settled, first)
        left_out += sum(map(len, allowed.values())) - sum(map(len, kept.values()))
        value = problem.value(rule, "benefit")
        for starts in every_schedule(problem):
            if problem.value(starts, "benefit") >= value and all(starts.get(n, s) == s for n, s in settled.items()):
                assert all(start in kept[name] for name, start in starts.items())
    assert left_out


def chained(deadline: int | None = None) -> Problem:
    activities = (
        Activity("map", 4, {"ann": 1}),
        Activity("bot", 6, {"ann": 1}, deadline=deadline, benefit=10),
        Activity("letters", 2, {"bob": 1}),
    )
    capacities = {"ann": (1,) * 30, "bob": (1,) * 30}
    return Problem(activities, capacities, 30, (Precedence("map", "bot"),))


def test_conflict_is_the_smallest_set_of_limits() -> None:
    found = solver.schedule(chained(deadline=9))

    assert found.status == "infeasible"
    assert found.starts == {}
    assert set(found.conflict) == {("precedence", "map", "bot"), ("deadline", "bot")}


@pytest.mark.proof
def test_conflict_is_irreducible_on_random_problems() -> None:
    checked = 0
    for seed in range(cases(60, 480)):
        problem = small(seed)
        limits = solver.conflict(problem)
        if limits:
            checked += 1
            assert solver._conflicts(problem, list(limits)) or any(one.is_optional for one in problem.activities)
            for limit in limits:
                assert not solver._conflicts(problem, [other for other in limits if other != limit])
    assert checked > 5


def test_a_cycle_is_a_conflict() -> None:
    both = (Precedence("map", "bot"), Precedence("bot", "map"))

    found = solver.schedule(replace(chained(), precedences=both))

    assert set(found.conflict) == {("precedence", "map", "bot"), ("precedence", "bot", "map")}


def test_an_optional_activity_is_left_out_where_it_does_not_pay() -> None:
    costly = Activity("gilding", 2, is_optional=True, benefit=1, cost=1000)
    paying = Activity("forms", 2, is_optional=True, benefit=100, cost=1000)

    found = solver.schedule(Problem((costly, paying), {}, 30))

    assert found.starts == {"forms": 0}


def test_what_needs_a_dropped_activity_is_dropped_as_well() -> None:
    first = Activity("first", 2, is_optional=True, cost=1000)
    second = Activity("second", 2, is_optional=True, benefit=10)

    found = solver.schedule(Problem((first, second), {}, 30, (Precedence("first", "second"),)))

    assert found.starts == {}


def test_one_more_person_is_worth_what_a_new_plan_reaches() -> None:
    pair = (Activity("a", 10, {"ann": 1}, benefit=10), Activity("b", 10, {"ann": 1}, benefit=10))
    problem = Problem(pair, {"ann": (1,) * 30}, 30)
    found = solver.schedule(problem)

    gains = solver.worth_of_one_more(problem, found, {"ann": 1})

    assert gains["ann"][:3] == (100, 100, 100)  # the second ends ten periods earlier, at 10 a period


def test_a_delay_costs_what_a_new_plan_loses() -> None:
    found = solver.schedule(chained())

    costs = solver.cost_of_delay(chained(), found, ["map", "letters"], 3)

    assert {name: cost[:3] for name, cost in costs.items()} == {"map": (30, 30, 30), "letters": (0, 0, 0)}


def test_a_delay_that_leaves_no_plan_is_told() -> None:
    problem = chained(deadline=11)

    costs = solver.cost_of_delay(problem, solver.schedule(problem), ["map"], 3)

    assert costs == {"map": None}


def test_a_cutover_avoids_the_blackout() -> None:
    problem = replace(chained(), blackouts=(Blackout("year end", 8, 15, ("bot",)),))

    found = solver.schedule(problem)

    assert found.starts["bot"] + 6 - 1 == 15


def test_slack_and_chain_say_what_sets_the_end() -> None:
    problem = chained()
    found = solver.schedule(problem)

    held = slack.held_by(problem, found.starts)

    assert slack.each(problem, found.starts) == {"map": 0, "bot": 0, "letters": 8}
    assert slack.chain(held, "bot") == ["map", "bot"]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="precedence names no activity: ghost"):
        solver.schedule(replace(chained(), precedences=(Precedence("ghost", "bot"),)))
    with pytest.raises(ValueError, match="no capacity is given for: bob"):
        solver.schedule(replace(chained(), capacities={"ann": (1,) * 30}))
    with pytest.raises(ValueError, match='objective is "speed"; it may be: benefit, finish'):
        solver.schedule(chained(), "speed")
