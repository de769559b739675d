"""Hours against hours: worked examples, backlogs against a small simulation, and who is moved where."""

from __future__ import annotations

import heapq
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from engineroom.dictionary import columns, operations, schemas
from engineroom.errors import EngineroomError
from engineroom.organisation import allocation, capacity

WEEKS = pd.date_range("2026-01-05", periods=6, freq="7D")


def sent(model: type[columns.Table], rows: list[dict]) -> pd.DataFrame:
    return model.validate(pd.DataFrame(rows, columns=list(model.to_schema().columns)))


def tables(**rows: list[dict]) -> SimpleNamespace:
    """Return the tables that capacity reads, in memory."""
    names = ("work", "people", "skills", "activities", "staffing")
    return SimpleNamespace(**{name: sent(schemas.INPUTS[name], rows.get(name, [])) for name in names})


def person(name: str, hours: float = 40, shrinkage: float | None = 0.0, **more: object) -> dict:
    return {"person": name, "weekly_hours": hours, "shrinkage": shrinkage} | more


def skill(name: str, of: str, level: str = "main") -> dict:
    return {"person": name, "skill": of, "level": level}


def weekly(of: str, arrivals: list[float], hours: float = 1.0, backlog: float | None = None) -> list[dict]:
    row = {"workflow": "Claims", "skill": of, "standard_hours": hours, "backlog": backlog}
    return [row | {"week": week, "arrivals": came} for week, came in zip(WEEKS, arrivals, strict=False)]


def loaded(sent_in: SimpleNamespace) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    people = capacity.supply(sent_in)
    wanted = capacity.demand(sent_in, pd.DataFrame(columns=["workflow", "week", "received"]))
    return *capacity.load(wanted, people, sent_in.skills), people


# ------------------------------------------------------------------------------------------------- worked examples


def test_at_13_16_percent_that_are_800_hours_a_week_are_of_5000_or_125_people():
    hours = 800 / 0.16

    assert hours == pytest.approx(5000)
    assert capacity.fte(hours, 40) == pytest.approx(125)


def test_004_06_a_bank_that_works_a_fifth_faster_loses_64_percent_of_its_backlog_in_the_weeks_the_formula_says():
    arrivals, backlog = 7 * 100.0, 2187.5
    weeks = 10
    after = capacity.path(backlog, pd.Series([arrivals] * weeks), pd.Series([arrivals * 1.20] * weeks))

    assert after.iloc[-1] / backlog - 1 == pytest.approx(-0.64)
    assert capacity.drain(0.64 * backlog, arrivals * 1.20, arrivals) == pytest.approx(weeks)


def test_people_are_needed_by_load_over_one_minus_shrinkage_never_times_one_plus_it():
    assert capacity.fte(800, 40, 0.2) == pytest.approx(25)
    assert capacity.fte(800, 40, 0.2) > 800 / 40 * 1.2


@pytest.mark.parametrize(
    ("backlog", "able", "arrivals", "weeks"),
    [(100, 60, 50, 10), (100, 50, 50, math.inf), (100, 40, 50, math.inf), (0, 40, 50, 0), (0, 50, 50, 0)],
)
def test_a_backlog_drains_only_where_capacity_is_above_arrivals(backlog, able, arrivals, weeks):
    assert capacity.drain(backlog, able, arrivals) == weeks


@pytest.mark.parametrize(
    ("people", "use", "factor"), [(1, 0.5, 1.0), (1, 0.9, 9.0), (2, 0.5, 1 / 3), (2, 0.9, 4.263158)]
)
def test_the_wait_of_one_queue_is_erlangs(people, use, factor):
    assert capacity.wait_factor(people, use) == pytest.approx(factor, rel=1e-6)


def test_wait_explodes_towards_full_use_and_never_ends_at_it():
    waits = [capacity.wait_factor(5, use) for use in (0.5, 0.8, 0.9, 0.95, 0.99)]

    assert waits == sorted(waits)
    assert waits[-1] > 10 * waits[1]
    assert capacity.wait_factor(5, 1.0) == math.inf
    assert capacity.wait_factor(400, 0.9) < 0.01  # many people hardly ever are all busy: no underflow either


# ------------------------------------------------------------------------------------------------------ simulation


def queue(people: int, use: float, items: int, seed: int) -> tuple[float, float, float]:
    """Simulate one queue before some people: mean wait and mean time in handling times, mean number in the system."""
    draws = np.random.default_rng(seed)
    arrive = np.cumsum(draws.exponential(1 / (people * use), items))
    handled = draws.exponential(1.0, items)
    free = [0.0] * people
    starts = np.empty(items)
    for place in range(items):
        starts[place] = max(arrive[place], heapq.heappop(free))
        heapq.heappush(free, starts[place] + handled[place])
    ends = starts + handled
    kept = slice(items // 10, items - items // 10)
    first, last = arrive[kept][0], arrive[kept][-1]
    number = (np.minimum(ends, last) - np.maximum(arrive, first)).clip(min=0).sum() / (last - first)
    return float((starts - arrive)[kept].mean()), float((ends - arrive)[kept].mean()), float(number)


@pytest.mark.parametrize(("people", "use"), [(1, 0.7), (3, 0.8), (8, 0.9)])
def test_the_wait_agrees_with_a_simulated_queue_and_little_holds_in_it(people, use):
    wait, time, number = queue(people, use, 150_000, seed=people)

    assert wait == pytest.approx(capacity.wait_factor(people, use), rel=0.1)
    assert number == pytest.approx(people * use * time, rel=0.02)  # L = λW


def worked_off(backlog: int, able: int, arrivals: float, weeks: int, seed: int) -> int | None:
    """Simulate items that come at random and are done one by one; return the week in which nothing waits."""
    draws = np.random.default_rng(seed)
    for week in range(1, weeks + 1):
        waiting = backlog + int(draws.poisson(arrivals))
        backlog = max(waiting - able, 0)
        if backlog == 0:
            return week
    return None


def test_drain_time_agrees_with_items_that_are_worked_off_one_by_one():
    weeks = [worked_off(600, 130, 100, 200, seed) for seed in range(200)]

    assert np.mean([week for week in weeks if week]) == pytest.approx(capacity.drain(600, 130, 100), rel=0.05)


def test_a_queue_whose_arrivals_are_above_capacity_is_never_worked_off():
    assert all(worked_off(600, 95, 100, 200, seed) is None for seed in range(50))
    assert capacity.drain(600, 95, 100) == capacity.NEVER


# ------------------------------------------------------------------------------------------------ load and moving


def test_a_gap_is_demand_beyond_the_people_in_place_and_moving_closes_what_others_can_spare():
    found, moves, people = loaded(
        tables(
            work=weekly("intake", [60, 110, 60]) + weekly("payment", [30, 30, 40]),
            people=[person("A"), person("B"), person("C")],
            skills=[skill("A", "intake"), skill("B", "intake"), skill("C", "payment"), skill("C", "intake", "able")],
        )
    )
    short = capacity.needs(found, people).set_index("skill").loc["intake"]

    assert (short["gap_hours"], short["left_hours"], short["short_weeks"]) == (30, 20, 1)
    assert (short["gap_fte"], short["closed_fte"]) == (0.75, 0.25)
    assert short["peak_week"] == WEEKS[1]
    assert moves.to_dict("records") == [
        {"week": WEEKS[1], "person": "C", "from_skill": "payment", "to_skill": "intake", "hours": 10.0}
    ]


def test_somebody_who_learns_a_skill_is_not_moved_to_it():
    found, moves, _ = loaded(
        tables(
            work=weekly("intake", [60]) + weekly("payment", [0]),
            people=[person("A"), person("C")],
            skills=[skill("A", "intake"), skill("C", "payment"), skill("C", "intake", "learning")],
        )
    )

    assert moves.empty
    assert found.set_index("skill").loc["intake", "left_hours"] == 20


def test_a_week_without_figures_is_no_week_without_work():
    sent_in = tables(
        work=weekly("intake", [60, 60, 60]) + weekly("payment", [30])[:1],
        people=[person("A"), person("C"), person("D")],
        skills=[
            skill("A", "intake"),
            skill("C", "payment"),
            skill("C", "intake", "able"),
            skill("D", "audit"),  # nobody says what audits take: who does them is not lent either
            skill("D", "intake", "able"),
        ],
    )

    found, moves, people = loaded(sent_in)

    needs = capacity.needs(found, people).set_index("skill")
    assert needs["weeks"].to_dict() == {"intake": 3, "payment": 1}
    assert needs.at["payment", "mean_hours"] == 30
    assert moves[["week", "person", "hours"]].to_numpy().tolist() == [[WEEKS[0], "C", 10.0]]
    assert found[found["skill"] == "intake"]["left_hours"].tolist() == [10, 20, 20]


def test_a_skill_of_two_workflows_counts_in_weeks_of_which_both_are_known():
    mail = [row | {"workflow": "Mail"} for row in weekly("post", [10, 10])]

    found, _, _ = loaded(
        tables(work=weekly("post", [5, 5, 5]) + mail, people=[person("A")], skills=[skill("A", "post")])
    )

    assert found["demand_hours"].tolist() == [15, 15]


def test_what_is_rounded_off_adds_up_to_nothing_over_a_team_and_a_quarter():
    people = [person(f"Person {number}", 37.5, 0.17) for number in range(100)]  # 31.125 hours each
    rows = [row | {"skill": "intake", "arrivals": 3110.1} for row in weekly("intake", [1.0] * 6)]

    found, _, staff = loaded(
        tables(work=rows, people=people, skills=[skill(one["person"], "intake") for one in people])
    )

    assert found["gap_hours"].max() == 0
    assert capacity.needs(found, staff).at[0, "mean_hours"] == pytest.approx(3110.1, abs=1e-4)
    backlog = capacity.backlogs(found, pd.DataFrame(columns=["workflow"])).iloc[0]
    assert (backlog["backlog"], backlog["trend"]) == (0, "steady")


@pytest.mark.parametrize("hours", [40.1, 33.3, 0.1])
def test_a_team_that_is_just_large_enough_is_short_of_nothing(hours):
    sent_in = tables(
        work=weekly("intake", [3 * hours] * 6),
        people=[person(name, hours) for name in "ABC"],
        skills=[skill(name, "intake") for name in "ABC"],
    )

    found, moves, _ = loaded(sent_in)

    assert (found["gap_hours"].max(), found["backlog_hours"].max(), len(moves)) == (0, 0, 0)
    backlog = capacity.backlogs(found, pd.DataFrame(columns=["workflow"])).iloc[0]
    assert backlog["trend"] == "steady"


def test_shrinkage_takes_hours_away_and_a_blank_one_is_the_leave_of_the_team():
    staff = [{"team": "Desk", "fte": 1, "paid_hours": 1000, "leave_hours": 100, "productive_hours": 700}]
    people = capacity.supply(
        tables(people=[person("A", 40, 0.2), person("B", 40, None, team="Desk"), person("C", 40, None)], staffing=staff)
    )

    assert people["hours"].tolist() == [32, 36, 40]


def test_a_skill_nobody_has_is_short_by_all_of_its_demand():
    found, _, people = loaded(tables(work=weekly("audit", [16]), people=[person("A")], skills=[skill("A", "intake")]))

    row = capacity.needs(found, people).iloc[0]
    assert (row["capacity_hours"], row["gap_hours"], row["left_hours"], row["gap_fte"]) == (0, 16, 16, 0.4)


def test_where_nobody_wrote_down_who_does_the_work_nothing_is_said_to_be_missing():
    work = weekly("audit", [16], backlog=3)

    unsent, _, people = loaded(tables(work=work))
    nobody_in_place, _, _ = loaded(tables(work=work, people=[person("A")], skills=[skill("A", "audit", "learning")]))

    assert unsent.empty
    assert nobody_in_place.empty
    assert capacity.needs(unsent, people).empty
    assert capacity.backlogs(unsent, pd.DataFrame(columns=["workflow"])).empty


def test_the_backlog_runs_on_with_people_in_place_and_drains_when_they_are_moved():
    sent_in = tables(
        work=weekly("intake", [50] * 6, backlog=20) + weekly("payment", [10] * 6),
        people=[person("A"), person("C")],
        skills=[skill("A", "intake"), skill("C", "payment"), skill("C", "intake", "able")],
    )
    found, _, _ = loaded(sent_in)
    intake = capacity.backlogs(found, pd.DataFrame(columns=["workflow"])).set_index("queue").loc["intake"]

    assert intake["start"] == 20
    assert intake["backlog"] == 20 + 6 * 10
    assert intake["drain_weeks"] == capacity.NEVER
    assert intake["moved_backlog"] == 0
    path = capacity.path(20, pd.Series([50.0] * 6), pd.Series([40.0] * 6))
    assert found[found["skill"] == "intake"]["backlog_hours"].tolist() == path.tolist()


def test_open_cases_that_differ_by_chance_are_work_in_progress_and_have_nothing_to_drain():
    weeks = pd.DataFrame(
        [("steady", week, 100.0, 99.0, 52.0 + place) for place, week in enumerate(WEEKS, 1)]
        + [("grows", week, 100.0, 90.0, 50.0 + 10 * place) for place, week in enumerate(WEEKS, 1)]
        + [("shrinks", week, 100.0, 110.0, 110.0 - 10 * place) for place, week in enumerate(WEEKS, 1)],
        columns=["workflow", "week", "received", "completed", "open"],
    )

    found = capacity.backlogs(columns.empty(capacity.operating_tables.Load), weeks).set_index("queue")

    assert found["trend"].to_dict() == {"grows": "grows", "shrinks": "shrinks", "steady": "steady"}
    assert math.isnan(found.at["steady", "drain_weeks"])
    assert found.at["grows", "drain_weeks"] == math.inf
    assert found.at["shrinks", "drain_weeks"] == pytest.approx(5)
    assert found.at["shrinks", "start"] == 110


def test_utilisation_is_of_the_hours_that_are_there_and_the_band_is_left_in_either_direction():
    row = {"fte": 10, "paid_hours": 1000, "leave_hours": 100}
    staff = [
        row | {"team": "Idle", "productive_hours": 450},
        row | {"team": "Fit", "productive_hours": 720},
        row | {"team": "Full", "productive_hours": 873},
    ]

    found = capacity.utilisation(tables(staffing=staff), 0.7, 0.85).set_index("team")

    assert found["utilisation"].round(2).to_dict() == {"Full": 0.97, "Fit": 0.8, "Idle": 0.5}
    assert found["band"].to_dict() == {"Full": "above", "Fit": "within", "Idle": "below"}


@pytest.mark.parametrize(("least", "most"), [(70, 0.85), (0.85, 0.7), (0.7, 85)])
def test_a_band_that_is_none_is_refused(least, most):
    with pytest.raises(EngineroomError) as raised:
        capacity.utilisation(tables(), least, most)

    assert str(raised.value) == (
        f"least_busy is {least:g} and most_busy is {most:g}; "
        "write two shares from 0 to 1, the lower first, such as 0.7 and 0.85"
    )


# ---------------------------------------------------------------------------------------------- allocation, as maths

QUARTERS = st.integers(0, 160).map(lambda units: units / 4)


@st.composite
def weeks_of_work(draw: st.DrawFn) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    people = [f"P{number}" for number in range(draw(st.integers(1, 5)))]
    skills = [f"S{number}" for number in range(draw(st.integers(1, 4)))]
    hours = pd.Series([draw(QUARTERS) for _ in people], index=people, dtype=float)
    demand = pd.Series([draw(QUARTERS) for _ in skills], index=skills, dtype=float)
    main = {name: draw(st.sampled_from(skills)) for name in people}
    rows = [
        {"person": name, "skill": one, "is_main": main[name] == one}
        for name in people
        for one in skills
        if main[name] == one or draw(st.booleans())
    ]
    return hours, pd.DataFrame(rows), demand


@settings(max_examples=60, deadline=None)
@given(weeks_of_work())
def test_a_plan_covers_as_much_as_a_maximum_flow_in_quarters_and_overworks_nobody(week):
    hours, pairs, demand = week

    plan = allocation.solve(hours, pairs, demand)

    people, skills = list(hours.index), list(demand.index)
    size = len(people) + len(skills) + 2
    flow = np.zeros((size, size), dtype=np.int32)
    for place, name in enumerate(people):
        flow[0, 1 + place] = round(hours[name] * 4)
    for place, name in enumerate(skills):
        flow[1 + len(people) + place, size - 1] = round(demand[name] * 4)
    for row in pairs.itertuples():
        flow[1 + people.index(row.person), 1 + len(people) + skills.index(row.skill)] = 10_000
    assert plan["hours"].sum() * 4 == maximum_flow(csr_matrix(flow), 0, size - 1).flow_value
    assert ((plan["hours"] * 4) % 1 == 0).all()
    assert all(given <= hours[name] for name, given in plan.groupby("person")["hours"].sum().items())
    assert all(given <= demand[name] for name, given in plan.groupby("skill")["hours"].sum().items())


@settings(max_examples=40, deadline=None)
@given(weeks_of_work())
def test_moving_people_never_leaves_more_uncovered_than_leaving_them(week):
    hours, pairs, demand = week
    home = pairs[pairs["is_main"]].set_index("person")["skill"]
    there = hours.groupby(home).sum().reindex(demand.index, fill_value=0.0)

    plan = allocation.solve(hours, pairs, demand)

    assert plan["hours"].sum() >= demand.clip(upper=there).sum() - 1e-9


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12), st.integers(0, 200))
def test_a_backlog_is_never_negative_and_loses_at_most_the_capacity(weeks, backlog):
    came, could = (pd.Series([week[place] for week in weeks], dtype=float) for place in (0, 1))

    after = capacity.path(float(backlog), came, could)

    before = pd.Series([float(backlog), *after[:-1]])
    assert (after >= 0).all()
    assert (after >= before + came - could - 1e-9).all()
    assert after.iloc[-1] >= backlog + came.sum() - could.sum() - 1e-9


def test_the_same_week_gives_the_same_plan():
    hours = pd.Series({"A": 10.0, "B": 10.0})
    rows = [("A", "x", True), ("B", "x", True), ("A", "y", False), ("B", "y", False)]
    pairs = pd.DataFrame(rows, columns=["person", "skill", "is_main"])

    plans = [allocation.solve(hours, pairs, pd.Series({"x": 10.0, "y": 6.0})).to_dict("records") for _ in range(3)]

    assert plans[0] == plans[1] == plans[2]
    assert {"person": "A", "skill": "y", "is_main": False, "hours": 6.0} in plans[0]


def test_two_hundred_people_over_a_year_are_planned_within_seconds():
    people = [person(f"Person {number}") for number in range(200)]
    skills = [skill(f"Person {number}", f"Skill {number % 20}") for number in range(200)]
    skills += [skill(f"Person {number}", f"Skill {(number + 7) % 20}", "able") for number in range(200)]
    weeks = pd.date_range("2025-07-07", periods=52, freq="7D")
    work = [
        {
            "workflow": "W",
            "skill": f"Skill {one}",
            "week": week,
            "arrivals": 380 + 60 * ((one + place) % 3),
            "standard_hours": 1,
        }
        for one in range(20)
        for place, week in enumerate(weeks)
    ]

    found, moves, _ = loaded(tables(work=work, people=people, skills=skills))

    assert len(found) == 20 * 52
    assert len(moves) > 100
    assert operations.SKILLS[0] == "main"
