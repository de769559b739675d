"""Render reports in a process of its own, one after the other, and end that process with whatever does not end.

What draws and what sets takes a second to start, so the process is kept from report to report. A report that takes too
long, or more memory than it may, takes this process with it and not the batch: the next report has a new one.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from engineroom import scratch
from engineroom.errors import EngineroomError, RenderError
from engineroom.factory import kernel, surroundings
from engineroom.factory.limits import LONGER, USUAL, Limits, bound, death, go_first, starved

ASKS, BOOK, OUTCOME = "asks", "book.ipynb", "outcome.json"
SHORTEST, LONGEST = 0.005, 0.05
"""Seconds between two looks at what is rendered."""


@dataclass(frozen=True)
class Printed:
    """A report as it is published.

    Attributes
    ----------
    editions : dict of str to bytes
        By their kind: `html`, `pdf`.
    files : dict of str to bytes
        What goes beside them, by name.
    about : dict
        What a shelf tells: title and headlines.
    """

    editions: dict[str, bytes]
    files: dict[str, bytes]
    about: dict[str, Any]


class Press:
    """The process that renders, and how it is asked: a line of JSON each, answered by a file."""

    def __init__(self) -> None:
        self.place = scratch.lasting("press")
        environment = surroundings.clean(self.place) | {kernel.PRIVATE: str(self.place)}
        module = "engineroom.factory.press"
        if kernel.is_possible() and not kernel.zygote().fault:
            asks = self.place / ASKS
            os.mkfifo(asks)
            self.process: Any = kernel.started(job=module, cwd=str(self.place), env=environment, stdin=str(asks))
            self.asks = os.fdopen(os.open(asks, os.O_RDWR), "wb", 0)  # for both ways: opened without waiting
        else:
            command = [sys.executable, "-m", module]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                command, stdin=pipe, cwd=self.place, env=environment, start_new_session=True
            )
            self.asks = self.process.stdin
        atexit.register(self.close)

    def ask(self, **job: Any) -> None:
        """Say what to do next."""
        with suppress(BrokenPipeError):  # that it has ended is seen by whoever waits for the answer
            self.asks.write(json.dumps(job).encode() + b"\n")
            self.asks.flush()

    def answer(self, folder: Path, what: str, limits: Limits) -> dict[str, Any]:
        """Return the outcome of a job once it is there; raise what kept it from being."""
        until, pause = limits.deadline, SHORTEST
        while not (folder / OUTCOME).is_file():
            if (status := self.process.poll()) is not None:
                cause, cure = death(status, limits.megabytes)
                raise RenderError(f"{what}: it could not be rendered: {cause}\n{cure}")
            if until is not None and time.monotonic() > until:
                raise RenderError(f"{what}: it was stopped after {limits.seconds} s, while it was rendered\n{LONGER}")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST)
        outcome: dict[str, Any] = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
        return outcome

    def close(self) -> None:
        """End the process, whatever it does."""
        atexit.unregister(self.close)
        self.process.kill()
        self.process.wait()
        self.asks.close()
        shutil.rmtree(self.place, ignore_errors=True)


_PRESSES: list[Press] = []
"""This process's press, where it has one."""


def begin(formats: Iterable[str]) -> None:
    """Start the press without waiting for it, and let it do what every report in these formats needs."""
    if not _PRESSES:
        _PRESSES.append(Press())
    _PRESSES[0].ask(prepare=list(formats))


def printed(executed: Any, formats: Iterable[str], album: Path, known: str, what: str, limits: Limits) -> Printed:
    """Return the checked editions of an executed notebook, rendered within limits.

    `album` is the file in which its drawings are kept, `known` its SHA-256 when it was written, and `what` names the
    report for a person.
    """
    if not _PRESSES or _PRESSES[0].process.poll() is not None:
        _PRESSES[:] = [Press()]
    press = _PRESSES[0]
    folder = Path(tempfile.mkdtemp(dir=press.place))
    (folder / BOOK).write_text(json.dumps(executed), encoding="utf-8")
    press.ask(
        folder=str(folder), formats=list(formats), album=str(album), known=known, megabytes=limits.megabytes, what=what
    )
    try:
        outcome = press.answer(folder, what, limits)
    except BaseException:
        _PRESSES.clear()
        press.close()
        raise
    if outcome["exit_code"]:
        error = RenderError(outcome["message"])
        error.exit_code = outcome["exit_code"]
        raise error
    made = [{name: (folder / number).read_bytes() for name, number in part.items()} for part in outcome["made"]]
    shutil.rmtree(folder, ignore_errors=True)
    return Printed(made[0], made[1], outcome["about"])


def written(module: str, out: Path) -> str:
    """Let a module write its page over an output folder: in the press, where there is one, for it has the typeface.

    Returns what was set aside for it. No report hangs on such a page; a full disk was told with each report.
    """
    with suppress(EngineroomError, OSError):
        if not _PRESSES:
            return str(import_module(module).write(out))
        press = _PRESSES[0]
        folder = Path(tempfile.mkdtemp(dir=press.place))
        press.ask(folder=str(folder), module=module, out=str(out.absolute()), megabytes=0, what=module)
        return str(press.answer(folder, module, USUAL).get("told", ""))
    return ""


# --------------------------------------------------------------------------------------------------- in that process


def main() -> int:
    """Do one job after the other until there are none."""
    go_first()
    kernel.spare_grammar()
    from engineroom.rendering import render

    for line in open(0, encoding="utf-8", closefd=False):  # noqa: SIM115 -- `sys.stdin` of a fork is its zygote's
        job = json.loads(line)
        if "prepare" in job:
            with suppress(EngineroomError):  # told by the report that needs it
                render.prepare(job["prepare"])
            continue
        folder = Path(job["folder"])
        (folder / "told").write_text(json.dumps(_outcome(job, folder)), encoding="utf-8")
        (folder / "told").replace(folder / OUTCOME)
    return 0


def _outcome(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Render a report into its folder, and return where the parts are, or what kept it from being rendered."""
    bound(job["megabytes"], is_for_good=False)  # each report has its own share beyond what is in use now
    try:
        if "module" in job:
            return {"told": import_module(job["module"]).write(Path(job["out"]))}
        return {"exit_code": 0} | _made(job, folder)
    except EngineroomError as error:
        return {"exit_code": error.exit_code, "message": str(error)}
    except MemoryError as error:
        cause, cure = starved(type(error).__name__, job["megabytes"])
        return {"exit_code": RenderError.exit_code, "message": f"{job['what']}: {cause}\n{cure}"}
    except Exception as error:
        said = f"{job['what']}: {type(error).__name__}: {error}\nThis is a fault of engineroom; please report it"
        return {"exit_code": RenderError.exit_code, "message": said}


def _made(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    import nbformat

    from engineroom.rendering import document, drawing, render

    told = json.loads((folder / BOOK).read_text(encoding="utf-8"))
    notebook = nbformat.from_dict(told)  # type: ignore[no-untyped-call]
    with drawing.album(Path(job["album"]), job["known"]):
        editions, tree = render.editions(notebook, job["formats"])
    beside = {name: text.encode() for name, text in document.files(tree).items()}
    parts: list[dict[str, str]] = []
    for part in (editions, beside):
        parts.append({name: f"{len(parts)}-{number}" for number, name in enumerate(part)})
        for name, number in parts[-1].items():
            (folder / number).write_bytes(part[name])
    findings = [entry for block in tree.of("findings") for entry in block["entries"]]
    headlines = [{key: entry[key] for key in ("tone", "text")} for entry in findings]
    return {"made": parts, "about": {"title": tree.cover["title"], "headlines": headlines}}


if __name__ == "__main__":
    sys.exit(main())
