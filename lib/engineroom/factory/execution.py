"""Run a report's notebook with papermill, in a process and folder of its own, and tell truly how far it came."""

from __future__ import annotations

import copy
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from engineroom.assessment import PLACE
from engineroom.errors import DataProblems, EngagementError, NotebookError
from engineroom.factory import kernel, surroundings
from engineroom.factory.limits import LONGER, MEND, USUAL, Limits, death, starved
from engineroom.readers.engagement import Engagement
from engineroom.resources import folder

BOUND = 'exec("from engineroom.factory.limits import bound; bound({})", dict())'
"""What a kernel is told before its first cell."""


class Stopped(Exception):  # noqa: N818 -- an event; run tells it on as one of engineroom's errors
    """A notebook that did not reach its end.

    Attributes
    ----------
    cell, cause, cure : str
        The cell's id, why it did not end well, and what to do, in plain words.
    exit_code : int
        That of the error a cell raised, where it is one of engineroom's.
    notebook : bytes
        The notebook as far as it came.
    """

    def __init__(self, cell: str, cause: str, cure: str, exit_code: int, notebook: bytes) -> None:
        super().__init__(cell, cause)
        self.cell, self.cause, self.cure = cell, cause, cure
        self.exit_code, self.notebook = exit_code, notebook


class Client(PapermillNotebookClient):
    """papermill's client, which also calls a cell failed when it was killed or took too long.

    papermill knows errors only: a cell that died or was stopped it would call completed, and those after it too.
    """

    megabytes = 0
    until: float | None = None

    def papermill_execute_cells(self) -> None:
        """Run the cells in order; raise `_Ended` at the first that does not end well."""
        if self.megabytes:
            self.wait_for_reply(self.kc.execute(BOUND.format(self.megabytes), silent=True, store_history=False))
        for index, cell in enumerate(self.nb.cells):
            self.nb_man.cell_start(cell, index)
            try:
                if self.until is not None and time.monotonic() > self.until:
                    raise CellTimeoutError("the time of the whole notebook is over")
                self.execute_cell(cell, index)
            except BaseException as fault:
                self.nb_man.cell_exception(cell, cell_index=index, exception=fault)
                self.nb_man.cell_complete(cell, cell_index=index)
                if not isinstance(fault, Exception):
                    raise
                raise _Ended(cell, fault, self.nb, self._status()) from fault
            self.nb_man.cell_complete(cell, cell_index=index)

    def _status(self) -> int | None:
        """Return how the kernel's process ended, None while it runs or where nobody knows."""
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        return process.poll() if process else None


class _Ended(Exception):  # noqa: N818
    """A cell that did not end well, as it happened."""

    def __init__(self, cell: Any, fault: Exception, notebook: Any, status: int | None) -> None:
        super().__init__()
        self.cell, self.fault, self.notebook, self.status = cell, fault, notebook, status


class ReportEngine(Engine):
    """papermill's engine for reports: `Client`, with a deadline for the whole notebook."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the notebook that papermill has prepared."""
        private, limits = options["private"], options["limits"]
        until = limits.deadline
        client = Client(
            nb_man,
            kernel_name=kernel_name,
            resources={"metadata": {"path": str(private)}},  # not papermill's cwd, which moves the whole process
            kernel_manager_class=private_kernel(private, options["environment"]),
            extra_arguments=["--IPKernelApp.log_level=50"],  # it would log its own polite shutdown as an error
            timeout_func=lambda _: None if until is None else max(0.1, until - time.monotonic()),
            shutdown_kernel="immediate",  # it has nothing to save, and a polite end takes a second
        )
        client.megabytes, client.until = limits.megabytes, until
        client.execute()


papermill_engines.register("engineroom", ReportEngine)


def execute(
    case: Engagement, report: str, given: dict[str, Any], private: Path, place: Path, limits: Limits = USUAL
) -> Any:
    """Return the executed notebook of a report; raise `Stopped` where a cell failed, died or took too long.

    `private` is the only folder the notebook's process writes to: its working, temporary and runtime directory.
    `place` holds the assessment that it tells.
    """
    import nbformat
    import papermill

    kernel.use_warm_kernels()
    try:
        executed = papermill.execute_notebook(
            folder("notebooks") / f"{report}.ipynb",
            None,  # nothing is saved while it runs: what is finished is published at once
            given,
            engine_name="engineroom",
            progress_bar=False,
            autosave_cell_every=0,
            private=private,
            limits=limits,
            environment=surroundings.of(case, private) | {kernel.PRIVATE: str(private), PLACE: str(place)},
        )
    except _Ended as end:
        cause, cure = _explained(end, limits)
        raised = end.fault.ename if isinstance(end.fault, CellExecutionError) else ""
        code = CODES.get(raised, NotebookError.exit_code)
        written = redacted(_written(end.notebook).decode(), case).encode()
        raise Stopped(end.cell.get("id", "?"), redacted(cause, case), cure, code, written) from None
    if not _secrets(case):
        return executed
    return nbformat.reads(redacted(_written(executed).decode(), case), as_version=4)


CODES = {kind.__name__: kind.exit_code for kind in (DataProblems, EngagementError)}
"""Errors of a cell that are the client's data and not the notebook's."""


def _explained(end: _Ended, limits: Limits) -> tuple[str, str]:
    """Return why a cell did not end well, and what to do, in plain words."""
    fault = end.fault
    if isinstance(fault, CellTimeoutError):
        return f"the report was stopped after {limits.seconds} s", LONGER
    if isinstance(fault, DeadKernelError):
        return death(end.status, limits.megabytes)
    if not isinstance(fault, CellExecutionError):
        return f"{type(fault).__name__}: {fault}", MEND
    if fault.ename == "SystemExit":
        return "the cell ended the notebook before its last cell", MEND
    if fault.ename.endswith("MemoryError") or "Out of Memory" in fault.evalue:
        return starved(fault.ename, limits.megabytes)
    return f"{fault.ename}: {fault.evalue}", MEND


def _written(notebook: Any) -> bytes:
    import nbformat

    return f"{nbformat.writes(notebook)}\n".encode()


def published(executed: Any, case: Engagement) -> bytes:
    """Return an executed notebook as it is published: without clocks, tool metadata and this machine's paths."""
    notebook = copy.deepcopy(executed)
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for noise in ("papermill", "execution"):
            cell.metadata.pop(noise, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
            cell["source"] = cell["source"].replace(json.dumps(str(case.folder)), json.dumps(case.folder.name))
    return _written(notebook)


def _secrets(case: Engagement) -> list[str]:
    """Return what nobody may read: the address of the database, and its part with the password, as JSON writes too.

    A password alone is not looked for: where it is a word or a year, striking it out would spoil the page and tell it.
    """
    value = os.environ.get(surroundings.named(case), "")
    password = urlsplit(value).password
    told = [value, unquote(value), *([f":{password}@", f":{unquote(password)}@"] if password else [])]
    return sorted({form for one in told if one for form in (one, json.dumps(one)[1:-1])}, key=len, reverse=True)


def redacted(text: str, case: Engagement) -> str:
    """Return a text in which the name of the variable stands for the secret it holds."""
    for secret in _secrets(case):
        text = text.replace(secret, f"[{surroundings.named(case)}]")
    return text


def private_kernel(private: Path, environment: dict[str, str]) -> type:
    """Return a kernel manager that keeps sockets and settings of one run in its own folder.

    Over ipc no two runs can race for a port and nobody else on the machine can listen; Windows has no ipc.
    """
    from jupyter_client.manager import AsyncKernelManager

    class PrivateKernel(AsyncKernelManager):
        def __init__(self, **traits: Any) -> None:
            super().__init__(**traits, connection_file=str(private / "kernel.json"))
            self.transport = "tcp" if os.name == "nt" else "ipc"

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            return await super()._async_pre_start_kernel(**options, env=environment)

        pre_start_kernel = _async_pre_start_kernel

    return PrivateKernel
