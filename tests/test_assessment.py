"""The assessment: each result computed once, kept whole, told by every report; a change of words computes nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from engineroom import assessment, cli, storage
from engineroom.errors import ReportError
from engineroom.factory import analysis, run
from engineroom.factory.limits import USUAL
from engineroom.logs import event_log
from engineroom.readers import engagement, tables
from engineroom.readers.engagement import Parameters
from engineroom.resources import folder

pytestmark = pytest.mark.slow

KPIS = "kpi,numerator,denominator,n,period_start,period_end,source\n"
KPIS += "sla_compliance,70,100,100,2026-01-01,2026-06-30,audit\n"


@pytest.fixture
def small(make_engagement) -> Path:
    """Return a folder with one table of one row."""
    return make_engagement(files={"tables/kpis.csv": KPIS})


def stored(place: Path, out: Path, *names: str, **parameters: object) -> storage.Saved:
    """Return the assessment of a folder with some results, stored as a run stores it."""
    case = engagement.open(place)
    return analysis.ensure(case, assessment.changed(case.parameters, parameters), names or ("gaps",), out, USUAL)


def test_every_result_names_the_model_its_rows_follow() -> None:
    case = assessment.open("starter/healthcare", draws=200)

    for name, result in assessment.flow().items():
        frame = getattr(case, name)
        assert set(result.model.names()) <= set(frame.columns), name
        result.model.validate(frame)


def test_a_result_is_computed_once_and_what_somebody_adds_to_it_stays_his_own(small: Path) -> None:
    case = assessment.open(small)

    gaps = case.gaps
    gaps["note"] = "mine"

    assert "note" not in case.gaps
    assert case.computed.count("gaps") == case.computed.count("measures") == 1


def test_what_is_stored_is_what_was_computed_for_every_result(tmp_path: Path) -> None:
    case = assessment.open("starter/insurer", draws=200)
    for name in assessment.flow():
        getattr(case, name)
    case.write(tmp_path / "assessment", list(assessment.flow()))

    again = assessment.Assessment(case.engagement, case.parameters, storage.read(tmp_path / "assessment"))

    for name in assessment.flow():
        pd.testing.assert_frame_equal(getattr(again, name), getattr(case, name))
    assert again.computed == []


def test_the_reports_of_a_client_read_tables_and_log_once_and_tell_without_computing(
    starter, tmp_path: Path, monkeypatch
) -> None:
    place, read = starter("healthcare"), []
    for module, name in ((tables, "read"), (event_log, "open")):
        monkeypatch.setattr(module, name, counted(module, name, read))
    case = assessment.open(place, draws=200)
    reports = run.reports()
    for report in reports:
        for name in run.told_by(report):
            getattr(case, name)
    computed = list(case.computed)
    case.write(tmp_path / "assessment", run.told_by("roadmap"))

    told = assessment.Assessment(case.engagement, case.parameters, storage.read(tmp_path / "assessment"))
    for report in reports:
        for name in run.told_by(report):
            getattr(told, name)

    assert sorted(read) == ["open", "read"]
    assert len(computed) == len(set(computed))
    assert told.computed == []


def counted(module: ModuleType, name: str, calls: list[str]):
    """Return a function that does what one of a module does, and notes each call."""
    original = getattr(module, name)

    def call(*given, **named):
        calls.append(name)
        return original(*given, **named)

    return call


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("engagement.toml", 'client = "Test client"', 'client = "Another name"\nlanguage = "de"'),
        ("engagement.toml", 'currency = "USD"', 'currency = "USD"\nstatus = "final"\nprepared_by = "us"'),
    ],
)
def test_a_change_of_words_leaves_the_figures_as_they_are_stored(small, tmp_path, file, old, new) -> None:
    saved = stored(small, tmp_path / "out")
    path = small / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    case = engagement.open(small)

    assert assessment.holds(saved, case, case.parameters)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tables/kpis.csv", "70,100", "71,100"),
        ("engagement.toml", "as_of = 2026-07-15", "as_of = 2026-07-16"),
        ("engagement.toml", "as_of = 2026-07-15", 'as_of = 2026-07-15\n[assessment]\nline = "typical"'),
    ],
)
def test_a_change_that_can_move_a_figure_makes_the_stored_ones_old(small, tmp_path, file, old, new) -> None:
    saved = stored(small, tmp_path / "out")
    path = small / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    case = engagement.open(small)

    assert not assessment.holds(saved, case, case.parameters)


def test_rows_in_a_database_are_never_taken_as_unchanged(make_engagement, monkeypatch) -> None:
    toml = '[events]\nconnection = "env:CLAIMS_DB"\ntable = "x"\ncase = "a"\nactivity = "b"\ncompleted = "c"\n'
    case = engagement.open(make_engagement(toml))
    made_from = assessment.provenance.parts(case, case.parameters, {})
    saved = storage.Saved(case.folder, {"schema": 1, "made_from": made_from, "tables": {}})

    assert not assessment.holds(saved, case, case.parameters)


def test_what_a_run_stored_is_used_until_something_else_is_wanted(small: Path, tmp_path: Path, monkeypatch) -> None:
    first = stored(small, tmp_path, "gaps")
    monkeypatch.setattr(analysis, "_run", lambda *_: pytest.fail("nothing is to be computed"))

    assert analysis.fingerprint(stored(small, tmp_path, "gaps")) == analysis.fingerprint(first)


def test_a_run_after_a_change_of_words_computes_nothing_and_tells_the_new_words(small, tmp_path, monkeypatch) -> None:
    command = ["run", str(small), "--report", "benchmark_gap", "--format", "html", "--out", str(tmp_path / "out")]
    assert cli.main(command) == 0
    (small / "commentary").mkdir()
    (small / "commentary" / "summary.md").write_text("What we agreed on Monday.", encoding="utf-8")
    monkeypatch.setattr(analysis, "_run", lambda *_: pytest.fail("nothing is to be computed"))

    assert cli.main(command) == 0

    page = (tmp_path / "out" / "client" / "healthcare" / "benchmark_gap.html").read_text(encoding="utf-8")
    assert "What we agreed on Monday." in page


def test_what_is_missing_is_added_to_what_is_stored(small: Path, tmp_path: Path) -> None:
    first = stored(small, tmp_path, "gaps")

    second = stored(small, tmp_path, "worths")

    assert set(first.tables) < set(second.tables)
    assert {"gaps", "worths"} <= set(second.about["computed"])
    assert [second.tables[name]["sha256"] for name in first.tables] == [
        first.tables[name]["sha256"] for name in first.tables
    ]


@pytest.mark.parametrize("spoilt", ["schema", "table", "nothing is there", "torn"])
def test_an_assessment_that_is_old_or_spoilt_is_computed_again_and_not_misread(small, tmp_path, spoilt) -> None:
    saved = stored(small, tmp_path)
    about, table = saved.place / storage.NAME, saved.place / "gaps.parquet"
    good = saved.frame("gaps")
    if spoilt == "schema":
        about.write_text(about.read_text().replace('"schema": 1', '"schema": 0'))
    elif spoilt == "table":
        table.write_bytes(b"PAR1" + table.read_bytes()[4:-4] + b"1RAP")
    elif spoilt == "torn":
        about.write_text(about.read_text()[:200])
    else:
        shutil.rmtree(saved.place)

    again = assessment.Assessment(engagement.open(small), Parameters(), storage.read(saved.place))

    pd.testing.assert_frame_equal(again.gaps, good)
    assert again.computed


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("after", [0.5, 1.5, 2.5, 4.0, 6.0])
def test_killed_at_any_moment_the_assessment_is_whole_or_absent(small: Path, tmp_path: Path, after: float) -> None:
    command = [sys.executable, "-m", "engineroom", "assess", str(small), "--out", str(tmp_path / "out")]
    running = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    time.sleep(after)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()

    saved = storage.read(tmp_path / "out" / "client" / "healthcare" / assessment.FOLDER)

    if saved:
        assert all(saved.frame(name) is not None for name in saved.tables)
    whole = stored(small, tmp_path / "out")
    assert all(whole.frame(name) is not None for name in whole.tables)


KILLED = """
import os, pathlib, sys
from engineroom import cli
from engineroom.rendering import publication
real, done = pathlib.Path.replace, []
def dying(path, target):
    done.append(target)
    if len(done) > int(sys.argv[1]):
        os._exit(9)
    return real(path, target)
pathlib.Path.replace = dying
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("after", [0, 30, 60, 62])
def test_killed_between_two_files_the_assessment_is_made_again_and_nothing_is_set_aside(
    small: Path, tmp_path: Path, after: int, capsys
) -> None:
    out = tmp_path / "out"
    command = ["run", str(small), "--report", "benchmark_gap", "--format", "html", "--out"]
    assert cli.main([*command, str(out)]) == 0
    (small / "tables" / "kpis.csv").write_text(KPIS.replace("70,100", "60,100"))
    done = subprocess.run([sys.executable, "-c", KILLED, str(after), *command, str(out)], check=False)
    assert done.returncode == 9
    assert cli.main([*command, str(tmp_path / "clean")]) == 0

    said = "client: a run was killed while it wrote here; the next one clears away what it left"
    assert cli.main(["verify", "--out", str(out)]) == 1 and said in capsys.readouterr().err
    assert cli.main(["retry", "--out", str(out)]) == 0
    assert cli.main(["verify", "--out", str(out)]) == 0
    trees = [
        {path.relative_to(place): path.read_bytes() for path in (place / "client").rglob("*") if path.is_file()}
        for place in (out, tmp_path / "clean")
    ]
    assert trees[0] == trees[1]


def test_two_runs_at_once_agree(small: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engineroom", "assess", str(small), "--out", str(tmp_path / "out")]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [one.wait(300) for one in both] == [0, 0]

    saved = storage.read(tmp_path / "out" / "client" / "healthcare" / assessment.FOLDER)
    assert saved
    assert set(assessment.flow()) <= set(saved.tables)
    assert all(saved.frame(name) is not None for name in saved.tables)
    assert cli.main(["verify", "--out", str(tmp_path / "out")]) == 0


def test_stock_papermill_shows_the_same_on_a_fresh_folder_and_on_an_assessed_one(
    starter, tmp_path: Path, monkeypatch
) -> None:
    place = starter("legal")
    monkeypatch.chdir(tmp_path)

    def outputs(name: str) -> list[object]:
        source = folder("notebooks") / "benchmark_gap.ipynb"
        command = [sys.executable, "-m", "papermill", str(source), name, "-p", "engagement", str(place)]
        subprocess.run([*command, "-p", "sector", "legal", "--no-progress-bar", "--log-level", "ERROR"], check=True)
        cells = json.loads(Path(name).read_text(encoding="utf-8"))["cells"]
        return [output.get("data") for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]

    fresh = outputs("fresh.ipynb")
    assert cli.main(["assess", str(place)]) == 0
    assessed = outputs("assessed.ipynb")

    assert len(fresh) > 20
    assert assessed == fresh


def test_a_parameter_holds_for_every_report_of_a_run(small: Path) -> None:
    case = assessment.open(small, line="typical", changed="2026-03-31", draws="500")

    assert (case.parameters.line, case.changed, case.parameters.draws) == ("typical", "2026-03-31", 500)
    with pytest.raises(ReportError, match=r'there is no parameter "lines"; did you mean "line"\?'):
        assessment.open(small, lines="typical")


def test_a_day_of_a_change_reaches_what_computes_and_what_tells(small: Path, tmp_path: Path, monkeypatch) -> None:
    saved = stored(small, tmp_path / "out", "gaps", changed="2026-03-31")
    monkeypatch.setenv(assessment.PLACE, str(saved.place))

    assert assessment.open(small).changed == "2026-03-31"


def test_a_result_that_fails_fails_the_report_that_tells_it_and_no_other(small, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("ENGINEROOM_COLD_KERNELS", "1")
    broken = tmp_path / "broken"
    broken.mkdir()
    text = "from engineroom.measures import review\nreview.benchmarks = lambda *_: 1 / 0\n"
    (broken / "sitecustomize.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(broken), os.environ.get("PYTHONPATH", "")]))

    saved = stored(small, tmp_path / "out", "gaps", "reviews", "worths")

    assert {"gaps", "worths"} <= set(saved.about["computed"])
    assert "reviews" not in {*saved.about["computed"], *saved.tables}


def test_too_little_time_is_told_with_its_cure(small: Path, tmp_path: Path) -> None:
    case = engagement.open(small)

    with pytest.raises(analysis.NotebookError) as stopped:
        analysis.ensure(case, case.parameters, ["plan"], tmp_path / "out", analysis.Limits(seconds=0.001))

    assert str(stopped.value).splitlines()[0] == "client/healthcare/assessment: it was stopped after 0.001 s"
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_assess_prints_every_result_for_other_programs(small: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["assess", str(small), "--out", str(tmp_path), "--json"]) == 0

    (told,) = json.loads(capsys.readouterr().out)
    (row,) = [row for row in told["tables"]["measures"]["rows"] if row["kpi"] == "sla_compliance"]
    assert (told["schema"], told["engagement"], told["sector"]) == (1, "client", "healthcare")
    assert (row["value"], row["numerator"], row["denominator"]) == (0.7, 70, 100)
    assert set(assessment.flow()) <= set(told["tables"])
    assert "inputs/kpis" not in told["tables"]


def results_of(place: Path) -> dict[str, pd.DataFrame]:
    case = assessment.open(place, draws=200)
    return {name: case.table(result) for name, result in assessment.flow().items()}


def differing(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Return the results that differ with the workflows of the rows that do; the checksum of a file is no figure."""
    found = {}
    for name, old in before.items():
        one, other = (frame.drop(columns="source_sha256", errors="ignore").astype(str) for frame in (old, after[name]))
        if one.equals(other):
            continue
        both = one.merge(other, how="outer", indicator=True)
        rows = both[both["_merge"] != "both"]
        found[name] = set(rows["workflow"].fillna("")) if "workflow" in rows else set()
    return found


@pytest.mark.parametrize(
    ("table", "row", "cell", "value", "expected"),
    [
        (
            "workflows", ("workflow", "Denials"), "cost_of_late", "99",
            {"worths": {"Denials"}, "benchmark_gap_asks": set(), "benchmark_gap_findings": {""},
             "findings": {""}},
        ),
        (
            "risks", ("risk", "A claim leaves with a wrong code"), "impact", "medium",
            {"risk_coverage": {"Claim scrubbing"}, "governance_figures": set()},
        ),
        (
            "readiness", ("prerequisite", "hl7_fhir"), "date", "2026-08-29",
            {"prerequisites": {"Claim scrubbing", "Claim submission", "Denials", "Payment posting",
                               "Prior authorisation"}, "plan": {""}},
        ),
    ],
    ids=["cost", "risk", "day"],
)  # fmt: skip
def test_one_change_in_one_row_changes_only_what_depends_on_it(tmp_path, table, row, cell, value, expected) -> None:
    place = tmp_path / "healthcare"
    shutil.copytree(folder("starters") / "healthcare", place)
    before = results_of(place)
    path = place / "tables" / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[frame[row[0]] == row[1], cell] = value
    frame.to_csv(path, index=False)

    changed = differing(before, results_of(place))

    assert set(changed) <= set(expected)
    assert all(changed[name] <= expected[name] for name in changed)
    assert changed
