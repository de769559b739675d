"""Many reports: every one accounted for, whatever happens to the others."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path

import pytest

from engineroom import cli
from engineroom.errors import DataProblems, NotebookError, Problem
from engineroom.factory import batch, ledger, run
from engineroom.factory.batch import Terms
from engineroom.factory.run import Task

HEADER = """[engagement]
client = "Test client"
sectors = ["healthcare"]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "USD"
as_of = 2026-07-15
"""
MADE = run.Produced([], "ok", "", "", "", "")
TASKS = [Task(f"/clients/{name}", "healthcare", "benchmark_gap") for name in "abc"]


def statuses(out: Path) -> list[tuple[str, str]]:
    lines = (out / ledger.LEDGER).read_text(encoding="utf-8").splitlines()
    return [(told["report"].partition("/")[0], told["status"]) for told in map(json.loads, lines)]


def made_by(monkeypatch, produce: Callable[..., run.Produced]) -> None:
    """Let reports be made by a function of the test, and nothing be computed for them."""
    monkeypatch.setattr(run, "assess", lambda *_: "")
    monkeypatch.setattr(run, "produce", produce)


def test_every_task_has_one_line_in_the_ledger_before_its_outcome_is_seen(tmp_path: Path, monkeypatch) -> None:
    made_by(monkeypatch, lambda *_, **__: MADE)

    for number, outcome in enumerate(batch.outcomes(TASKS, Terms(tmp_path)), 1):
        assert len(statuses(tmp_path)) == number
        assert outcome.status == "ok"

    assert statuses(tmp_path) == [("a", "ok"), ("b", "ok"), ("c", "ok")]


def test_whatever_a_report_does_the_next_one_is_made(tmp_path: Path, monkeypatch) -> None:
    faults = {"a": NotebookError("cell gaps failed"), "b": OSError(28, "No space left on device", "/full")}

    def produce(task: Task, *_: object) -> run.Produced:
        if fault := faults.get(Path(task.folder).name):
            raise fault
        return MADE

    made_by(monkeypatch, produce)

    outcomes = list(batch.outcomes(TASKS, Terms(tmp_path)))

    assert [(one.exit_code, one.message) for one in outcomes] == [
        (13, "cell gaps failed"),
        (14, "b/healthcare/benchmark_gap: /full: No space left on device"),
        (0, ""),
    ]


def test_a_fault_of_engineroom_is_called_so_and_shows_no_traceback(tmp_path: Path, monkeypatch) -> None:
    made_by(monkeypatch, lambda *_, **__: 1 / 0)

    (outcome,) = batch.outcomes(TASKS[:1], Terms(tmp_path))

    assert outcome.message.splitlines() == [
        "a/healthcare/benchmark_gap: ZeroDivisionError: division by zero",
        "This is a fault of engineroom; please report it",
    ]


def test_a_caller_that_stops_asking_stops_the_batch(tmp_path: Path, monkeypatch) -> None:
    made_by(monkeypatch, lambda *_, **__: MADE)

    next(batch.outcomes(TASKS, Terms(tmp_path)))

    assert statuses(tmp_path) == [("a", "ok")]


def test_a_report_whose_process_dies_is_tried_again_and_then_failed(tmp_path: Path, monkeypatch) -> None:
    from concurrent.futures.process import BrokenProcessPool

    tried: list[str] = []

    class Dying(batch.Inline):
        def submit(self, fn, /, task, *rest):
            future: Future = Future()
            if fn is batch.assess:
                future.set_result(batch.Outcome(task[0], "ok", 0, "", (), 0.0))
                return future
            tried.append(Path(task.folder).name)
            if Path(task.folder).name == "b":
                future.set_exception(BrokenProcessPool("gone"))
            else:
                future.set_result(batch.Outcome(task, "ok", 0, "", (), 0.0))
            return future

    pools: list[Dying] = []
    monkeypatch.setattr(batch, "_workers", lambda terms: nullcontext((pools.append(Dying()) or pools[-1], 1)))

    outcomes = list(batch.outcomes(TASKS, Terms(tmp_path)))

    assert tried == ["a", "b", "b", "c"]
    assert len(pools) == 3
    assert [one.status for one in outcomes] == ["ok", "failed", "ok"]
    assert "its process died 2 times" in outcomes[1].message


def test_what_failed_never_ran_or_has_changed_is_unfinished_and_a_torn_line_is_passed_over(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(batch, "_has_changed", lambda task, out: task == changed)
    kept, failed, changed, unbegun = (
        Task(f"/clients/{name}", "legal", "roadmap", ("pdf",), (("weeks", "52"),)) for name in "kfcu"
    )
    ledger.ask(tmp_path, [kept, failed, unbegun])
    for task, status in [(kept, "failed"), (failed, "ok"), (kept, "ok"), (failed, "failed"), (changed, "reused")]:
        ledger.record(tmp_path, batch.Outcome(task, status, 0, "", (), 0.0))
    with (tmp_path / ledger.LEDGER).open("a", encoding="utf-8") as stream:
        stream.write('{"schema": 3, "report": "b/heal')

    assert batch.unfinished(tmp_path) == [failed, unbegun, changed]
    torn = "results.jsonl, line 6: was cut off, or is not a line of engineroom; it is passed over"
    assert ledger.faults(tmp_path) == [torn]

    ledger.record(tmp_path, batch.Outcome(failed, "ok", 0, "", (), 0.0))
    assert batch.unfinished(tmp_path) == [unbegun, changed]


def test_a_client_with_bad_data_is_told_once_and_no_report_of_it_is_begun(tmp_path: Path, monkeypatch) -> None:
    begun: list[str] = []

    def produce(task: Task, *_: object) -> run.Produced:
        begun.append(str(task))
        if task.folder == "/clients/a":
            raise DataProblems([Problem("a/tables/kpis.csv", 2, "kpi", "is blank")])
        return MADE

    made_by(monkeypatch, produce)
    tasks = [Task(f"/clients/{name}", "legal", report) for name in "ab" for report in ("benchmark_gap", "roadmap")]

    outcomes = list(batch.outcomes(tasks, Terms(tmp_path)))

    assert begun == ["a/legal/benchmark_gap", "b/legal/benchmark_gap", "b/legal/roadmap"]
    assert [(one.status, one.exit_code) for one in outcomes] == [("failed", 11)] * 2 + [("ok", 0)] * 2
    assert statuses(tmp_path) == [("a", "failed"), ("a", "failed"), ("b", "ok"), ("b", "ok")]


def test_there_is_nothing_to_retry_where_nothing_was_made(tmp_path: Path, capsys) -> None:
    assert cli.main(["retry", "--out", str(tmp_path)]) == 0

    assert capsys.readouterr().out == f"nothing to retry in {tmp_path}\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_a_number_of_jobs_is_a_number(jobs: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["demo", "--jobs", jobs])

    assert stopped.value.code == 2


KPIS = "kpi,numerator,denominator,n,period_start,period_end,source\n"
KPIS += "sla_compliance,{0},100,100,2026-01-01,2026-06-30,x\nerror_rate,{0},1000,1000,2026-01-01,2026-06-30,x\n"


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    """Return a folder with three clients, and their reports in `out`, as one undisturbed job makes them."""
    place = tmp_path_factory.mktemp("clean")
    for number in (70, 80, 90):
        client = place / f"client{number}"
        (client / "tables").mkdir(parents=True)
        (client / "engagement.toml").write_text(HEADER)
        (client / "tables" / "kpis.csv").write_text(KPIS.format(number))
    assert cli.main([*run_of(place), "--out", str(place / "out")]) == 0
    return place


def run_of(place: Path) -> list[str]:
    return ["run", *map(str, sorted(place.glob("client*"))), "--report", "benchmark_gap"]


def made(out: Path) -> dict[Path, bytes]:
    found = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {path: data for path, data in found.items() if path.suffix != ".jsonl" and path.name != "index.html"}


@pytest.mark.slow
def test_unchanged_reports_are_kept_and_verify_says_what_is_no_longer_as_it_was_made(
    clean: Path, tmp_path: Path, capsys
) -> None:
    place = Path(shutil.copytree(clean, tmp_path / "copy"))
    for file in (place / "out" / ledger.LEDGER, place / "out" / ledger.BATCHES):
        lines = [json.loads(line.replace(str(clean), str(place))) for line in file.read_text().splitlines()]
        file.unlink()
        for line in lines:
            ledger._append(file, line)
    again = ["--out", str(place / "out"), "--why"]

    assert cli.main([*run_of(place), *again]) == 0
    assert capsys.readouterr().out.count("unchanged, kept  (nothing it is made from has changed)") == 3
    assert cli.main(["retry", *again]) == 0
    assert capsys.readouterr().out == f"nothing to retry in {place / 'out'}\n"

    table = place / "client70" / "tables" / "kpis.csv"
    table.write_text(table.read_text().replace("70,100", "71,100"))
    assert cli.main(["retry", *again]) == 0
    assert "s  (changed: tables/kpis.csv)" in capsys.readouterr().out

    assert cli.main(["verify", "--out", str(place / "out")]) == 0
    page = place / "out" / "client80" / "healthcare" / "benchmark_gap.html"
    page.write_bytes(page.read_bytes() + b" ")
    shutil.rmtree(place / "out" / "client90" / "healthcare" / "benchmark_gap.tables")
    capsys.readouterr()
    assert cli.main(["verify", "--out", str(place / "out")]) == 1
    said = capsys.readouterr().err
    assert "client80/healthcare/benchmark_gap.html: is not the file that was made" in said
    assert "client90/healthcare/benchmark_gap.tables/gaps.csv: is missing" in said


@pytest.mark.slow
def test_each_client_sees_its_own_figures_only(clean: Path) -> None:
    for number in (70, 80, 90):
        page = (clean / "out" / f"client{number}" / "healthcare" / "benchmark_gap.html").read_text(encoding="utf-8")
        told = [other for other in (70, 80, 90) if re.search(rf">{other}(\.0)?%<", page)]
        assert told == [number]


def _listening() -> None:
    """Let the batch hear Ctrl-C even where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_stopped_batch_ends_soon_leaves_no_process_and_retry_makes_what_an_undisturbed_one_makes(
    clean: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "engineroom", *run_of(clean), "--jobs", "2", "--out", str(tmp_path)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(command, start_new_session=True, preexec_fn=_listening, **pipes)
    running.stdout.readline()  # the first report is made

    began = time.monotonic()
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)

    assert time.monotonic() - began < 5
    assert running.returncode == 130
    assert "stopped; finished reports are kept" in said
    until = time.monotonic() + 5
    while (left := _session(running.pid)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
    assert not list(tmp_path.rglob(".lock"))

    assert cli.main(["retry", "--out", str(tmp_path)]) == 0
    assert made(tmp_path) == made(clean / "out")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_worker_that_does_not_hear_that_its_batch_is_stopped_is_ended(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(batch, "PATIENCE", 0.2)
    ready = tmp_path / "ready"
    deaf = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(99)"
    worker = multiprocessing.get_context("spawn").Process(target=exec, args=(deaf,))
    worker.start()
    until = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.05)
    worker.terminate()

    batch._see_off([worker])

    worker.join()
    assert worker.exitcode == -signal.SIGKILL


def _session(leader: int) -> list[str]:
    return subprocess.run(["pgrep", "-s", str(leader)], capture_output=True, text=True, check=False).stdout.split()


@pytest.mark.slow
def test_a_cluster_makes_the_same_bytes_and_a_worker_that_is_killed_costs_time_only(
    clean: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    address = f"{tmp_path}/scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    place = ["--no-dashboard", "--scheduler-file", address]
    scheduler = subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *place], **quiet)
    worker = [*dask, "worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", *place]
    until = time.monotonic() + 30
    while not Path(address).exists() and time.monotonic() < until:
        time.sleep(0.1)
    workers = [subprocess.Popen(worker, **quiet) for _ in range(2)]
    told = json.loads(Path(address).read_text())["address"]
    tasks = run.plan(sorted(map(str, clean.glob("client*"))), ["benchmark_gap"], [])
    try:
        batching = batch.outcomes(tasks, Terms(tmp_path / "out", jobs=0, scheduler=told))
        first = next(batching)
        workers[0].kill()
        outcomes = [first, *batching]
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()

    assert [one.status for one in outcomes] == ["ok"] * 3
    assert made(tmp_path / "out") == made(clean / "out")


def test_a_scheduler_that_does_not_answer_is_told_and_nothing_is_made(tmp_path: Path, capsys, monkeypatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(batch, "ANSWERS_WITHIN", 0.2)

    code = cli.main(["demo", "--scheduler", "tcp://127.0.0.1:9", "--out", str(tmp_path)])

    assert code == 12
    assert "no Dask workers answer at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert not list(tmp_path.glob("*/**/*.html"))
