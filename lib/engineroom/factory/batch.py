"""Make many reports: any `concurrent.futures` executor, one outcome per report, and nothing that fails stops the rest.

A worker takes a task and returns plain data, so a pool on this machine and a cluster run the same function. Outcomes go
into the ledger as they come: whatever happens afterwards, what is finished is on record, and what was asked for and
never came to run is known too.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import Any

from engineroom.errors import DataProblems, EngagementError, EngineroomError, RenderError, ReportError
from engineroom.factory import ledger, manifest, run
from engineroom.factory.ledger import Outcome
from engineroom.factory.limits import USUAL, Limits
from engineroom.factory.run import Task
from engineroom.readers import engagement as engagements

GRACE, PATIENCE = 2.0, 3.0
"""Seconds a worker has to end: when its batch is gone, and when its batch is stopped (all within five seconds)."""
ANSWERS_WITHIN = 10.0
"""Seconds a cluster has to answer."""
ATTEMPTS = 2
"""A report whose worker process died is tried once more: it may have been another report's memory that killed it."""


Group = tuple[Task, ...]
"""Reports of one engagement and sector: they tell one assessment."""


@dataclass(frozen=True)
class Terms:
    """How a batch is made.

    Attributes
    ----------
    out : Path
        The output folder.
    jobs : int
        Reports under way at the same time; 0: as many as the executor has places.
    scheduler : str
        Address of a Dask scheduler whose workers make the reports; blank: this machine.
    limits : Limits
        What one report may take.
    force : bool
        Make again what nothing has changed of.
    """

    out: Path
    jobs: int = 1
    scheduler: str = ""
    limits: Limits = USUAL
    force: bool = False


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


def make(task: Task, out: Path, limits: Limits, force: bool = False, assessed: str = "") -> Outcome:
    """Make one report and return its outcome; never raises, so that one report cannot stop the others."""

    def report() -> Outcome:
        done = run.produce(task, out, limits, force, assessed)
        names = tuple(path.relative_to(out).as_posix() for path in done.outputs)
        return Outcome(task, done.status, 0, done.told, names, 0.0, done.why, done.engagement, done.made)

    return _told(report, task, out)


def assess(group: Group, out: Path, limits: Limits, force: bool = False) -> Outcome:
    """Compute what the reports of a group tell; its outcome is that of the first of them, `why` the fingerprint."""
    return _told(lambda: Outcome(group[0], "ok", 0, "", (), 0.0, run.assess(group, out, limits, force)), group[0], out)


def _told(work: Callable[[], Outcome], task: Task, out: Path) -> Outcome:
    """Return what came of some work with the seconds it took; whatever it raises is told as its failure."""
    began = time.perf_counter()
    try:
        outcome = work()
    except EngineroomError as error:
        outcome = Outcome(task, "failed", error.exit_code, str(error), (), 0.0)
    except OSError as error:
        said = f"{task}: {error.filename or out}: {error.strerror or error}"
        outcome = Outcome(task, "failed", RenderError.exit_code, said, (), 0.0)
    except Exception as error:
        said = f"{task}: {type(error).__name__}: {error}\nThis is a fault of engineroom; please report it"
        outcome = Outcome(task, "failed", RenderError.exit_code, said, (), 0.0)
    return replace(outcome, seconds=round(time.perf_counter() - began, 2))


def outcomes(tasks: list[Task], terms: Terms, struck: Mapping[str, Outcome] | None = None) -> Iterator[Outcome]:
    """Yield the outcome of every task as it finishes, each already in the ledger.

    Reports of one engagement and sector are a group: first what all of them tell is computed, then they are made. No
    more than `jobs` are under way, so a caller that stops asking stops the batch. A worker process that dies takes
    the pool with it: the pool is made anew, and what was under way is tried again. An engagement whose data break a
    rule is told once: no further report of it is begun. `struck` are folders that could not be planned, and why.
    """
    ledger.ask(terms.out, tasks)
    groups: dict[tuple[Any, ...], Group] = {}
    for task in tasks:
        name = (task.folder, task.sector, task.parameters)
        groups[name] = (*groups.get(name, ()), task)
    waiting: deque[tuple[Group, str | None]] = deque((group, None) for group in groups.values())
    died = Counter[Task]()
    running: dict[Future[Outcome], tuple[Group, str | None]] = {}
    broken = dict(struck or {})
    is_dead = False  # a pool whose worker died fails everything under way, and takes nothing more
    stack = ExitStack()
    executor, places = stack.enter_context(_workers(terms))
    try:
        while waiting or running:
            if is_dead and not running:
                stack.close()
                executor, places = stack.enter_context(_workers(terms))
                is_dead = False
            while waiting and len(running) < places and not is_dead:
                group, assessed = waiting.popleft()
                if group[0].folder in broken:
                    yield from (_refused(task, broken[group[0].folder], terms.out) for task in group)
                    continue
                given = (terms.out, terms.limits, terms.force)
                try:
                    if assessed is None:
                        future = executor.submit(assess, group, *given)
                    else:
                        future = executor.submit(make, group[0], *given, assessed)
                    running[future] = (group, assessed)
                except BrokenProcessPool:
                    is_dead = True
                    waiting.appendleft((group, assessed))
            done, _ = wait(running, return_when=FIRST_COMPLETED) if running else (set(), None)
            for future in done:
                group, assessed = running.pop(future)
                is_dead = is_dead or isinstance(future.exception(), BrokenProcessPool)
                outcome = _outcome(future, group[0], died)
                if outcome is None:
                    waiting.appendleft((group, assessed))
                    continue
                if outcome.exit_code in (EngagementError.exit_code, DataProblems.exit_code):
                    broken.setdefault(group[0].folder, outcome)
                if assessed is None and outcome.status == "ok":  # its reports come before other engagements
                    waiting.extendleft(((task,), outcome.why) for task in reversed(group))
                    continue
                for task in group:
                    told = replace(outcome, task=task)
                    ledger.record(terms.out, told)
                    yield told
    finally:
        for future in running:  # interrupted: a worker would otherwise finish its report before it ends
            future.cancel()
        workers = active_children() if running else []
        for worker in workers:
            worker.terminate()
        stack.close()
        _see_off(workers)


def _refused(task: Task, first: Outcome, out: Path) -> Outcome:
    """Return the outcome of a report that was not begun, because another of its engagement has told why."""
    outcome = Outcome(task, "failed", first.exit_code, first.message, (), 0.0)
    ledger.record(out, outcome)
    return outcome


def unfinished(out: Path) -> list[Task]:
    """Return the tasks that were asked for in `out` and do not stand there as they would be made now.

    They failed, or never came to run, or something has changed since; in the order they were first asked for.
    """
    return [task for task, one in ledger.last(out).items() if one.status == "failed" or _has_changed(task, out)]


def _has_changed(task: Task, out: Path) -> bool:
    if not (task.sector and task.report):
        return False  # its reports are on record by their own names
    try:
        case = engagements.open(task.folder, task.sector)
        wanted = manifest.origin(case, task.report, dict(task.parameters))
    except (EngineroomError, OSError, ValueError):
        return True  # making it again will tell
    return bool(manifest.reason(wanted, task.formats, out / case.name))


def _outcome(future: Future[Outcome], task: Task, died: Counter[Task]) -> Outcome | None:
    """Return a future's outcome; None where its worker died and the task is to be tried again."""
    try:
        return future.result()
    except BrokenProcessPool:
        died[task] += 1
        if died[task] < ATTEMPTS:
            return None
        said = f"{task}: its process died {ATTEMPTS} times, perhaps for want of memory; try --jobs 1"
    except Exception as error:  # a cluster's worker that died too often, or has another engineroom than this one
        said = f"{task}: the cluster could not make it\n  {type(error).__name__}: {error}"
    return Outcome(task, "failed", RenderError.exit_code, said, (), 0.0)


@contextmanager
def _workers(terms: Terms) -> Iterator[tuple[Executor, int]]:
    """Yield what makes the reports, and how many at the same time."""
    if terms.scheduler:
        with _cluster(terms.scheduler) as client:
            places = sum(client.nthreads().values())
            yield client.get_executor(pure=False), min(terms.jobs or places, places)
    elif terms.jobs == 1:
        yield Inline(), 1
    else:
        spawn = get_context("spawn")
        pool = ProcessPoolExecutor(terms.jobs, mp_context=spawn, initializer=_polite, initargs=(terms.jobs,))
        try:
            yield pool, terms.jobs
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _see_off(workers: list[Any]) -> None:
    """Wait for workers that were told to end, and end those that do not: a library's callback can lose an interrupt."""
    until = time.monotonic() + PATIENCE
    for worker in workers:
        worker.join(max(0.0, until - time.monotonic()))
        if worker.is_alive():
            worker.kill()


def _cluster(address: str) -> Any:
    """Return a connection to a Dask cluster; a worker that dies costs time only: its report goes to another one."""
    try:
        from distributed import Client
    except ImportError:
        raise ReportError('--scheduler needs Dask; install it with: pip install "engineroom[dask]"') from None
    try:
        client = Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)
        client.wait_for_workers(1, timeout=ANSWERS_WITHIN)
    except (OSError, TimeoutError, ValueError) as error:
        raise ReportError(f"no Dask workers answer at {address} ({type(error).__name__})") from None
    return client


def _polite(jobs: int) -> None:
    """Let a worker that is told to end clean up (its scratch folder, its kernel), and end when its batch is gone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the batch ends its workers itself
    os.environ.setdefault("ENGINEROOM_THREADS", str(max(1, (os.cpu_count() or 1) // jobs)))
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(batch: Any) -> None:
    """End this process when that of the batch has ended: a pool's worker would wait for its next task forever."""
    batch.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
