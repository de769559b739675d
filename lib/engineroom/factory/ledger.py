"""What was asked for in an output folder, and what became of it: two files of lines, each chained to the one before.

A line is data: it is validated like a command line when it is read, and one that is not engineroom's is passed over and
told. A line holds the SHA-256 of the line before, so that none can be changed or taken out of the middle unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from engineroom.errors import RenderError
from engineroom.factory import run
from engineroom.factory.run import Task
from engineroom.rendering import publication

LEDGER, BATCHES = "results.jsonl", "batches.jsonl"
SCHEMA = 3
OLDER = (1, 2)
"""Schemas of earlier versions: their lines are passed over without a word."""


@dataclass(frozen=True)
class Outcome:
    """What became of one report.

    Attributes
    ----------
    outputs : tuple of str
        Its files, by their path in the output folder.
    engagement, made : str
        Id of the engagement, and the fingerprint of what its manifest says of the report; blank where none was made.
    """

    task: Task
    status: Literal["ok", "reused", "failed"]
    exit_code: int
    message: str
    outputs: tuple[str, ...]
    seconds: float
    why: str = ""
    engagement: str = ""
    made: str = ""


@cache
def _reports() -> frozenset[str]:
    return frozenset(run.reports())


def _known(report: str) -> str:
    if report and report not in _reports():
        raise ValueError("is no report")
    return report


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=False)


class _Task(_Line):
    folder: Annotated[str, Field(min_length=1, max_length=4096)]
    sector: Annotated[str, Field(pattern=r"^\w*$", max_length=64)]
    report: Annotated[str, AfterValidator(_known)]
    formats: tuple[Literal["html", "pdf"], ...]
    parameters: tuple[tuple[Annotated[str, Field(pattern=r"^\w+$", max_length=64)], str], ...]

    def task(self) -> Task:
        return Task(self.folder, self.sector, self.report, tuple(self.formats), self.parameters)


class _Batch(_Line):
    tasks: list[_Task]


class _Result(_Line):
    task: _Task
    status: Literal["ok", "reused", "failed"]
    exit_code: Annotated[int, Field(ge=0, le=255)]
    message: str
    outputs: tuple[Annotated[str, AfterValidator(publication.inside)], ...]
    seconds: Annotated[float, Field(ge=0)]
    engagement: Annotated[str, Field(max_length=64)]
    made: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]

    def outcome(self) -> Outcome:
        return Outcome(
            self.task.task(), self.status, self.exit_code, self.message, self.outputs, self.seconds,
            engagement=self.engagement, made=self.made,
        )  # fmt: skip


def ask(out: Path, tasks: list[Task]) -> None:
    """Write down what a batch is asked for."""
    _append(out / BATCHES, {"schema": SCHEMA, "tasks": [asdict(task) for task in tasks]})


def record(out: Path, outcome: Outcome) -> None:
    """Write down what became of a report, on disk before anything else happens."""
    _append(out / LEDGER, {"schema": SCHEMA, "report": str(outcome.task)} | asdict(outcome))


def last(out: Path) -> dict[Task, Outcome]:
    """Return every report that was ever asked for in `out`, as it was last asked for, and what became of it.

    One that never came to run has failed. With other parameters a report takes the place of the one before it.
    """
    asked = {str(task): task for batch in _lines(out / BATCHES, _Batch) for task in (t.task() for t in batch.tasks)}
    became = {str(one.task): one for one in results(out)}
    found = {}
    for name in dict.fromkeys([*asked, *became]):
        outcome = became.get(name)
        task = asked[name] if name in asked else became[name].task
        never = Outcome(task, "failed", RenderError.exit_code, f"{task}: its turn never came", (), 0.0)
        found[task] = outcome if outcome and outcome.task == task else never
    return found


def results(out: Path) -> Iterator[Outcome]:
    """Yield what became of reports, the oldest first."""
    return (line.outcome() for line in _lines(out / LEDGER, _Result))


def standing(out: Path) -> dict[str, Outcome]:
    """Return the last time that each report was made, by its place `engagement/sector/report` in `out`."""
    made: dict[str, Outcome] = {}
    for one in results(out):
        if one.status == "ok" and one.outputs:
            made["/".join(PurePosixPath(one.outputs[0]).parts[:2]) + f"/{one.task.report}"] = one
    return made


def faults(out: Path) -> list[str]:
    """Return which lines are not engineroom's, and where the chain is broken, as sentences."""
    found = []
    for name, model in ((BATCHES, _Batch), (LEDGER, _Result)):
        before = b""
        for number, line in enumerate(_raw(out / name), 1):
            told, fault = _read(line, model)
            if fault:
                found.append(f"{name}, line {number}: {fault}; it is passed over")
            elif told and told["previous"] != _sum(before):
                found.append(f"{name}, line {number}: the line before it was changed or taken out")
            before = line
    return found


# ------------------------------------------------------------------------------------------------- lines of the files


def _append(path: Path, line: dict[str, Any]) -> None:
    """Append a line to a file, whole: after one that a crash tore in half a new line is begun."""
    with publication.locked(path.parent), path.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            start = b"" if stream.read(1) == b"\n" else b"\n"
        else:
            start = b""
        text = json.dumps(line | {"previous": _sum(_end(stream))}, ensure_ascii=False)
        stream.write(start + text.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def _end(stream: Any) -> bytes:
    """Return the last line of an open file without its end; blank in an empty file."""
    size, taken = stream.seek(0, os.SEEK_END), 4096
    while True:
        stream.seek(max(0, size - taken))
        lines = stream.read().rstrip(b"\n").rsplit(b"\n", 1)
        if len(lines) == 2 or taken >= size:
            return bytes(lines[-1])
        taken *= 4


def _sum(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest() if line else ""


def _raw(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n") if path.is_file() and path.stat().st_size else []


def _read(line: bytes, model: type[_Line]) -> tuple[dict[str, Any] | None, str]:
    """Return a line as data and what is wrong with it; neither for one of an earlier version."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None, "was cut off, or is not a line of engineroom"
    if isinstance(told, dict) and told.get("schema") in OLDER:
        return None, ""
    if not isinstance(told, dict) or told.get("schema") != SCHEMA or not isinstance(told.get("previous"), str):
        return None, "is not a line of engineroom"
    try:
        model.model_validate(told)
    except ValidationError as error:
        fault = error.errors()[0]
        return None, f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
    return told, ""


def _lines(path: Path, model: type[Any]) -> Iterator[Any]:
    for line in _raw(path):
        told, _ = _read(line, model)
        if told:
            yield model.model_validate(told)
