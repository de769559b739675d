"""Whose folder it is, what is believed of its files of state, and whether what lies there is what was made."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import hostile
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom import cli, provenance
from engineroom.errors import DataProblems, RenderError, ReportError
from engineroom.factory import batch, delivery, ledger, manifest, run, verification
from engineroom.factory.run import Task
from engineroom.readers import engagement, sheets
from engineroom.rendering import publication

KPIS = "kpi,numerator,denominator,n,period_start,period_end,source\nsla_compliance,{},100,100,2026-01-01,2026-06-30,x\n"
HTML = ["--report", "benchmark_gap", "--format", "html"]
FUZZED = cases(200, 2_000)


@pytest.fixture
def client(make_engagement: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that writes the engagement of a client with one figure, in a folder of a name."""

    def write(folder: str = "acme", client: str = "Alpha", share: int = 80) -> Path:
        place = make_engagement(files={"tables/kpis.csv": KPIS.format(share)}, name=folder)
        toml = place / "engagement.toml"
        toml.write_text(toml.read_text().replace('client = "Test client"', f'client = "{client}"'))
        assert f'client = "{client}"' in toml.read_text()
        return place

    return write


# ------------------------------------------------------------------------------------------------------------ identity


def test_a_new_engagement_has_an_id_of_its_own(tmp_path: Path) -> None:
    for name in "ab":
        assert cli.main(["new", str(tmp_path / name), "--sector", "legal"]) == 0
    ids = {engagement.open(tmp_path / name).id for name in "ab"}

    assert len(ids) == 2 and all(len(one) == 16 for one in ids)


def test_without_an_id_it_follows_from_folder_and_client_wherever_the_folder_lies(client, tmp_path: Path) -> None:
    first = client()
    moved = Path(shutil.copytree(first, tmp_path / "elsewhere" / "acme"))

    assert engagement.open(first).id == engagement.open(moved).id
    assert engagement.open(first).id != engagement.open(client("acme2")).id


@pytest.mark.parametrize("given_id", ["", "a b", "x" * 65, "../a"])
def test_an_id_is_a_plain_word(client, given_id: str) -> None:
    toml = (place := client()) / "engagement.toml"
    toml.write_text(toml.read_text().replace("[engagement]", f'[engagement]\nid = "{given_id}"'))

    with pytest.raises(engagement.EngagementError, match=r"engagement\.id: holds 1 to 64 letters"):
        engagement.open(place)


@pytest.mark.slow
def test_a_folder_of_another_engagement_is_refused_on_every_write(client, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    first = client("a/acme", "Alpha")
    second = client("b/acme", "Bravo", 20)
    assert cli.main(["run", str(first), *HTML, "--out", str(out)]) == 0
    before = {path: path.read_bytes() for path in (out / "acme").rglob("*") if path.is_file()}
    capsys.readouterr()

    assert cli.main(["run", str(second), *HTML, "--out", str(out)]) == 12
    assert cli.main(["assess", str(second), "--out", str(out)]) == 12

    said = capsys.readouterr().err
    assert said.count("belongs to another engagement: Alpha (id ") == 2
    assert {path: path.read_bytes() for path in (out / "acme").rglob("*") if path.is_file()} == before


def test_the_same_id_under_another_client_is_another_engagement(client, tmp_path: Path) -> None:
    place = client()
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text().replace("[engagement]", '[engagement]\nid = "copied"'))
    case = engagement.open(place)
    record = manifest.record_assessment(case, {"healthcare/assessment/assessment.json": b""}, tmp_path / "acme")
    (tmp_path / "acme" / manifest.NAME).write_bytes(manifest.dumps(record))
    toml.write_text(toml.read_text().replace("Alpha", "Bravo"))

    with pytest.raises(ReportError, match=r"belongs to another engagement: Alpha \(id copied\), and this is Bravo"):
        manifest.refuse_stranger(engagement.open(place), tmp_path / "acme")


# ------------------------------------------------------------------------------------------------- what is read counts


@pytest.mark.parametrize("name", ["kpis.csv", "kpis.CSV", "kpis.Csv"])
def test_every_table_that_is_read_is_an_input(client, name: str) -> None:
    place = client()
    (place / "tables" / "kpis.csv").rename(place / "tables" / name)
    case = engagement.open(place)

    assert [table for table, _ in sheets.find(case, [])] == ["kpis"]
    assert f"tables/{name}" in provenance.inputs(case)


def test_a_table_that_is_a_link_out_of_the_folder_is_refused(client, tmp_path: Path) -> None:
    place, other = client("acme"), client("other", "Other", 20)
    (place / "tables" / "kpis.csv").unlink()
    (place / "tables" / "kpis.csv").symlink_to(other / "tables" / "kpis.csv")

    with pytest.raises(
        DataProblems, match=r"kpis\.csv: 1 problem\n  is a link that leads out of the engagement folder"
    ):
        run.check(str(place))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed: files are not traced")
def test_whatever_the_operating_system_opened_of_a_client_is_in_the_manifest(starter, tmp_path: Path) -> None:
    place, out, log = starter("legal"), tmp_path / "out", tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=openat,open", "-o", str(log)]
    command += [sys.executable, "-m", "engineroom", "run", str(place)]
    subprocess.run([*command, *HTML, "--out", str(out)], check=True, capture_output=True)

    opened = {
        line.split('"')[1].removeprefix(f"{place}/")
        for line in log.read_text(errors="replace").splitlines()
        if f'"{place}/' in line and "O_DIRECTORY" not in line and " = -1 " not in line
    }
    assert "tables/kpis.csv" in opened
    assert opened <= set(manifest.read(out / place.name)["reports"]["legal/benchmark_gap"]["inputs"])


# ------------------------------------------------------------------------------------------------------- state is data


def line(**changes: Any) -> dict[str, Any]:
    task = {"folder": "/x", "sector": "legal", "report": "roadmap", "formats": ["html"], "parameters": []}
    plain = {"task": task, "status": "ok", "exit_code": 0, "message": "", "outputs": [], "seconds": 1.0}
    return {"schema": ledger.SCHEMA, "engagement": "", "made": ""} | plain | changes


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (line(task=line()["task"] | {"report": "/tmp/evil"}), "task.report: is no report"),
        (line(task=line()["task"] | {"report": "../roadmap"}), "task.report: is no report"),
        (line(task=line()["task"] | {"sector": "../../x"}), "task.sector: String should match"),
        (line(task=line()["task"] | {"formats": ["exe"]}), "task.formats.0: Input should be 'html' or 'pdf'"),
        (line(task=line()["task"] | {"parameters": [["a-b", "1"]]}), "task.parameters.0.0: String should match"),
        (line(outputs=["../../etc/passwd"]), "outputs.0: leads out of the folder"),
        (line(outputs=["C:\\x"]), "outputs.0: leads out of the folder"),
        (line(outputs=["/etc/passwd"]), "outputs.0: leads out of the folder"),
        (line(made="x"), "made: String should match"),
        (line(status="done"), "status: Input should be"),
    ],
)
def test_a_line_is_validated_like_a_command_line_and_never_followed(tmp_path: Path, told, said: str) -> None:
    ledger._append(tmp_path / ledger.LEDGER, told)

    assert ledger.last(tmp_path) == {} and batch.unfinished(tmp_path) == []
    assert f"results.jsonl, line 1: {said}" in "\n".join(ledger.faults(tmp_path))
    assert cli.main(["retry", "--out", str(tmp_path)]) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=12) | st.sampled_from(["..", "/x", "a\\b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def mutated(told: Any, data: st.DataObject) -> Any:
    """A plain value in which one thing is something else, or gone."""
    if isinstance(told, dict) and told and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(told)))
        if data.draw(st.booleans()):
            return {name: value for name, value in told.items() if name != key}
        return told | {key: mutated(told[key], data)}
    return data.draw(JSON)


@pytest.mark.proof
@settings(max_examples=FUZZED, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutated_line_is_a_fault_of_the_program_and_all_others_are_read(tmp_path: Path, data) -> None:
    good = Task("/x", "legal", "governance")
    for file in (ledger.LEDGER, ledger.BATCHES):
        (tmp_path / file).unlink(missing_ok=True)
    ledger.ask(tmp_path, [good])
    text = json.dumps(mutated(line(), data)).encode()
    cut = data.draw(st.integers(0, len(text)))
    for file in (ledger.LEDGER, ledger.BATCHES):
        with (tmp_path / file).open("ab") as stream:
            stream.write((text[:cut] if data.draw(st.booleans()) else text) + b"\n")
    ledger.record(tmp_path, ledger.Outcome(good, "ok", 0, "", (), 1.0))

    assert ledger.last(tmp_path)[good].status == "ok"
    for task, one in ledger.last(tmp_path).items():
        assert task.report in run.reports()
        assert not any(".." in path or path.startswith("/") for path in one.outputs)
    ledger.faults(tmp_path)


@pytest.mark.proof
@settings(max_examples=FUZZED, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutated_manifest_is_a_fault_of_the_program_or_leads_out_of_its_folder(tmp_path: Path, data) -> None:
    said = {
        "schema": manifest.SCHEMA,
        "id": "a",
        "client": "Alpha",
        "engagement": "acme",
        "status": "draft",
        "as_of": "2026-07-15",
        "engineroom": "1",
        "inputs": {},
        "reports": {"legal/roadmap": {"title": "x", "headlines": [], "inputs": {}}},
        "outputs": {"legal/roadmap.html": "0" * 64},
    }
    home = tmp_path / "acme"
    home.mkdir(exist_ok=True)
    (home / manifest.NAME).write_text(json.dumps(mutated(said, data)), encoding="utf-8")

    for path in manifest.read(home).get("outputs", {}):
        assert (home / path).resolve().is_relative_to(home.resolve())
    verification.verify(tmp_path)
    with pytest.raises(RenderError):
        delivery.pack(home)


@pytest.mark.proof
@pytest.mark.parametrize("name", [ledger.LEDGER, ledger.BATCHES, f"acme/{manifest.NAME}"])
def test_no_mutated_bytes_of_a_file_of_state_are_a_fault_of_the_program(tmp_path: Path, name: str) -> None:
    task, files = Task("/x", "legal", "roadmap"), {"legal/roadmap.html": b"page"}
    ledger.ask(tmp_path, [task] * 3)
    for _ in range(3):
        ledger.record(tmp_path, ledger.Outcome(task, "ok", 0, "", ("acme/legal/roadmap.html",), 1.0))
    home, about = tmp_path / "acme", {"title": "x", "headlines": [], "inputs": {}}
    case = engagement.open("starter/legal")
    record = manifest.dumps(manifest.record(manifest.origin(case, "roadmap", {}), files, home, about))
    publication.publish(files | {manifest.NAME: record}, home, {})
    sound, chance = (tmp_path / name).read_bytes(), random.Random(13)
    for _ in range(FUZZED):
        (tmp_path / name).write_bytes(hostile.mutated(sound, chance))
        assert {one.report for one in ledger.last(tmp_path)} <= {*run.reports(), ""}
        verification.verify(tmp_path)
        with suppress(RenderError):
            delivery.pack(home)


# ----------------------------------------------------------------------------------------------------------- integrity


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an output folder with two clients' reports and, beside it, the clients."""
    base = tmp_path_factory.mktemp("integrity")
    for number, name in ((80, "c1"), (70, "c2")):
        (base / name / "tables").mkdir(parents=True)
        (base / name / "tables" / "kpis.csv").write_text(KPIS.format(number))
        (base / name / "engagement.toml").write_text(
            f'[engagement]\nclient = "Client {name}"\nsectors = ["healthcare"]\ncurrency = "USD"\n'
            "period = { start = 2026-01-01, end = 2026-06-30 }\nas_of = 2026-07-15\n"
        )
    assert cli.main(["run", str(base / "c1"), str(base / "c2"), *HTML, "--out", str(base / "out")]) == 0
    return base


@pytest.fixture
def out(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "out", tmp_path / "out"))


@pytest.mark.slow
def test_what_was_made_is_as_it_was_made(out: Path) -> None:
    assert verification.verify(out).differences == []


@pytest.mark.slow
def test_a_client_that_is_gone_is_noticed(out: Path) -> None:
    shutil.rmtree(out / "c2")

    said = "c2/healthcare/benchmark_gap: is missing, and the ledger says that it was made"
    assert said in verification.verify(out).differences


@pytest.mark.slow
@pytest.mark.parametrize("what", ["overwritten", "line out", "line changed", "other index"])
def test_a_changed_ledger_or_index_is_noticed(out: Path, what: str) -> None:
    path = out / ledger.LEDGER
    lines = path.read_text(encoding="utf-8").splitlines()
    if what == "overwritten":
        path.write_text("{}\n")
    elif what == "line out":
        path.write_text("\n".join(lines[1:]) + "\n")
    elif what == "line changed":
        path.write_text("\n".join([lines[0].replace('"seconds": ', '"seconds": 1'), *lines[1:]]) + "\n")
    else:
        (out / "index.html").write_text("x")

    assert verification.verify(out).differences


@pytest.mark.slow
def test_a_page_and_its_manifest_changed_alike_are_noticed(out: Path) -> None:
    home = out / "c1"
    page = home / "healthcare" / "benchmark_gap.html"
    page.write_bytes(page.read_bytes().replace(b"80.0%", b"99.0%"))
    said = json.loads((home / manifest.NAME).read_text())
    said["outputs"]["healthcare/benchmark_gap.html"] = engagement.digest(page)
    (home / manifest.NAME).write_bytes(manifest.dumps(said))

    differences = verification.verify(out).differences
    assert manifest.differences(home) == []
    assert "c1/healthcare/benchmark_gap: is not what the ledger says was made" in differences


@pytest.mark.slow
def test_a_false_drawing_is_never_published(folder: Path, out: Path) -> None:
    album = out / run.CHARTS / "c1" / "healthcare" / "benchmark_gap"
    drawings = json.loads(zlib.decompress(album.read_bytes()))
    false = {key: svg.replace("</svg>", "<text>FALSE</text></svg>") for key, svg in drawings.items()}
    album.write_bytes(zlib.compress(json.dumps(false).encode()))

    assert cli.main(["run", str(folder / "c1"), *HTML, "--force", "--out", str(out)]) == 0
    assert drawings
    assert "FALSE" not in (out / "c1" / "healthcare" / "benchmark_gap.html").read_text()


@pytest.mark.slow
def test_reports_made_from_other_data_than_each_other_are_not_packed(folder: Path, out: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(folder / "c1", tmp_path / "c1"))
    two = ["--report", "benchmark_gap", "--report", "governance", "--format", "html", "--out", str(out)]
    assert cli.main(["run", str(place), *two]) == 0
    delivery.pack(out / "c1")
    (place / "tables" / "kpis.csv").write_text(KPIS.format(20))
    assert cli.main(["run", str(place), *HTML, "--out", str(out)]) == 0

    said = r"healthcare/governance was made from other data than healthcare/benchmark_gap: tables/kpis\.csv"
    with pytest.raises(RenderError, match=said):
        delivery.pack(out / "c1")
    assert cli.main(["run", str(place), *two]) == 0
    delivery.pack(out / "c1")


@pytest.mark.slow
def test_what_a_consultant_changed_is_kept_through_the_next_run(folder: Path, out: Path, capsys) -> None:
    home = out / "c1" / "healthcare"
    (home / "benchmark_gap.ipynb").write_text("my words")
    (home / "benchmark_gap.tables" / "notes.csv").write_text("my notes")
    (home / "assessment" / "mine.txt").write_text("mine")

    assert cli.main(["run", str(folder / "c1"), *HTML, "--force", "--out", str(out)]) == 0

    assert "c1/healthcare/benchmark_gap.ipynb was changed by hand" in capsys.readouterr().out
    kept = [path for path in (out / "c1" / "kept").rglob("*.ipynb") if path.read_text() == "my words"]
    assert len(kept) == 1
    assert (home / "benchmark_gap.tables" / "notes.csv").read_text() == "my notes"
    found = [path.read_text() for path in (out / "c1").rglob("mine.txt")]
    assert found == ["mine"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_an_output_folder_that_is_a_link_is_refused(folder: Path, out: Path, tmp_path: Path, capsys) -> None:
    foreign = Path(shutil.copytree(out / "c2", tmp_path / "foreign"))
    shutil.rmtree(out / "c1")
    (out / "c1").symlink_to(foreign)
    before = {path: path.read_bytes() for path in foreign.rglob("*") if path.is_file()}

    assert cli.main(["run", str(folder / "c1"), *HTML, "--out", str(out)]) in (12, 14)
    assert {path: path.read_bytes() for path in foreign.rglob("*") if path.is_file()} == before
