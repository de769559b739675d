"""Make the tables `work`, `people` and `skills` of the insurer's starter: a claims department with a stormy spring.

Invented, without any draw: volumes follow a level, a season and the storms below, so that the same lines come out every
time and each weakness in them was put there on purpose.

    python tools/workforce.py [--out lib/engineroom/starters/insurer/tables]
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[1] / "lib" / "engineroom" / "starters" / "insurer" / "tables"
FIRST, WEEKS = date(2025, 12, 29), 26
STORMS = {7: 0.34, 8: 0.22, 9: 0.08, 22: 0.2, 23: 0.14}
"""Week -> share of claims more than usual; they reach the next skill one week later."""

SEASON = 0.04

WORK: list[tuple[str, str, float, float, float, int]] = [
    ("Claims", "Claims intake", 7850, 0.12, 260, 0),
    ("Claims", "Assessment", 7850, 0.4, 5200, 1),
    ("Claims", "Complex cases", 240, 2.0, 90, 2),
    ("Claims", "Payment", 7850, 0.05, 0, 2),
    ("Supplier invoices", "Invoice entry", 1800, 0.19, 0, -1),
    ("Supplier invoices", "Invoice exceptions", 600, 0.272, 410, -1),
    ("Supplier invoices", "Supplier tax", 40, 0.5, 0, -1),
]
"""Workflow, skill, arrivals of a usual week, hours of one, backlog at the start, weeks behind a storm (-1: none)."""

ROLES: list[tuple[str, int, str, int, float, float, str, list[tuple[str, str, int]]]] = [
    ("Intake clerk", 32, "Claims handlers", 2, 0.2, 52, "Claims intake", [("Payment", "able", 3)]),
    ("Adjuster", 116, "Claims handlers", 4, 0.2, 86, "Assessment",
     [("Claims intake", "able", 6), ("Complex cases", "learning", 4)]),
    ("Senior adjuster", 18, "Claims handlers", 6, 0.2, 124, "Complex cases", [("Assessment", "able", 6)]),
    ("Payment clerk", 14, "Claims handlers", 2, 0.2, 54, "Payment", [("Claims intake", "able", 5)]),
    ("Invoice clerk", 12, "Accounts payable", 2, 0.2, 30, "Invoice entry",
     [("Invoice exceptions", "able", 1), ("Supplier tax", "learning", 1)]),
    ("Invoice specialist", 5, "Accounts payable", 3, 0.2, 36, "Invoice exceptions", [("Invoice entry", "able", 2)]),
    ("Tax specialist", 1, "Accounts payable", 4, 0.2, 44, "Supplier tax", []),
]  # fmt: skip
"""Role, people, team, grade, shrinkage, cost of an hour, main skill, and who of them has which other skill."""


def work_rows() -> Iterator[list[Any]]:
    """Yield the weeks of each skill."""
    for workflow, skill, level, hours, backlog, behind in WORK:
        for week in range(WEEKS):
            storm = STORMS.get(week - behind, 0.0) if behind >= 0 else 0.0
            wave = SEASON * math.sin(2 * math.pi * (week + 3) / 13) + 0.015 * ((week * 7) % 5 - 2)
            monday = FIRST + timedelta(weeks=week)
            yield [workflow, skill, monday, round(level * (1 + wave + storm)), hours, backlog if week == 0 else None]


def people_rows() -> Iterator[list[Any]]:
    """Yield everybody, by role and number."""
    for role, number, team, grade, shrinkage, rate, _, _ in ROLES:
        for one in range(1, number + 1):
            yield [f"{role} {one}", team, grade, 40, shrinkage, rate]


def skills_rows() -> Iterator[list[Any]]:
    """Yield the main skill of everybody, and the other skills of the first of each role."""
    for role, number, _, _, _, _, main, others in ROLES:
        for one in range(1, number + 1):
            yield [f"{role} {one}", main, "main"]
            yield from ([f"{role} {one}", skill, level] for skill, level, some in others if one <= some)


TABLES = {
    "work": ("workflow skill week arrivals standard_hours backlog", work_rows),
    "people": ("person team grade weekly_hours shrinkage loaded_rate", people_rows),
    "skills": ("person skill level", skills_rows),
}


def make(folder: Path) -> None:
    """Write the three tables into a folder."""
    for name, (header, rows) in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as sheet:
            csv.writer(sheet, lineterminator="\n").writerows([header.split(), *rows()])


def main() -> None:
    """Make the tables of the insurer's starter."""
    parser = argparse.ArgumentParser(description="Make the workforce of the insurer's starter.")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of its tables (default: the library's)")
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
