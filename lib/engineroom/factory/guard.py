"""The one door to a client's files: whatever reads them does it in a process that takes no other down with it.

The process is forked from the calling one where that is safe, within limits, with a scratch folder and an environment
of its own. What comes back is plain data; how it ended, if it did not end well, is told as a fault of that engagement.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from multiprocessing import connection, current_process, get_context
from pathlib import Path
from typing import Any

from engineroom import scratch
from engineroom.errors import DataProblems, EngagementError, EngineroomError, Problem, ProblemsError, ReportError
from engineroom.factory import surroundings
from engineroom.factory.limits import LONGER, USUAL, Limits, bound, death, go_first, starved

ERRORS: dict[int, type[EngineroomError]] = {
    kind.exit_code: kind for kind in (EngagementError, DataProblems, ReportError)
}
PATIENCE = 5.0
"""Seconds a process has to end once it has answered."""
FAULT = "This is a fault of engineroom; please report it"
KILLED_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def within(work: Callable[..., Any], place: str, *given: Any, limits: Limits = USUAL, also: str = "") -> Any:
    """Return what a function of a module returns of an engagement's files, as plain data.

    Parameters
    ----------
    work : callable
        A function of a module; what it returns must be what JSON can hold.
    place : str
        The engagement's folder, its first argument.
    *given
        Its other arguments.
    limits : Limits
        What it may take.
    also : str
        A variable of the environment that it needs.

    Raises
    ------
    EngineroomError
        What `work` raised, or why its process ended before it was done.
    """
    context: Any = get_context("fork" if surroundings.can_fork() else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    with scratch.private() as folder:
        environment = surroundings.clean(folder) | ({also: os.environ[also]} if also in os.environ else {})
        given = (environment, limits.megabytes, work, place, *given)
        process = context.Process(target=_done, args=(sender, *given), daemon=True)
        with _as_parent():
            process.start()
        sender.close()
        try:
            deadline = limits.deadline
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            is_late = not connection.wait([receiver, process.sentinel], left)
            data = b""
            with suppress(EOFError):
                data = receiver.recv_bytes() if not is_late and receiver.poll() else b""
            process.join(0 if is_late else PATIENCE)
        finally:
            if process.exitcode is None:
                process.kill()
                process.join()
            receiver.close()
    if is_late:
        raise _struck(place, f"reading its files was stopped after {limits.seconds} s", LONGER)
    if not data:
        raise _struck(place, *death(process.exitcode, limits.megabytes))
    told = json.loads(data)
    if "value" in told:
        return told["value"]
    kind = ERRORS.get(told["exit_code"], EngineroomError)
    if issubclass(kind, ProblemsError):
        raise kind([Problem(**one) for one in told["problems"]], told["repair"])
    error = kind(told["message"])
    error.exit_code = told["exit_code"]
    raise error


@contextmanager
def _as_parent() -> Iterator[None]:
    """Let a daemon, such as a worker of Dask, have a child too: it ends before this process does."""
    about = current_process()._config  # type: ignore[attr-defined]
    before = about.get("daemon")
    about["daemon"] = False
    try:
        with warnings.catch_warnings():  # Python 3.12 warns of any thread; those here hold nothing that a fork needs
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        about["daemon"] = before


def _struck(place: str, cause: str, cure: str) -> DataProblems:
    return DataProblems([Problem(Path(place).name, rule=cause, cure=cure)])


# ------------------------------------------------------------------------------------------------ in the other process


def _done(
    sender: Any, environment: dict[str, str], megabytes: int, work: Callable[..., Any], place: str, *given: Any
) -> None:
    """Do the work and send what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the caller ends this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(KILLED_WITH_PARENT, signal.SIGKILL)
    go_first()
    surroundings.enter(environment)
    tempfile.tempdir = environment["TMPDIR"]
    if megabytes:
        bound(megabytes)
    told: dict[str, Any]
    try:
        told = {"value": work(place, *given)}
    except ProblemsError as error:
        problems = [asdict(problem) for problem in error.problems]
        told = {"exit_code": error.exit_code, "problems": problems, "repair": error.repair}
    except EngineroomError as error:
        told = {"exit_code": error.exit_code, "message": str(error)}
    except MemoryError as error:
        told = _faulty(place, *starved(type(error).__name__, megabytes))
    except OSError as error:
        told = _faulty(place, f"{error.filename or 'a file'} cannot be read ({error.strerror or error})", "")
    except Exception as error:
        told = _faulty(place, f"its files cannot be read ({type(error).__name__}: {error})", FAULT)
    sender.send_bytes(json.dumps(told, default=int).encode())  # rows are numbers of numpy


def _faulty(place: str, cause: str, cure: str) -> dict[str, Any]:
    error = _struck(place, cause, cure)
    return {"exit_code": error.exit_code, "problems": [asdict(one) for one in error.problems], "repair": ""}
