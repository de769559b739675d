"""Simulate a back office: cases that arrive, take their routes and wait for people, batch runs and outside parties.

Waiting is not drawn. It comes from calendars and queues, so a team that is short in March shows as a backlog in March.
The same model gives the same cases: one seed, no clock.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

ORIGIN = datetime(2025, 11, 3)  # a Monday, two months before the period: queues are in their stride when it starts
END = date(2026, 6, 30)
HOLIDAYS = ("2025-11-27", "2025-12-25", "2026-01-01", "2026-01-19", "2026-05-25", "2026-06-19")
DAY = 24 * 60  # all times are minutes since ORIGIN on the local clock
NORMAL = NormalDist()

Model = dict[str, Any]


def day_of(when: date) -> int:
    """Return the number of a day."""
    return (when - ORIGIN.date()).days


def clock(text: str) -> int:
    """Return the minutes after midnight of `HH:MM`."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


CLOSED_DAYS = {day_of(date.fromisoformat(day)) for day in HOLIDAYS}
DAYS = day_of(END) + 1


class Draws:
    """Random draws by inversion from one stream of uniforms, so that they stay the same in every numpy release."""

    def __init__(self, *seed: int) -> None:
        self._stream = np.random.default_rng(seed)

    def share(self) -> float:
        """Return a number from 0 to 1."""
        return float(self._stream.random())

    def happens(self, chance: float) -> bool:
        """Return whether something of this chance happens."""
        return self.share() < chance

    def around(self, median: float, spread: float) -> float:
        """Return a log-normal number."""
        return median * math.exp(spread * NORMAL.inv_cdf(min(max(self.share(), 1e-6), 1 - 1e-6)))

    def pick(self, weights: dict[str, float]) -> str:
        """Return one of the keys, as often as its weight says."""
        mark = self.share() * sum(weights.values())
        for key, edge in zip(weights, accumulate(weights.values()), strict=True):
            if mark < edge:
                return key
        return key

    def count(self, mean: float) -> int:
        """Return a Poisson number."""
        floor, product, number = math.exp(-mean), self.share(), 0
        while product > floor:
            product *= self.share()
            number += 1
        return number


@dataclass
class Team:
    """People who serve one queue in their working hours, each at a pace of their own.

    They also serve others: `share` is the part of their time this queue gets, so an item that took ten minutes keeps
    its person from the next one for longer.
    """

    users: list[str]
    paces: list[float]
    opens: float
    closes: float
    week: int  # working days, from Monday
    away: list[tuple[int, int, int]]  # first day, last day, how many people
    share: float = 1
    free: list[float] = field(default_factory=list)

    def is_there(self, person: int, day: int) -> bool:
        """Return whether this person works on that day."""
        short = sum(people for first, last, people in self.away if first <= day <= last)
        return day % 7 < self.week and day not in CLOSED_DAYS and person < len(self.users) - short

    def capacity(self) -> float:
        """Return the minutes all of them are there."""
        days = sum(self.is_there(person, day) for person in range(len(self.users)) for day in range(DAYS))
        return days * (self.closes - self.opens)

    def moment(self, person: int, when: float) -> float:
        """Return the first working moment of this person at or after `when`."""
        day = int(when // DAY)
        while not self.is_there(person, day) or when >= day * DAY + self.closes:
            day += 1
        return max(when, day * DAY + self.opens)

    def work(self, person: int, start: float, minutes: float) -> float:
        """Return when this person has worked so many minutes."""
        while start + minutes > (closes := start // DAY * DAY + self.closes):
            minutes -= closes - start
            start = self.moment(person, closes)
        return start + minutes

    def serve(self, ready: float, minutes: float) -> tuple[str, float, float, float]:
        """Give the item to whoever can start first; return who, when they started and finished, and minutes of work."""
        starts = [self.moment(person, max(ready, free)) for person, free in enumerate(self.free)]
        person = min(range(len(starts)), key=lambda p: (starts[p], self.free[p]))
        minutes *= self.paces[person]
        end = self.work(person, starts[person], minutes)
        self.free[person] = self.work(person, end, minutes * (1 / self.share - 1))
        return self.users[person], starts[person], end, minutes


@dataclass(frozen=True)
class Task:
    """One step of one case, its draws made: who does it, for how long, and what it waits for."""

    activity: str
    by: str
    minutes: float
    wait: float
    batch: float | None
    exception: str = ""

    def ready(self, now: float, lag: float) -> float:
        """Return when the step can be taken: after the outside wait, then at the next batch run."""
        when = now + self.wait
        if self.batch is None:
            return when
        run = (when // DAY) * DAY + self.batch
        return (run if run >= when else run + DAY) + lag


class Event(NamedTuple):
    """One step as logged, the minutes of work it took, and the type of exception that it ended in, if it did."""

    activity: str
    user: str
    started: float
    completed: float
    worked: float
    exception: str = ""


@dataclass
class Case:
    """One item of work, the steps it will take and what was logged of it."""

    name: str
    workflow: str
    received: float
    due: float
    tasks: list[Task]
    events: list[Event] = field(default_factory=list)


def season(flow: Model, day: int) -> float:
    """Return how much busier than usual the workflow is on a day: weekday, month end, holidays, surges, growth."""
    when = ORIGIN.date() + timedelta(days=day)
    factor: float = flow["weekdays"][day % 7] * 7 / sum(flow["weekdays"])
    if when.day >= 28 or when.day <= 2:
        factor *= flow.get("month_end", 1)
    if day in CLOSED_DAYS:
        factor *= flow.get("holidays", 0.1)
    for surge in flow.get("surges", []):
        if surge["start"] <= when <= surge["end"]:
            factor *= surge["factor"]
    growth: float = flow.get("growth", 0)
    return float(factor * (1 + growth) ** ((day - DAYS / 2) / 30.4))


def arrivals(flow: Model, draws: Draws) -> list[float]:
    """Return when cases of a workflow arrive: through the day by its hours, or in the bursts of its feeds."""
    days = range(DAYS)
    scale = len(days) / sum(season(flow, day) for day in days) * flow["monthly"] / 30.4
    times = []
    for day in days:
        for _ in range(draws.count(scale * season(flow, day))):
            if "feeds" in flow:
                feed = flow["feeds"][int(draws.share() * len(flow["feeds"]))]
                times.append(day * DAY + clock(feed) + draws.share() * 9)
            else:
                hour = int(draws.pick({str(hour): weight for hour, weight in enumerate(flow["hours"])}))
                times.append(day * DAY + (hour + draws.share()) * 60)
    return sorted(times)


def route(flow: Model, draws: Draws) -> list[Task]:
    """Return the steps one case will take: its kind says which, chances and returns make the exceptions."""
    kind = draws.pick(flow["kinds"])
    steps, tasks, position, returns = flow["steps"], [], 0, 0
    names = [step["do"] for step in steps]
    while position < len(steps):
        step = steps[position]
        position += 1
        chance = step.get("chance", 1) * 0.35 ** (returns if "back" in step else 0)
        if kind not in step.get("only", [kind]) or not draws.happens(chance):
            continue
        minutes = draws.around(step.get("minutes", 0.4), 0.6)
        wait = draws.around(step.get("wait", 0) * 60, 0.7)
        batch = clock(step["batch"]) if "batch" in step else None
        tasks.append(Task(step["do"], step["by"], minutes, wait, batch, step.get("fails", {}).get(kind, "")))
        if "back" in step:
            position, returns = names.index(step["back"]), returns + 1
        if "end" in step:
            break
    if draws.happens(flow.get("stuck", 0)):
        tasks = tasks[: 1 + int(draws.share() * (len(tasks) - 1))]
    return tasks


def due(flow: Model, received: float) -> float:
    """Return when a case is due: some hours after receipt, or at 18:00 some working days after it."""
    if "due_hours" in flow:
        return math.ceil(received / 60 + float(flow["due_hours"])) * 60.0
    day, left = int(received // DAY), int(flow["due_days"])
    while left:
        day += 1
        left -= day % 7 < 5 and day not in CLOSED_DAYS
    return day * DAY + 18 * 60.0


def hire(model: Model, cases: list[Case]) -> dict[str, Team]:
    """Return the teams, each giving these queues as much of its time as makes it as loaded as the model says."""
    draws, teams = Draws(model["seed"], 999), {}
    for name, spec in model["teams"].items():
        paces = [draws.around(1, 0.18) for _ in spec["users"]]
        opens, closes = (clock(hour) for hour in spec["hours"])
        away = [(day_of(gap["start"]), day_of(gap["end"]), gap["people"]) for gap in spec.get("away", [])]
        team = Team(spec["users"], paces, opens, closes, spec.get("week", 5), away, free=[0.0] * len(paces))
        asked = sum(task.minutes for case in cases for task in case.tasks if task.by == name)
        team.share = min(asked / team.capacity() / spec["load"], 1)
        teams[name] = team
    return teams


def simulate(model: Model) -> tuple[list[Case], dict[str, Team]]:
    """Let all cases run through all teams, first come first served; return them with what happened, and the teams."""
    cases = []
    for number, flow in enumerate(model["workflows"]):
        draws = Draws(model["seed"], number)
        for item, received in enumerate(arrivals(flow, draws), start=10001):
            name = f"{flow['prefix']}{item}"
            cases.append(Case(name, flow["workflow"], received, due(flow, received), route(flow, draws)))
    cases.sort(key=lambda case: case.received)
    teams, lags = hire(model, cases), Draws(model["seed"], 998)
    queue = [(case.received, number, 0) for number, case in enumerate(cases)]
    while queue:
        now, number, step = heapq.heappop(queue)
        case = cases[number]
        task = case.tasks[step]
        if task.by in teams:
            user, started, completed, minutes = teams[task.by].serve(now, task.minutes)
        else:
            user, started, minutes = task.by, now, task.minutes if step else 0
            completed = now + minutes
        case.events.append(Event(task.activity, user, started, completed, minutes, task.exception))
        if step + 1 < len(case.tasks):
            ready = case.tasks[step + 1].ready(completed, lags.share() * 11)
            heapq.heappush(queue, (ready, number, step + 1))
    return cases, teams
