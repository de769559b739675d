"""Make the data of the starter engagements: three fictional back offices, simulated from the models beside this file.

A model (`tools/starters/<sector>.toml`) says how work arrives, which routes cases take, who does each step and how long
it takes. Written are the event log and the tables that must agree with it (kpis, workflows, costs, staffing);
`engagement.toml`, `README.md` and `tables/readiness.csv` of a starter are written by hand, where they lie. The same
model gives the same bytes.

    python tools/starters.py [--out lib/engineroom/starters]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import math
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from simulation import DAY, DAYS, END, ORIGIN, Case, Draws, Event, Model, Team, clock, day_of, simulate

MODELS = Path(__file__).with_suffix("")
STARTERS = Path(__file__).parents[1] / "lib" / "engineroom" / "starters"
PERIOD = (date(2026, 1, 1), END)
MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in range(1, 7)]
FIRST, LAST = day_of(PERIOD[0]) * DAY, DAYS * DAY
SKIPPED_HOUR = day_of(date(2026, 3, 8)) * DAY + clock("02:00")  # clocks go forward: 02:00 to 03:00 does not exist


@dataclass(frozen=True)
class Starter:
    """A back office that has run: its model, the cases as logged, the teams that worked on them."""

    model: Model
    cases: list[Case]
    teams: dict[str, Team]


def closing(model: Model, case: Case) -> float | None:
    """Return when a case was first closed, if it was."""
    return next((event.completed for event in case.events if event.activity in model["closed"]), None)


def as_logged(model: Model, cases: list[Case]) -> list[Case]:
    """Return the cases as the extract holds them: closed in the period or open at its end, with people's habits.

    People add a note after closing, are logged in mixed case, and now and then without a name.
    """
    draws, kept = Draws(model["seed"], 997), []
    people = {user for team in model["teams"].values() for user in team["users"]}
    for case in cases:
        ended = closing(model, case)
        if ended is not None and draws.happens(model["notes"]["share"]):
            user = sorted(people)[int(draws.share() * len(people))]
            moment = (math.ceil(ended / DAY) + 0.4 + draws.share() * 0.2) * DAY
            case.events.append(Event(model["notes"]["do"], user, moment, moment, 2))
        if ended is not None and ended < FIRST:
            continue
        events = []
        for event in case.events:
            habit, user = draws.share(), event.user
            if user in people and habit < 0.03:
                user = "" if habit < 0.004 else user.upper() if habit < 0.02 else user.title()
            if event.completed < LAST:
                events.append(event._replace(user=user))
        if events:
            kept.append(
                Case(model["renamed"].get(case.name, case.name), case.workflow, case.received, case.due, [], events)
            )
    return kept


def stamp(when: float, timespec: str = "seconds") -> str:
    """Return a moment as text; what falls into the hour that the clocks skip is logged in the minute after it."""
    if SKIPPED_HOUR <= when < SKIPPED_HOUR + 60:
        when = SKIPPED_HOUR + 60 + (when - SKIPPED_HOUR) / 60
    moment = ORIGIN + timedelta(seconds=round(when * 60))
    return moment.isoformat(" ", timespec)


def text(header: list[str], rows: list[list[Any]]) -> str:
    """Return rows as CSV; nothing is a blank cell."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerows([header, *rows])
    return sheet.getvalue()


def log(starter: Starter) -> str:
    """Return the event log: one row an event, case after case, under the client's own column names."""
    rates = {user: spec["rate"] for spec in starter.model["teams"].values() for user in spec["users"]}
    cells: dict[str, Callable[[Case, Event], str]] = {
        "case": lambda case, event: case.name,
        "workflow": lambda case, event: case.workflow,
        "activity": lambda case, event: event.activity,
        "user": lambda case, event: event.user,
        "started": lambda case, event: stamp(event.started),
        "completed": lambda case, event: stamp(event.completed),
        "due": lambda case, event: stamp(case.due, "minutes"),
        "cost": lambda case, event: f"{cost(event, rates):.2f}",
        "exception": lambda case, event: event.exception,
    }
    columns = starter.model["columns"]
    rows = [[cells[name](case, event) for name in columns] for case in starter.cases for event in case.events]
    return text(list(columns.values()), rows)


def cost(event: Event, rates: dict[str, float]) -> float:
    """Return what a step cost, to half a unit: the minutes at the user's rate, or the price of a robot's run."""
    rate = rates.get(event.user.lower())
    return 0.05 if rate is None else max(round(event.worked / 60 * rate * 2) / 2, 0.5)


def by_month(starter: Starter, workflow: str) -> list[list[Case]]:
    """Return the cases of a workflow that were first closed in each month of the period."""
    months: list[list[Case]] = [[] for _ in MONTHS]
    for case in starter.cases:
        ended = closing(starter.model, case)
        if case.workflow == workflow and ended is not None:
            months[(ORIGIN + timedelta(minutes=ended)).month - 1].append(case)
    return months


def kpis_rows(starter: Starter) -> Iterator[list[Any]]:
    """Yield the rows of kpis.csv: stated figures, or shares counted in the log (`without`), monthly or in one."""
    for kpi in starter.model["kpis"]:
        spec = dict(kpi)
        if "without" in spec:
            months = by_month(starter, spec["workflow"])
            good = [
                [case for case in month if spec["without"] not in {event.activity for event in case.events}]
                for month in months
            ]
            spec |= {"numerator": [len(month) for month in good], "denominator": [len(month) for month in months]}
        parts: Model = {name: spec.get(name) for name in ("value", "numerator", "denominator", "n", "deviation")}
        is_monthly = any(isinstance(part, list) for part in parts.values())
        spans = MONTHS if is_monthly else [(spec.get("start", PERIOD[0]), spec.get("end", PERIOD[1]))]
        for index, (start, end) in enumerate(spans):
            row: Model = {name: part[index] if isinstance(part, list) else part for name, part in parts.items()}
            if row["value"] is None:
                row["value"] = round(row["numerator"] / row["denominator"], 6)
            if row["n"] is None:
                row["n"] = row["denominator"]
            names = [spec["kpi"], spec.get("definition"), spec.get("workflow"), spec.get("segment")]
            yield [*names, *row.values(), start, end, spec["source"]]


def hours(starter: Starter) -> dict[tuple[str, str], float]:
    """Return the hours each team worked on each workflow, as the log has them."""
    teams = {user: name for name, team in starter.teams.items() for user in team.users}
    worked = {(team, flow["workflow"]): 0.0 for team in starter.teams for flow in starter.model["workflows"]}
    for case in starter.cases:
        for event in case.events:
            if event.user.lower() in teams:
                worked[teams[event.user.lower()], case.workflow] += event.worked / 60
    return worked


def staffing_rows(starter: Starter) -> Iterator[list[Any]]:
    """Yield the rows of staffing.csv: the part of each team's time these queues get, and the hours worked on them."""
    for name, team in starter.teams.items():
        worked = {flow: time for (owner, flow), time in hours(starter).items() if owner == name and time > 2}
        fte = round(team.capacity() / 60 * team.share / (DAYS / 7 * 40 * 0.9), 2)  # a tenth of paid time is leave
        paid = round(fte * 26 * 40)
        only = next(iter(worked)) if len(worked) == 1 else None
        yield [
            name,
            only,
            fte,
            paid,
            round(paid * 0.1),
            round(sum(worked.values())),
            starter.model["teams"][name]["rate"],
        ]


def people_of(starter: Starter, workflow: str) -> tuple[float, float]:
    """Return the full-time equivalents and the pay of a workflow: its part, by hours, of each of its teams."""
    worked, fte, pay = hours(starter), 0.0, 0.0
    for team, _, people, paid, _, productive, rate in staffing_rows(starter):
        part = worked[team, workflow] / productive
        fte, pay = fte + part * people, pay + part * paid * rate
    return fte, pay


def costs_rows(starter: Starter) -> Iterator[list[Any]]:
    """Yield the rows of costs.csv: people are paid for the time these queues get, the rest is a share of the total."""
    for flow in starter.model["workflows"]:
        personnel = round(people_of(starter, flow["workflow"])[1])
        rest = [round(personnel * part / (1 - sum(flow["cost_shares"]))) for part in flow["cost_shares"]]
        done = sum(len(month) for month in by_month(starter, flow["workflow"]))
        yield [flow["workflow"], personnel, *rest, personnel + sum(rest), done, *PERIOD, starter.model["ledger"]]


def workflows_rows(starter: Starter) -> Iterator[list[Any]]:
    """Yield the rows of workflows.csv: volumes, people and unit cost from the log, the rest from the model."""
    people = {user for team in starter.teams.values() for user in team.users}
    for flow, costs in zip(starter.model["workflows"], costs_rows(starter), strict=True):
        cases = [case for month in by_month(starter, flow["workflow"]) for case in month]
        straight = sum(
            not any(event.user.lower() in people or not event.user for event in case.events) for case in cases
        )
        left = sum(any(event.activity in starter.model["exceptions"] for event in case.events) for case in cases)
        volumes = [round(number / len(MONTHS)) for number in (len(cases), straight, left)]
        about = [flow.get(name) for name in ("process", "function", "owner")]
        money = [round(people_of(starter, flow["workflow"])[0], 2), round(costs[6] / len(cases), 2)]
        prices = [flow.get(f"cost_{name}") for name in ("of_rework", "of_manual_touch", "of_late", "spread")]
        yield [flow["workflow"], starter.model["sector"], *about, *volumes, *money, *prices, flow["systems"]]


TABLES: dict[str, tuple[str, Callable[[Starter], Iterator[list[Any]]]]] = {
    "kpis": (
        "kpi definition workflow segment value numerator denominator n deviation period_start period_end source",
        kpis_rows,
    ),
    "workflows": (
        "workflow sector process function owner monthly_volume monthly_straight_through monthly_exceptions fte "
        "unit_cost cost_of_rework cost_of_manual_touch cost_of_late cost_spread systems",
        workflows_rows,
    ),
    "costs": (
        "workflow personnel systems overhead outsourced other total transactions period_start period_end source",
        costs_rows,
    ),
    "staffing": ("team workflow fte paid_hours leave_hours productive_hours loaded_rate", staffing_rows),
}


def make(model: Model, folder: Path) -> None:
    """Write the event log and the tables of one starter into its folder."""
    cases, teams = simulate(model)
    starter = Starter(model, as_logged(model, cases), teams)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "tables").mkdir(exist_ok=True)
    (folder / "data" / "events.csv.gz").write_bytes(gzip.compress(log(starter).encode(), compresslevel=9, mtime=0))
    for name, (header, rows) in TABLES.items():
        sheet = text(header.split(), list(rows(starter)))
        (folder / "tables" / f"{name}.csv").write_text(sheet, encoding="utf-8", newline="")


def main() -> None:
    """Make every starter that has a model."""
    parser = argparse.ArgumentParser(description="Make the data of the starter engagements.")
    parser.add_argument("--out", type=Path, default=STARTERS, help="folder of the starters (default: the library's)")
    out = parser.parse_args().out
    for path in sorted(MODELS.glob("*.toml")):
        make(tomllib.loads(path.read_text(encoding="utf-8")), out / path.stem)
        print(out / path.stem)


if __name__ == "__main__":
    main()
