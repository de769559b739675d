"""Warm kernels: each notebook gets its own process, forked from one that has already imported what reports need.

A cold kernel spends seconds on imports before its first cell. The zygote imports once, reads engineroom's own reference
data and no client's; a fork of it is a fresh, isolated process within milliseconds, with its own folder, sockets and
environment. jupyter_client talks to it through its provisioner interface and sees an ordinary ipykernel. Where a
platform cannot fork safely (Windows, macOS), kernels start cold; everything above is the same.

The zygote is this module run as a program: one JSON request a line on its standard input, one answer a line back. It
ends when its input does, and takes its kernels with it.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from contextlib import suppress
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from engineroom.factory import surroundings
from engineroom.factory.limits import go_first

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "statsmodels.stats.proportion",
    "ibis.backends.duckdb",
    "pandera.pandas",
    "babel.numbers",
    "babel.dates",
    "altair",
    "engineroom.factory.analysis",
)
THREADS = ("OpenBLAS", "jemalloc_bg_thd", "python", "ZMQbg")
"""Native threads that survive a fork because they are not needed, or have handlers for it."""

GRACE = 2.0
PRIVATE = "ENGINEROOM_PRIVATE_FOLDER"
"""Variable that names a kernel's working folder where it is one made for it alone, to be removed with it."""


def is_possible() -> bool:
    """Return whether kernels can be forked here."""
    return surroundings.can_fork()


class Zygote:
    """The process that kernels are forked from; one per process that makes reports."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "engineroom.factory.kernel"]
        environment = surroundings.clean(Path(tempfile.gettempdir()))  # a fork shows what its zygote began with
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            start_new_session=True,
        )
        self._turn = threading.Lock()
        atexit.register(self.close)

    @cached_property
    def fault(self) -> str:
        """Return why kernels cannot be forked from it, blank where they can: known once it has imported everything."""
        return str(self._answer().get("fault", ""))

    @property
    def pid(self) -> int:
        """Return the process that is every kernel's parent."""
        return self._process.pid

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer to one request."""
        if self.fault:
            return {"fault": self.fault}
        with self._turn:
            assert self._process.stdin
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def close(self) -> None:
        """End the zygote, and with it every kernel it still has; while it imports it has none, and would not hear."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        if "fault" not in vars(self):
            self._process.kill()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"fault": "the zygote has ended"}


class Forked:
    """A forked kernel, with the few methods of `subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.zygote, self.pid = zygote, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, None while it runs."""
        if self.returncode is None:
            answer = self.zygote.ask(poll=self.pid)
            self.returncode = -signal.SIGKILL if "fault" in answer else answer.get("status")  # it ends with its zygote
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit status of a kernel that has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and whatever it started."""
        if self.poll() is None:
            os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """A provisioner that forks a kernel instead of starting a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Fork a kernel and return how to reach it."""
        parent = zygote()
        arguments = [*cmd[cmd.index("-m") + 2 :], f"--IPKernelApp.parent_handle={parent.pid}"]
        place, surroundings = str(options.get("cwd") or "."), options.get("env") or {}
        forked = started(fork=arguments, cwd=place, env=surroundings)
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        return self.connection_info


@cache
def zygote() -> Zygote:
    """Return this process's zygote, started when it is first needed."""
    return Zygote()


def started(**request: Any) -> Forked:
    """Return a process forked from the zygote for a request: a kernel, or a job."""
    parent = zygote()
    return Forked(parent, parent.ask(**request)["pid"])


def begin() -> None:
    """Start the zygote without waiting for it: it imports for seconds, and the caller has imports of its own."""
    spare_grammar()
    if is_possible():
        zygote()


def spare_grammar() -> None:
    """Keep jsonschema from building a grammar of web addresses at its import: a second, for what nobody asks."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # how Python says: not to be imported


def use_warm_kernels() -> None:
    """Make jupyter_client fork kernels in this process, where that is possible and safe."""
    if is_possible() and not zygote().fault:
        KernelProvisionerFactory.instance().default_provisioner_name = "engineroom-fork"


# ------------------------------------------------------------------------------------------------- inside the zygote


def main() -> None:
    """Import, report readiness, then fork a kernel for every request until the input ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an import prints must not be taken for an answer
    statuses: dict[int, int | None] = {}
    places: dict[int, str] = {}
    try:
        answer(channel, _warm())
    except BrokenPipeError:  # the owner ended meanwhile
        return
    for line in sys.stdin:
        request = json.loads(line)
        if "fork" in request or "job" in request:
            with warnings.catch_warnings():  # Python 3.12 warns of any thread; `_warm` has looked at those here
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
            if pid == 0:
                channel.close()
                _become(request)
            _lead_group(pid)  # here too: a kernel must be reachable by its group before anyone learns its number
            statuses[pid] = None
            if request["env"].get(PRIVATE) == request["cwd"]:
                places[pid] = request["cwd"]
            answer(channel, {"pid": pid})
        else:
            _reap(statuses)
            answer(channel, {"status": statuses.get(request["poll"], 0)})
    for pid, status in statuses.items():
        if status is None:  # the owner ended before its kernel, perhaps killed: its client's files go too
            _kill_group(pid)
            if pid in places:
                shutil.rmtree(places[pid], ignore_errors=True)


def answer(channel: Any, said: dict[str, Any]) -> None:
    """Write one line."""
    channel.write(json.dumps(said) + "\n")
    channel.flush()


def _warm() -> dict[str, str]:
    """Import what reports use; say so where that started a thread that a fork would lose."""
    import gc
    import pkgutil

    import engineroom
    from engineroom import reports

    spare_grammar()
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    try:
        for name in (*PRELOADED, *(one.name for one in pkgutil.walk_packages(reports.__path__, "engineroom.reports."))):
            import_module(name)
        for name in engineroom.__all__:
            getattr(engineroom, name)
        _rehearse()
    except ImportError as error:
        return {"fault": str(error)}
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    strangers = sorted({name for name in names if not name.startswith(THREADS)})
    gc.freeze()
    return {"fault": f"threads that do not survive a fork: {', '.join(strangers)}"} if strangers else {}


def _rehearse() -> None:
    """Do once, in this one thread, what every report would do first: read the reference data, build schemas and SQL."""
    import altair
    import ibis
    import pandas

    from engineroom.dictionary import columns
    from engineroom.pages import theme
    from engineroom.readers import reference

    for name in ("definitions", "benchmarks", "collisions", "processes", "gates", "buckets", "reference_classes"):
        getattr(reference, name)()
    for model in columns.Table.__subclasses__():
        columns.empty(model)
    rows = ibis.table({"name": "string", "value": "float64", "at": "timestamp"}, name="rows")
    grouped = rows.filter(rows.value > 0).group_by("name").agg(n=rows.value.count(), middle=rows.value.quantile(0.5))
    ibis.to_sql(grouped.order_by("name"), dialect="duckdb")
    before = altair.theme.active, altair.renderers.active
    theme.enable()
    chart = altair.Chart(pandas.DataFrame({"name": ["x"], "value": [1.0]})).mark_point().encode(x="value:Q", y="name:N")
    altair.hconcat(altair.layer(chart, chart.mark_rule()), title="x").to_dict()
    altair.theme.enable(before[0])
    altair.renderers.enable(before[1])


def _become(request: dict[str, Any]) -> None:
    """Turn this fork into the kernel that was asked for, or do the job; never returns."""
    code = 1
    try:
        _lead_group(0)
        os.dup2(os.open(request.get("stdin", os.devnull), os.O_RDONLY), 0)
        go_first()
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = _at_work(request)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _at_work(request: dict[str, Any]) -> int:
    if "job" in request:
        return int(import_module(request["job"]).main())
    from ipykernel.kernelapp import IPKernelApp

    kernel = IPKernelApp.instance()
    kernel.initialize(request["fork"])
    kernel.start()
    return 0


def _reap(statuses: dict[int, int | None]) -> None:
    for pid, status in statuses.items():
        if status is None:
            ended, how = os.waitpid(pid, os.WNOHANG)
            if ended:
                _kill_group(pid)  # what the notebook started and left behind
                statuses[pid] = os.waitstatus_to_exitcode(how)


def _lead_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, 0)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
