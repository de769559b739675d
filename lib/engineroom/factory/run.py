"""Make a report: execute its notebook, render it, check it, and publish all of it or nothing."""

from __future__ import annotations

import difflib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from engineroom import assessment, scratch, storage
from engineroom.errors import DataProblems, EngagementError, EngineroomError, NotebookError, Problem, ReportError
from engineroom.factory import guard, manifest, surroundings
from engineroom.factory.limits import USUAL, Limits
from engineroom.logs import event_log
from engineroom.pages import answers, commentary, house, wording
from engineroom.phrases import ENGLISH
from engineroom.readers import engagement as engagements
from engineroom.readers import sheets, tables
from engineroom.readers.engagement import Engagement, Parameters
from engineroom.rendering import publication
from engineroom.resources import folder

FORMATS = ("html", "pdf")
CHARTS = ".charts"
"""Folder in the output folder where each report's drawings are kept for the next time."""
_TURN = threading.Lock()
"""One report at a time in a process: the drawing engine has one thread, and a cluster's worker may have several."""


@dataclass(frozen=True)
class Task:
    """One report to make: a notebook for one engagement and sector, and the parameters it is given.

    Sector and report are blank where they could not be known, because the engagement could not be opened.
    """

    folder: str
    sector: str
    report: str
    formats: tuple[str, ...] = FORMATS
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the task as progress and the ledger name it."""
        return "/".join(part for part in (Path(self.folder).name, self.sector, self.report) if part)

    @property
    def command(self) -> str:
        """Return what to type to make this report alone."""
        words = ["engineroom", "run", self.folder]
        words += ["--report", self.report] if self.report else []
        words += ["--sector", self.sector] if self.sector else []
        words += [word for kind in self.formats for word in ("--format", kind)] if self.formats != FORMATS else []
        words += [word for name, value in self.parameters for word in ("-p", f"{name}={value}")]
        return " ".join(f'"{word}"' if " " in word else word for word in words)


def reports() -> list[str]:
    """Return the names of the reports: their notebooks' file names."""
    return sorted(path.stem for path in folder("notebooks").glob("*.ipynb"))


def reports_for(case: Engagement) -> list[str]:
    """Return the reports an engagement has the tables for; any other is made where it is asked for by name.

    The title of a notebook that says nothing without a certain table is tagged `needs-<table>`.
    """
    sent = {f"needs-{name}" for name, _ in sheets.find(case, [])}
    needs = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"][0]["metadata"].get("tags", [])
        for path in folder("notebooks").glob("*.ipynb")
    }
    return [name for name in reports() if sent.issuperset(needs[name])]


def plan(
    folders: list[str],
    wanted: list[str],
    sector: list[str],
    formats: tuple[str, ...] = FORMATS,
    parameters: dict[str, str] | None = None,
    limits: Limits = USUAL,
) -> list[Task]:
    """Return a task for every engagement, sector and report that is asked for; none named means all."""
    unknown = [name for name in wanted if name not in reports()]
    if unknown:
        near = difflib.get_close_matches(unknown[0], reports(), 1)
        meant = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(reports())}"
        raise ReportError(f'no report is called "{unknown[0]}"; {meant}')
    if parameters:
        assessment.changed(Parameters(), parameters)
    tasks = []
    for place in folders:
        found = guard.within(_found, place, sector, limits=limits.begun())
        pairs = tuple((parameters or {}).items())
        tasks += [
            Task(found["folder"], one, report, formats, pairs)
            for one in sector or found["sectors"]
            for report in wanted or found["reports"]
        ]
    return tasks


def _found(place: str, sector: list[str]) -> dict[str, Any]:
    """Return what a plan needs to know of an engagement."""
    case = engagements.open(place)
    absent = [name for name in sector if name not in case.header.sectors]
    if absent:
        engagements.open(place, absent[0])
    named = place if place in engagements.starters() else str(case.folder)
    return {"folder": named, "sectors": case.header.sectors, "reports": reports_for(case)}


def refuse_collisions(folders: list[str]) -> None:
    """Raise `ReportError` where two engagements would write into one output folder: neither may cover the other."""
    places: dict[str, Path] = {}
    for given in folders:
        try:
            case = engagements.open(given)
        except EngineroomError:
            continue  # told when its turn comes
        other = places.setdefault(case.name.casefold(), case.folder)
        if other != case.folder:
            raise ReportError(
                f"{other} and {case.folder} have the same name, and so the same output folder; rename one of them, or "
                "give each its own --out"
            )


def checked(place: str, limits: Limits = USUAL) -> list[str]:
    """Return what `check` does, found in a process of its own."""
    variable = surroundings.named(engagements.open(place))
    found: list[str] = guard.within(check, place, limits=limits.begun(), also=variable)
    return found


def check(place: str) -> list[str]:
    """Return the caveats of an engagement, as sentences; raise with every problem of its tables and log at once."""
    case = engagements.open(place)
    problems, notes = _absent(case), []
    for sector in case.header.sectors:
        try:
            tables.read(engagements.open(place, sector))
        except (DataProblems, EngagementError) as error:
            problems += error.problems
    try:
        log = event_log.open(case)
        caveats = log.caveats.to_dict("records") if log else []
        notes += [": ".join(wording.caveat(row, into=ENGLISH)) for row in caveats]
    except (DataProblems, EngagementError) as error:
        problems += error.problems
    try:
        house.brand_of(case)
        problems += answers.check(case)
    except EngagementError as error:
        problems += error.problems
    if problems:
        raise DataProblems(problems, case.check_command)
    return notes


def _refuse_absent(_: str, case: Engagement) -> None:
    if problems := _absent(case):
        raise DataProblems(problems, case.check_command)


def _absent(case: Engagement) -> list[Problem]:
    """Return what no notebook would notice: nothing to report on, and words that no report has a place for."""
    problems = list(commentary.unplaced(case, _notebooks()))
    unread: list[Problem] = []  # told by the notebook that reads them
    if case.events is None and case.cases is None and not any(True for _ in sheets.find(case, unread)) and not unread:
        rule, cure = "there is neither a table nor a log", "fill tables/, or name a log in [events] or [cases]"
        problems.append(Problem(case.where, rule=rule, cure=cure))
    return problems


@cache
def _notebooks() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder("notebooks").glob("*.ipynb"))]


def told_by(report: str) -> list[str]:
    """Return the results of the assessment that a report tells."""
    book = json.loads((folder("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))
    return assessment.told_by(["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"])


def assess(tasks: Sequence[Task], out: Path, limits: Limits = USUAL, force: bool = False) -> str:
    """Compute and store what reports of one engagement and sector tell; return the fingerprint of the assessment.

    Nothing is computed, and the fingerprint is blank, where every report stands as it would be made now.
    """
    limits, first = limits.begun(), tasks[0]
    case, parameters = engagements.open(first.folder, first.sector), dict(first.parameters)
    asked = [
        task
        for task in tasks
        if force or manifest.reason(manifest.origin(case, task.report, parameters), task.formats, out / case.name)
    ]
    if not asked:
        return ""
    from engineroom.factory import analysis

    return analysis.fingerprint(_assessed(case, asked, out, limits, ""))


def assess_whole(
    place: str, sectors: list[str], parameters: dict[str, str], out: Path, limits: Limits = USUAL
) -> Iterator[storage.Saved]:
    """Compute and store every result of an engagement, one sector after the other; yield what is stored."""
    opened = engagements.open(place)
    for sector in sectors or opened.header.sectors:
        case = engagements.open(place, sector)
        yield _stored(case, list(assessment.flow()), parameters, out, limits.begun(), "")


def _assessed(case: Engagement, tasks: Sequence[Task], out: Path, limits: Limits, known: str) -> storage.Saved:
    """Return the stored assessment with what reports tell."""
    wanted = list(dict.fromkeys(name for task in tasks for name in told_by(task.report)))
    return _stored(case, wanted, dict(tasks[0].parameters), out, limits, known)


def _stored(
    case: Engagement, wanted: list[str], changes: dict[str, str], out: Path, limits: Limits, known: str
) -> storage.Saved:
    """Return the stored assessment with what is wanted; raise with every fault of the client's data at once."""
    from engineroom.factory import analysis, kernel

    kernel.begin()  # it imports for seconds: what follows is done meanwhile
    guard.within(_refuse_absent, str(case.folder), case, limits=limits)

    try:
        return analysis.ensure(case, assessment.changed(case.parameters, changes), wanted, out, limits, known)
    except EngineroomError as error:
        if error.exit_code in (DataProblems.exit_code, EngagementError.exit_code):
            checked(str(case.folder), limits)
        raise


@dataclass(frozen=True)
class Produced:
    """A report that is there: its files, whether it was made or kept, why, and what was set aside for a person."""

    outputs: list[Path]
    status: Literal["ok", "reused"]
    why: str
    told: str
    engagement: str
    made: str


def produce(task: Task, out: Path, limits: Limits = USUAL, force: bool = False, assessed: str = "") -> Produced:
    """Make one report and publish it under `out`; return its files, "ok" or "reused", and why.

    Files are written beside their place and renamed into it, the manifest last: a report is there whole, or the one
    before it stays. `force` makes again what nothing has changed of; `assessed` is what `assess` returned.
    """
    with _TURN:
        limits = limits.begun()
        case = engagements.open(task.folder, task.sector)
        made = manifest.origin(case, task.report, dict(task.parameters))
        home = out / case.name
        manifest.refuse_stranger(case, home)
        why = manifest.reason(made, task.formats, home)
        if not why and not force:
            outputs = manifest.files(home, case.sector, task.report)
            return Produced(outputs, "reused", "nothing it is made from has changed", "", case.id, "")
        files, about = _made(case, task, out, limits, assessed)
        with publication.locked(home):
            manifest.refuse_stranger(case, home)
            record = manifest.record(made, files, home, about)
            outputs, told = publication.publish(
                files | {manifest.NAME: manifest.dumps(record)},
                home,
                manifest.known(home),
                manifest.gone(home, record, made.name),
            )
            told += [one] if (one := publication.withdraw(home, f"{made.name}.failed.ipynb", out)) else []
            entry = manifest.entry(home, made.name)
        return Produced(outputs[:-1], "ok", why or "it was asked for", "\n".join(told), case.id, entry)


def _made(
    case: Engagement, task: Task, out: Path, limits: Limits, assessed: str
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the files of a report by their path in the engagement's output folder, checked, and what it says."""
    from engineroom.factory import kernel

    kernel.begin()  # it imports for seconds: what follows is done meanwhile
    from engineroom.factory import analysis, execution, press

    saved = _assessed(case, [task], out, limits, assessed)
    press.begin(task.formats)  # it starts what draws and sets while the notebook runs
    named = task.folder if task.folder in engagements.starters() else str(case.folder)
    given = {"engagement": named, "sector": case.sector}
    name = f"{case.sector}/{task.report}"
    with scratch.private() as private:
        place = analysis.snapshot(saved, private, out / case.name)
        try:
            executed = execution.execute(case, task.report, given, private, place, limits)
        except execution.Stopped as stop:
            raise _explained(stop, task, case, out, limits) from None
    album = out / CHARTS / case.name / name
    known = manifest.read(out / case.name).get("reports", {}).get(name, {}).get("drawings", "")
    printed = press.printed(executed, task.formats, album, known, str(task), limits)
    files = {f"{name}.{kind}": data for kind, data in printed.editions.items()}
    files[f"{name}.ipynb"] = execution.published(executed, case)
    files |= {f"{name}.tables/{table}": data for table, data in printed.files.items()}
    return files, printed.about | {"drawings": engagements.digest(album) if album.is_file() else ""}


def _explained(stop: Any, task: Task, case: Engagement, out: Path, limits: Limits) -> EngineroomError:
    """Return what stopped a notebook, for a person: the client's data, with every fault there is, or a cell."""
    if stop.exit_code in (DataProblems.exit_code, EngagementError.exit_code):
        try:
            checked(task.folder, limits)
        except EngineroomError as problems:
            return problems
    manifest.refuse_stranger(case, out / case.name)
    home, name = out / case.name, f"{case.sector}/{task.report}.failed.ipynb"
    aside = publication.put(home, name, stop.notebook, out)
    said = [f"{task}: cell {stop.cell} failed", f"  {stop.cause}", f"The notebook so far is in {home / name}"]
    error = NotebookError("\n".join([*said, *([aside] if aside else []), stop.cure]))
    error.exit_code = stop.exit_code
    return error
