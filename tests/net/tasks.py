"""The parts of the net that run side by side: an engagement in a language, and the prose of the notebooks in one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from engineroom import phrases
from net import cells, differences, engagements, kept

PROSE = "prose"
"""Stands where an engagement does, for what no engagement changes."""


def names() -> list[str]:
    """Return the tasks as language/engagement, those that take longest first."""
    pairs = [f"{language}/{name}" for name in engagements.names() for language in phrases.languages()]
    return [*pairs, *(f"{language}/{PROSE}" for language in phrases.languages())]


def shown(task: str) -> cells.Contents:
    """Return what every cell of a task shows, by language/engagement/report/cell."""
    language, name = task.split("/")
    if name == PROSE:
        found = {report: cells.prose(report, language) for report in cells.reports()}
        return {f"{task}/{report}/{cell}": text for report, texts in found.items() for cell, text in texts.items()}
    contents: cells.Contents = {}
    with tempfile.TemporaryDirectory() as parent:
        made = engagements.make(name, language, Path(parent))
        for sector in made.sectors:
            where = task if len(made.sectors) == 1 else f"{task}+{sector}"
            case = cells.assessed(made.place, sector, made.parameters)
            for report in cells.reports():
                seen = cells.shown(report, case)
                contents |= {f"{where}/{report}/{cell}": content for cell, content in seen.items()}
    return contents


def compared(task: str) -> tuple[cells.Contents, differences.Differences]:
    """Return what a task shows now, and what differs from what was accepted."""
    now = shown(task)
    accepted = {cell: digest for cell, digest in kept.digests().items() if kept.task_of(cell) == task}
    changed = [cell for cell in {**accepted, **now} if cell not in now or kept.digest(now[cell]) != accepted.get(cell)]
    before = {report: kept.contents(report) for report in {kept.report_of(cell) for cell in changed}}
    return now, {cell: differences.between(before[kept.report_of(cell)].get(cell), now.get(cell)) for cell in changed}
