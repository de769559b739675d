"""The command line: exit codes, messages, and what a failing client does to the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engineroom import cli
from engineroom.errors import NotebookError
from engineroom.factory import batch, console, execution, ledger, run
from engineroom.resources import folder

KPIS = "kpi,numerator,denominator,n,period_start,period_end,source\nsla_compliance,80,100,100,2026-01-01,2026-06-30,x\n"


@pytest.fixture
def small(make_engagement: Callable[..., Path]) -> Path:
    return make_engagement(files={"tables/kpis.csv": KPIS})


def test_check_says_that_nothing_is_wrong(small: Path, capsys) -> None:
    assert cli.main(["check", str(small)]) == 0

    assert capsys.readouterr().out == f"{small}: no problems\n"


def test_check_of_a_missing_folder_is_exit_10(tmp_path: Path, capsys) -> None:
    assert cli.main(["check", str(tmp_path / "nowhere")]) == 10

    assert "there is no such folder; make one with: engineroom new FOLDER" in capsys.readouterr().err


def test_an_engagement_with_neither_table_nor_log_is_exit_11(make_engagement, capsys) -> None:
    assert cli.main(["check", str(make_engagement())]) == 11

    assert "there is neither a table nor a log" in capsys.readouterr().err


def test_an_unknown_report_is_exit_12_with_a_suggestion(small: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["run", str(small), "--report", "benchmark_gaps", "--out", str(tmp_path / "out")]) == 12

    assert capsys.readouterr().err == 'no report is called "benchmark_gaps"; did you mean "benchmark_gap"?\n'


def test_an_unknown_sector_is_exit_12(small: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["run", str(small), "--sector", "legal", "--out", str(tmp_path / "out")]) == 12

    assert capsys.readouterr().err == 'client has no sector "legal"; its sectors are: healthcare\n'


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("lines=typical", 'there is no parameter "lines"; did you mean "line"?'),
        ("line=median", "line is \"median\": Input should be 'leading' or 'typical'"),
        ("years=many", 'years is "many": Input should be a valid integer, unable to parse string as an integer'),
    ],
)
@pytest.mark.parametrize("verb", ["run", "assess"])
def test_an_unknown_parameter_or_value_is_refused_before_anything_is_computed(
    small, tmp_path, capsys, verb, given, told
) -> None:
    assert cli.main([verb, str(small), "--out", str(tmp_path / "out"), "-p", given]) == 12

    assert capsys.readouterr().err == f"{told}\n"
    assert not (tmp_path / "out").exists()


def test_a_parameter_without_a_value_is_a_usage_error(small: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["run", str(small), "--out", str(tmp_path), "-p", "line"])

    assert stopped.value.code == 2


def test_one_bad_client_does_not_stop_the_others(small: Path, make_engagement, tmp_path, capsys, monkeypatch) -> None:
    bad = make_engagement(files={"tables/kpis.csv": KPIS.replace("sla", "slo")}, name="bad")
    made = []

    def produce(task: run.Task, *_: object) -> run.Produced:
        run.check(task.folder)
        made.append(str(task))
        return run.Produced([], "ok", "", "", "", "")

    monkeypatch.setattr(run, "produce", produce)

    code = cli.main(["run", str(bad), str(small), "--report", "benchmark_gap", "--out", str(tmp_path / "out")])

    assert code == 11
    assert made == ["client/healthcare/benchmark_gap"]
    assert 'row 2, kpi: "slo_compliance" is unknown; did you mean "sla_compliance"?' in capsys.readouterr().err


def test_a_failing_report_is_told_and_recorded_and_the_next_is_made(
    small, make_engagement, tmp_path, capsys, monkeypatch
) -> None:
    other = make_engagement(files={"tables/kpis.csv": KPIS}, name="other")

    def produce(task: run.Task, *_: object) -> run.Produced:
        if task.folder == str(small):
            raise NotebookError("client/healthcare/benchmark_gap: cell gaps failed")
        return run.Produced([], "ok", "", "", "", "")

    monkeypatch.setattr(run, "produce", produce)
    out = tmp_path / "out"

    code = cli.main(["run", str(small), str(other), "--report", "benchmark_gap", "--out", str(out)])

    ledger = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert code == 13
    assert [(line["report"], line["status"]) for line in ledger] == [
        ("client/healthcare/benchmark_gap", "failed"),
        ("other/healthcare/benchmark_gap", "ok"),
    ]
    assert capsys.readouterr().err.splitlines()[:-1] == [
        "================================== failures ==================================",
        "__ client/healthcare/benchmark_gap ___________________________________________",
        "client/healthcare/benchmark_gap: cell gaps failed",
        "================================= each again =================================",
        f"engineroom run {small} --report benchmark_gap --sector healthcare --out {out}",
        f"all of them: engineroom retry --out {out}",
    ]


def test_the_list_of_benchmarks_says_what_each_may_judge_in_a_sector_and_process(capsys) -> None:
    assert cli.main(["list", "benchmarks", "--sector", "legal", "--process", "ap_invoices"]) == 0

    told = capsys.readouterr().out
    assert "ardent_2024_ap_days_average" in told and "Kodiak" not in told and "reviewers of legal" not in told
    assert "n      1485" in told and "judges, prices nothing (out of date)" in told


def test_the_list_of_benchmarks_names_the_sectors_there_are(capsys) -> None:
    assert cli.main(["list", "benchmarks", "--sector", "banks"]) == 12

    assert capsys.readouterr().err.startswith('there is no sector "banks"; there are: banking, ')


def test_fail_fast_stops_at_the_first_failure(small, make_engagement, tmp_path, monkeypatch) -> None:
    other = make_engagement(files={"tables/kpis.csv": KPIS}, name="other")
    asked: list[str] = []

    def produce(task: run.Task, *_: object) -> run.Produced:
        asked.append(task.folder)
        raise NotebookError("cell gaps failed")

    monkeypatch.setattr(run, "produce", produce)
    command = [
        "run",
        str(small),
        str(other),
        "--report",
        "benchmark_gap",
        "--fail-fast",
        "--out",
        str(tmp_path / "out"),
    ]

    assert cli.main(command) == 13
    assert asked == [str(small)]


@pytest.mark.parametrize("what", ["reports", "sectors", "kpis", "benchmarks", "questions"])
def test_list_prints_what_there_is(what: str, capsys) -> None:
    assert cli.main(["list", what]) == 0

    wanted = {
        "reports": "benchmark_gap",
        "sectors": "healthcare",
        "kpis": "stp_rate/zero_touch",
        "benchmarks": "Kodiak",
        "questions": "profile_roles",
    }
    assert wanted[what] in capsys.readouterr().out


def test_the_doctor_finds_this_machine_fit(capsys) -> None:
    assert cli.main(["doctor"]) == 0

    assert "✗" not in capsys.readouterr().out


def test_new_makes_a_folder_and_says_what_to_do_next(tmp_path: Path, capsys) -> None:
    assert cli.main(["new", str(tmp_path / "acme"), "--sector", "legal"]) == 0

    assert (tmp_path / "acme" / "intake.xlsx").is_file()
    assert capsys.readouterr().out.endswith(f"engineroom check {tmp_path / 'acme'}\n")


@pytest.mark.slow
def test_a_failed_cell_is_named_and_the_notebook_so_far_is_kept(small, tmp_path, capsys, monkeypatch) -> None:
    out, notebooks = tmp_path / "out", tmp_path / "notebooks"
    notebooks.mkdir()
    text = (folder("notebooks") / "benchmark_gap.ipynb").read_text(encoding="utf-8")
    spoilt = text.replace("tables.scorecard(case.gaps, case.measures, case.reviews, case.tiers, case.tables)", "1 / 0")
    (notebooks / "benchmark_gap.ipynb").write_text(spoilt, encoding="utf-8")
    monkeypatch.setattr(execution, "folder", lambda _: notebooks)

    code = cli.main(["run", str(small), "--report", "benchmark_gap", "--out", str(out)])

    said = capsys.readouterr().err
    kept = out / "client" / "healthcare" / "benchmark_gap.failed.ipynb"
    assert code == 13
    assert "client/healthcare/benchmark_gap: cell scorecard failed" in said
    assert "ZeroDivisionError: division by zero" in said
    assert kept.is_file()
    assert not list(out.glob("*/**/*.html"))


def test_two_engagements_of_one_name_may_not_share_an_output_folder(
    make_engagement, tmp_path, capsys, monkeypatch
) -> None:
    first, second = (make_engagement(files={"tables/kpis.csv": KPIS}, name=name) for name in ("a/acme", "b/Acme"))
    monkeypatch.setattr(run, "produce", lambda *_, **__: pytest.fail("nothing may be made"))

    code = cli.main(["run", str(first), str(second), "--out", str(tmp_path / "out")])

    assert code == 12
    assert capsys.readouterr().err == (
        f"{first} and {second} have the same name, and so the same output folder; rename one of them, or give each its "
        "own --out\n"
    )


def test_a_full_disk_is_told_without_a_traceback_and_is_exit_14(small, tmp_path, capsys, monkeypatch) -> None:
    def full(path: Path, line: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(ledger, "_append", full)

    assert cli.main(["run", str(small), "--out", str(tmp_path / "out")]) == 14

    said = f"{tmp_path / 'out' / 'batches.jsonl'}: No space left on device; nothing more was made\n"
    assert capsys.readouterr().err.endswith(said)


def test_a_terminal_has_a_bar_below_the_lines_and_counts_what_failed(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    outcomes = [batch.Outcome(run.Task(f"/x/{name}", "legal", "roadmap"), status, 0, "", (), 1.0) for name, status in
                (("acme", "ok"), ("[bold]", "failed"))]  # fmt: skip

    with console.telling(3, tmp_path) as tell:
        for outcome in outcomes:
            tell(outcome)

    said = capsys.readouterr().out
    assert "✓ acme/legal/roadmap  1.0 s" in said
    assert "✗ [bold]/legal/roadmap  failed after 1.0 s" in said
