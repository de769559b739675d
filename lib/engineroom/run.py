"""Run a report: check the engagement, execute its notebook with papermill, render it, publish all of it or nothing."""

from __future__ import annotations

import copy
import difflib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engineroom import commentary, eventlog, house, kernel, manifest, tables
from engineroom import engagement as engagements
from engineroom.engagement import Engagement
from engineroom.errors import (
    DataProblems,
    EngagementError,
    NotebookError,
    Problem,
    RenderError,
    ReportError,
)
from engineroom.resources import folder

FORMATS = ("html", "pdf")
LONGEST_CELL = 3600
"""Seconds a cell may take: a hundred million events need minutes, an endless loop needs to end."""
PATIENCE, LOCK_HOLDS = 60.0, 600.0
"""Seconds to wait for another writer of the same folder, and after which a lock without a known owner is dead."""
FIXED = {
    "PYTHONHASHSEED": "0",  # sets are printed in one order
    "TZ": "UTC",  # no figure may depend on where the laptop is
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # debugpy would print a warning into the first cell
}


@dataclass(frozen=True)
class Task:
    """One report to make: a notebook for one engagement and sector."""

    folder: str
    sector: str
    report: str
    formats: tuple[str, ...] = FORMATS

    def __str__(self) -> str:
        """Return the task as progress and the ledger name it."""
        return f"{Path(self.folder).name}/{self.sector}/{self.report}"


def reports() -> list[str]:
    """Return the names of the reports: their notebooks' file names."""
    return sorted(path.stem for path in folder("notebooks").glob("*.ipynb"))


def plan(folders: list[str], wanted: list[str], sector: list[str], formats: tuple[str, ...]) -> list[Task]:
    """Return a task for every engagement, sector and report that is asked for; none named means all."""
    unknown = [name for name in wanted if name not in reports()]
    if unknown:
        near = difflib.get_close_matches(unknown[0], reports(), 1)
        meant = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(reports())}"
        raise ReportError(f'no report is called "{unknown[0]}"; {meant}')
    tasks = []
    for place in folders:
        case = engagements.open(place)
        absent = [name for name in sector if name not in case.header.sectors]
        if absent:
            engagements.open(place, absent[0])
        chosen = sector or case.header.sectors
        tasks += [Task(place, one, report, formats) for one in chosen for report in wanted or reports()]
    return tasks


def refuse_collisions(folders: list[str]) -> None:
    """Raise `ReportError` where two engagements would write into one output folder: neither may cover the other."""
    places: dict[str, Path] = {}
    for given in folders:
        case = engagements.open(given)
        other = places.setdefault(case.name.casefold(), case.folder)
        if other != case.folder:
            raise ReportError(
                f"{other} and {case.folder} have the same name, and so the same output folder; rename one of them, or "
                "give each its own --out"
            )


def check(place: str) -> list[str]:
    """Return the caveats of an engagement, as sentences; raise with every problem of its tables and log at once."""
    case = engagements.open(place)
    problems: list[Problem] = []
    notes: list[str] = []
    for sector in case.header.sectors:
        one = engagements.open(place, sector)
        try:
            read = tables.read(one)
            if one.events is None and one.cases is None and not read.sources:
                problems.append(
                    Problem(
                        case.where,
                        rule="there is neither a table nor a log",
                        cure="fill tables/, or name a log in [events] or [cases]",
                    )
                )
        except (DataProblems, EngagementError) as error:
            problems += error.problems
    try:
        log = eventlog.open(case)
        notes += [f"{note.caveat}: {note.effect}" for note in log.caveats.itertuples()] if log else []
    except (DataProblems, EngagementError) as error:
        problems += error.problems
    try:
        house.brand_of(case)
    except EngagementError as error:
        problems += error.problems
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder("notebooks").glob("*.ipynb"))]
    problems += commentary.unplaced(case, sources)
    if problems:
        raise DataProblems(problems, case.check_command)
    return notes


def produce(task: Task, out: Path, parameters: dict[str, Any], force: bool = False) -> tuple[list[Path], str]:
    """Make one report and publish it under `out`; return its files and "ok", or "reused" where they stand already.

    Files are written beside their place and renamed into it, the manifest last: a report is there whole, or the one
    before it stays. `force` makes again what nothing has changed of.
    """
    from engineroom import document, render

    case = engagements.open(task.folder, task.sector)
    home = out / case.name
    place = home / case.sector
    if not force and manifest.is_current(case, task.report, parameters, task.formats, home):
        return manifest.files(home, case.sector, task.report), "reused"
    with tempfile.TemporaryDirectory(prefix="engineroom-") as private:
        executed = execute(case, task, parameters, Path(private), place)
    editions = render.editions(executed, task.formats)
    files = {f"{task.report}.{kind}": data for kind, data in editions.items()}
    files[f"{task.report}.ipynb"] = _published(executed, case)
    beside = document.files(document.build(executed))
    files |= {f"{task.report}.tables/{name}": text.encode() for name, text in beside.items()}
    with _lock(home):
        outputs = publish(files, place, task.report)
        _replace(home / manifest.NAME, manifest.dumps(manifest.record(case, task.report, parameters, outputs, home)))
    return outputs, "ok"


def execute(case: Engagement, task: Task, parameters: dict[str, Any], private: Path, place: Path) -> Any:
    """Return the executed notebook of a report; raise `NotebookError` with the cell and cause where one fails."""
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    source = folder("notebooks") / f"{task.report}.ipynb"
    starter = task.folder in engagements.starters()
    given = {"engagement": task.folder if starter else str(case.folder), "sector": task.sector}
    given |= _typed(task.report, parameters)
    output = private / source.name
    kernel.use_warm_kernels()
    try:
        papermill.execute_notebook(
            source,
            output,
            given,
            progress_bar=False,
            log_output=False,
            cwd=private,
            execution_timeout=LONGEST_CELL,
            request_save_on_cell_execute=False,  # else the whole notebook is written twice a cell
            autosave_cell_every=0,
            kernel_manager_class=_private_kernel(private),
            extra_arguments=["--IPKernelApp.log_level=50"],  # it would log its own polite shutdown as an error
        )
    except PapermillExecutionError as error:
        kept = place / f"{task.report}.failed.ipynb"
        _replace(kept, output.read_bytes())
        cells = [cell for cell in nbformat.read(output, as_version=4).cells if cell.cell_type == "code"]
        failed = next(cell.id for cell in cells if any(out.output_type == "error" for out in cell.outputs))
        raise NotebookError(
            f"{task}: cell {failed} failed\n  {error.ename}: {error.evalue}\nThe notebook so far is in {kept}"
        ) from None
    except Exception as error:  # a dead kernel, a time-out: nbclient's exceptions share no base class
        raise NotebookError(f"{task}: the notebook could not be run\n  {type(error).__name__}: {error}") from error
    return _complete(nbformat.read(output, as_version=4), task)


def _complete(executed: Any, task: Task) -> Any:
    """Return the notebook if every cell ran: papermill calls it a success when `sys.exit()` in a cell ends it."""
    skipped = [cell.id for cell in executed.cells if cell.cell_type == "code" and cell.execution_count is None]
    if skipped:
        raise NotebookError(f"{task}: the notebook ended before cell {skipped[0]} was run")
    return executed


def parameters_of(report: str) -> dict[str, dict[str, Any]]:
    """Return the parameters a report's notebook declares: name, type, default and meaning, as papermill reads them."""
    import papermill

    return dict(papermill.inspect_notebook(str(folder("notebooks") / f"{report}.ipynb")))


def publish(files: dict[str, bytes], place: Path, report: str) -> list[Path]:
    """Write the files of one report into `place`, each by rename; drop tables that the report no longer prints."""
    for name, data in files.items():
        _replace(place / name, data)
    (place / f"{report}.failed.ipynb").unlink(missing_ok=True)
    for old in (place / f"{report}.tables").glob("*"):
        if f"{report}.tables/{old.name}" not in files:
            old.unlink()
    return [place / name for name in files]


def _typed(report: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters, each of the type its notebook states; unknown names and wrong types are errors."""
    declared = parameters_of(report)
    typed: dict[str, Any] = {}
    for name, value in parameters.items():
        if name not in declared or name in ("engagement", "sector"):
            near = difflib.get_close_matches(name, declared, 1)
            meant = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(declared)}"
            raise ReportError(f'{report} has no parameter "{name}"; {meant}')
        kind = declared[name]["inferred_type_name"]
        try:
            typed[name] = {"int": int, "float": float}.get(kind, str)(value)
        except ValueError:
            raise ReportError(f'{report}: {name} is "{value}", which is not of type {kind}') from None
    return typed


def _published(executed: Any, case: Engagement) -> bytes:
    """Return the executed notebook without clocks, tool metadata and this machine's paths."""
    import nbformat

    notebook = copy.deepcopy(executed)
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for noise in ("papermill", "execution"):
            cell.metadata.pop(noise, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
            cell["source"] = cell["source"].replace(json.dumps(str(case.folder)), json.dumps(case.folder.name))
    return f"{nbformat.writes(notebook)}\n".encode()


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(beside).chmod(0o644)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Hold an engagement's output folder while files are renamed into it; a lock whose owner is gone does not count."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / ".lock"
    until = time.monotonic() + PATIENCE
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            if _is_stale(path):
                path.unlink(missing_ok=True)
            elif time.monotonic() > until:
                owner = path.read_text(encoding="utf-8")
                raise RenderError(f"{home} is being written by process {owner}; try again when it has ended") from None
            else:
                time.sleep(0.05)
    try:
        os.write(handle, str(os.getpid()).encode())
        os.close(handle)
        yield
    finally:
        path.unlink(missing_ok=True)


def _is_stale(path: Path) -> bool:
    try:
        owner = int(path.read_text(encoding="utf-8") or 0)
        age = time.time() - path.stat().st_mtime
    except (FileNotFoundError, ValueError):
        return False
    if owner and os.name == "posix":
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
    return age > LOCK_HOLDS


def _private_kernel(private: Path) -> type:
    """Return a kernel manager that keeps sockets and settings of one run in its own folder.

    Over ipc no two runs can race for a port and nobody else on the machine can listen; Windows has no ipc.
    """
    from jupyter_client.manager import AsyncKernelManager

    class PrivateKernel(AsyncKernelManager):
        def __init__(self, **traits: Any) -> None:
            super().__init__(**traits, connection_file=str(private / "kernel.json"))
            self.transport = "tcp" if os.name == "nt" else "ipc"

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            return await super()._async_pre_start_kernel(**options, env=os.environ | FIXED)

        pre_start_kernel = _async_pre_start_kernel

    return PrivateKernel
