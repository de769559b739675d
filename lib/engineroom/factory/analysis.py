"""Compute an assessment in a process of its own, within limits, and put it beside the reports that tell it.

The process has the environment of one client and a private folder: it reads `job.json` there, and leaves the tables
and `outcome.json`. It is forked from the zygote where that is possible, else started anew.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engineroom import assessment, provenance, scratch, storage
from engineroom.errors import DataProblems, EngagementError, EngineroomError, NotebookError, Problem, RenderError
from engineroom.factory import kernel, manifest, surroundings
from engineroom.factory.limits import LONGER, Limits, bound, death, starved
from engineroom.readers import engagement as engagements
from engineroom.readers.engagement import Engagement, Parameters
from engineroom.rendering import publication

JOB, OUTCOME = "job.json", "outcome.json"
SHORTEST, LONGEST = 0.005, 0.1
"""Seconds between two looks at a process that computes."""


def ensure(
    case: Engagement, parameters: Parameters, wanted: Sequence[str], out: Path, limits: Limits, known: str = ""
) -> storage.Saved:
    """Return the assessment of an engagement beside its reports, with all that is wanted in it.

    What is stored is kept where it was made from the same things, and where it is the one `known` (its fingerprint):
    rows in a database may change without a word. What is missing is computed and stored.
    """
    home, name = out / case.name, f"{case.sector}/{assessment.FOLDER}"
    place = home / name
    manifest.refuse_stranger(case, home)
    files = provenance.inputs(case)
    made_from = provenance.parts(case, parameters, files)
    saved = storage.read(place)
    if saved and not (saved.about.get("made_from") == made_from and _is_known(saved, case, home, known)):
        saved = None
    if saved and set(wanted) <= set(saved.about["computed"]) and manifest.stands(home, name):
        return saved
    with scratch.private() as private:
        job = {
            "folder": str(case.folder),
            "sector": case.sector,
            "parameters": parameters.model_dump(mode="json"),
            "wanted": list(wanted),
            "stored": str(saved.place) if saved else "",
            "files": files,
            "megabytes": limits.megabytes,
        }
        (private / JOB).write_text(json.dumps(job), encoding="utf-8")
        _run(case, private, limits)
        if provenance.inputs(case) != files:
            raise DataProblems([Problem(case.folder.name, rule="a file changed while it was read")], "Run it again")
        files_of = {f"{name}/{file}": data for file, data in storage.files(private / assessment.FOLDER).items()}
        with publication.locked(home):
            manifest.refuse_stranger(case, home)
            record = manifest.record_assessment(case, files_of, home)
            publication.publish(
                files_of | {manifest.NAME: manifest.dumps(record)},
                home,
                manifest.known(home),
                manifest.gone(home, record, name),
            )
    made = storage.read(place)
    assert made
    return made


def _is_known(saved: storage.Saved, case: Engagement, home: Path, known: str) -> bool:
    """Return whether an assessment was stored here and not changed since, and whether its rows can still be so."""
    log = case.events or case.cases
    if log and log.connection and fingerprint(saved) != known:
        return False
    index = saved.place / storage.NAME
    return manifest.known(home).get(index.relative_to(home).as_posix()) == engagements.digest(index)


def fingerprint(saved: storage.Saved) -> str:
    """Return what identifies one stored assessment: the hash of all that is known of its tables."""
    return provenance.fingerprint(saved.about)


def _run(case: Engagement, private: Path, limits: Limits) -> None:
    """Run the job in a private folder to its end; raise what stopped it."""
    from engineroom.factory import execution  # the zygote imports meanwhile

    environment = surroundings.of(case, private) | {kernel.PRIVATE: str(private)}
    if kernel.is_possible() and not kernel.zygote().fault:
        process: Any = kernel.started(job="engineroom.factory.analysis", cwd=str(private), env=environment)
    else:
        command = [sys.executable, "-m", "engineroom.factory.analysis"]
        process = subprocess.Popen(command, cwd=private, env=environment, start_new_session=True)
    name = f"{case.name}/{case.sector}/{assessment.FOLDER}"
    until = limits.deadline
    pause = SHORTEST
    try:
        while process.poll() is None:
            if until is not None and time.monotonic() > until:
                raise NotebookError(f"{name}: it was stopped after {limits.seconds} s\n{LONGER}")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    try:
        outcome = json.loads((private / OUTCOME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        cause, cure = death(process.poll(), limits.megabytes)
        raise NotebookError(f"{name}: {cause}\n{cure}") from None
    if outcome["exit_code"]:
        error = NotebookError(execution.redacted(outcome["message"], case))
        error.exit_code = outcome["exit_code"]
        raise error


def main() -> int:
    """Compute what the job in the working folder asks for, and leave the tables and the outcome there."""
    progress = logging.getLogger("engineroom.progress")
    progress.addHandler(logging.StreamHandler(sys.stderr))
    progress.setLevel(logging.INFO)
    job = json.loads(Path(JOB).read_text(encoding="utf-8"))
    if job["megabytes"]:
        bound(job["megabytes"])
    outcome: dict[str, Any] = {"exit_code": 0, "message": ""}
    try:
        case = assessment.Assessment(
            engagements.open(job["folder"], job["sector"]),
            Parameters.model_validate_json(json.dumps(job["parameters"])),  # a day is text there
            storage.read(Path(job["stored"])) if job["stored"] else None,
            job["files"],
        )
        done = []
        for name in ["tables", *job["wanted"]]:
            try:
                getattr(case, name)
                done.append(name)
            except (DataProblems, EngagementError, MemoryError, OSError):
                raise
            except Exception:  # only the report that tells it fails: its notebook computes it again, and says why
                continue
        case.write(Path(assessment.FOLDER), done)
    except EngineroomError as error:
        outcome = {"exit_code": error.exit_code, "message": str(error)}
    except OSError as error:
        said = f"{job['folder']}: {error.filename or 'its figures'}: {error.strerror or error}"
        outcome = {"exit_code": RenderError.exit_code, "message": said}
    except MemoryError as error:
        cause, cure = starved(type(error).__name__, job["megabytes"])
        outcome = {"exit_code": NotebookError.exit_code, "message": f"{job['folder']}: {cause}\n{cure}"}
    Path(OUTCOME).write_text(json.dumps(outcome), encoding="utf-8")
    return 0


def snapshot(saved: storage.Saved, private: Path, home: Path) -> Path:
    """Copy a stored assessment into a report's private folder and return where: nobody changes it under its hands."""
    place = private / assessment.FOLDER
    with publication.locked(home):
        shutil.copytree(saved.place, place)
    copied = storage.read(place)
    if not copied or copied.about != saved.about:
        raise RenderError(f"{saved.place} was made anew by another run meanwhile; run this one again")
    return place


if __name__ == "__main__":
    sys.exit(main())
