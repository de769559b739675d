"""Make many reports: any `concurrent.futures` executor, one outcome per report, and nothing that fails stops the rest.

A worker takes a task and returns plain data, so a pool on this machine and a cluster run the same function. Outcomes go
into the ledger `results.jsonl` as they come: whatever happens afterwards, what is finished is on record.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from engineroom import run
from engineroom.errors import EngineroomError, RenderError
from engineroom.run import Task

LEDGER = "results.jsonl"
SCHEMA = 1
ATTEMPTS = 2
"""A report whose worker process died is tried once more: it may have been another report's memory that killed it."""


@dataclass(frozen=True)
class Outcome:
    """What became of one report."""

    task: Task
    status: str  # ok | reused | failed
    exit_code: int
    message: str
    outputs: tuple[str, ...]
    seconds: float


class Inline(Executor):
    """An executor that works in the calling thread: what one job at a time needs, without a second process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn` now and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def make(task: Task, out: Path, parameters: dict[str, Any], force: bool = False) -> Outcome:
    """Make one report and return its outcome; never raises, so that one report cannot stop the others."""
    began = time.perf_counter()
    try:
        outputs, status = run.produce(task, out, parameters, force=force)
    except EngineroomError as error:
        return Outcome(task, "failed", error.exit_code, str(error), (), _since(began))
    except OSError as error:
        said = f"{task}: {error.filename or out}: {error.strerror or error}"
        return Outcome(task, "failed", RenderError.exit_code, said, (), _since(began))
    except Exception as error:
        said = f"{task}: {type(error).__name__}: {error}\nThis is a fault of engineroom; please report it"
        return Outcome(task, "failed", RenderError.exit_code, said, (), _since(began))
    names = tuple(path.relative_to(out).as_posix() for path in outputs)
    return Outcome(task, status, 0, "", names, _since(began))


def outcomes(
    tasks: list[Task], out: Path, parameters: dict[str, Any], jobs: int = 1, force: bool = False
) -> Iterator[Outcome]:
    """Yield the outcome of every task as it finishes, each already in the ledger.

    No more than `jobs` are under way, so a caller that stops asking stops the batch. A worker process that dies takes
    the pool with it: the pool is made anew, and what was under way is tried again.
    """
    waiting, died = deque(tasks), Counter[Task]()
    running: dict[Future[Outcome], Task] = {}
    executor = _executor(jobs)
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                task = waiting.popleft()
                running[executor.submit(make, task, out, parameters, force)] = task
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                task = running.pop(future)
                outcome = _outcome(future, task, died)
                if outcome is None:
                    waiting.appendleft(task)
                    continue
                record(out, outcome)
                yield outcome
            if died and not running:
                executor.shutdown(wait=False, cancel_futures=True)
                executor = _executor(jobs)
    finally:
        if running:  # interrupted: a worker would otherwise finish its report before it ends
            for worker in active_children():
                worker.terminate()
        executor.shutdown(wait=False, cancel_futures=True)


def record(out: Path, outcome: Outcome) -> None:
    """Append one line to the ledger, on disk before anything else happens."""
    line = {"schema": SCHEMA, "report": str(outcome.task)} | asdict(outcome)
    out.mkdir(parents=True, exist_ok=True)
    with (out / LEDGER).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def unfinished(out: Path) -> list[Task]:
    """Return the tasks whose last line in the ledger is no success, in the order they were first tried."""
    last: dict[Task, str] = {}
    for line in _lines(out / LEDGER):
        told = line["task"]
        last[Task(told["folder"], told["sector"], told["report"], tuple(told["formats"]))] = line["status"]
    return [task for task, status in last.items() if status == "failed"]


def _outcome(future: Future[Outcome], task: Task, died: Counter[Task]) -> Outcome | None:
    """Return a future's outcome; None where its worker died and the task is to be tried again."""
    try:
        return future.result()
    except BrokenProcessPool:
        died[task] += 1
        if died[task] < ATTEMPTS:
            return None
        said = f"{task}: its process died {ATTEMPTS} times, perhaps for want of memory; try --jobs 1"
        return Outcome(task, "failed", RenderError.exit_code, said, (), 0.0)


def _executor(jobs: int) -> Executor:
    return Inline() if jobs == 1 else ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_polite)


def _polite() -> None:
    """Let a worker that is told to end clean up: its lock, its scratch folder, its kernel."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a ledger; one that a crash tore in half is passed over, its report counts as not made."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            continue
        if told.get("schema") == SCHEMA:
            yield told


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 2)
