"""A client's files can end the reading of that client, and nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hostile import mutated
from proofs import cases

from engineroom import cli, scratch
from engineroom.errors import DataProblems, EngagementError, EngineroomError, RenderError
from engineroom.factory import guard, kernel, ledger, press, run, surroundings
from engineroom.factory.limits import Limits
from engineroom.readers import engagement, tables
from engineroom.resources import folder

HEADER = """[engagement]
client = "Test client"
sectors = ["healthcare"]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "USD"
as_of = 2026-07-15
"""
KPIS = "kpi,numerator,denominator,n,period_start,period_end,source\nerror_rate,70,1000,1000,2026-01-01,2026-06-30,x\n"
SHEET = "xl/worksheets/sheet1.xml"


def client(place: Path, toml: str = "") -> Path:
    (place / "tables").mkdir(parents=True)
    (place / "engagement.toml").write_text(HEADER + toml)
    (place / "tables" / "kpis.csv").write_text(KPIS)
    return place


def workbook(place: Path) -> Path:
    place.mkdir()
    (place / "engagement.toml").write_text(f'{HEADER}[tables]\nworkbook = "intake.xlsx"\n')
    book = openpyxl.Workbook()
    book.active.title = "kpis"
    for line in KPIS.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(place / "intake.xlsx")
    return place / "intake.xlsx"


def changed(path: Path, change, part: str = SHEET) -> None:
    """Write a workbook anew with one of its parts changed."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)


FAR = b'<row r="100000"><c r="XFD100000" t="inlineStr"><is><t> </t></is></c></row></sheetData>'


@pytest.mark.parametrize(
    ("change", "part", "said"),
    [
        (lambda xml: xml.replace(b"</sheetData>", FAR), SHEET, "row 100000, XFD: the sheet reaches to here"),
        (lambda xml: xml[:-40], SHEET, "is damaged ("),
        (lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml[xml.index(b"<worksheet") :], SHEET, "XML entities"),
        (lambda _: bytes(80 << 20), "xl/media/image1.png", "unzips to more than 200 times its size"),
        (lambda xml: xml.replace(b'r="A2"', b'r="A99999999"'), SHEET, '"A99999999" is not the place of a cell'),
    ],
    ids=["far cell", "damaged", "entities", "bomb", "no such place"],
)
def test_a_workbook_is_refused_before_it_is_opened(tmp_path: Path, change, part: str, said: str) -> None:
    changed(workbook(tmp_path / "acme"), change, part)

    with pytest.raises(DataProblems, match=r"intake\.xlsx") as refused:
        tables.read(engagement.open(tmp_path / "acme"))

    assert said in str(refused.value)


def test_a_name_longer_than_a_page_is_refused_with_its_cell(tmp_path: Path) -> None:
    place = client(tmp_path / "acme")
    name = "W" * 32767
    (place / "tables" / "workflows.csv").write_text(
        f"workflow,process,owner,monthly_volume\n{name},denials,Ann,100\n", encoding="utf-8"
    )

    with pytest.raises(DataProblems, match=r"row 2, workflow: .*has 32,767 letters; write at most 500"):
        tables.read(engagement.open(place))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "nests deeper than 20 levels"),
        (".".join("a" * 30) + " = 1", "nests deeper than 20 levels"),
        ("# " + "x" * (1 << 20), "is larger than 1 MB"),
    ],
)
def test_a_settings_file_is_bounded(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(EngagementError, match=said):
        engagement.open(client(tmp_path / "acme", toml))


# ------------------------------------------------------------------------------------------------- a process apart


def _abort(_: str) -> None:
    os.abort()


def _eat(_: str) -> int:
    return len(bytearray(800 << 20))


def _wait(_: str) -> None:
    time.sleep(60)


def _environ(_: str) -> list[str]:
    return sorted(os.environ) + Path("/proc/self/environ").read_text().split("\0")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are Linux's")
@pytest.mark.parametrize(
    ("work", "limits", "said"),
    [
        (_abort, Limits(), "its process was ended by SIGABRT"),
        (_eat, Limits(megabytes=300), "it needs more memory than the 300 MiB it may take"),
        (_wait, Limits(seconds=1), "reading its files was stopped after 1 s"),
    ],
)
def test_what_ends_a_reader_is_told_of_its_engagement(work, limits: Limits, said: str) -> None:
    with pytest.raises(DataProblems, match=f"acme: 1 problem\n  {said}"):
        guard.within(work, "/clients/acme", limits=limits)


def test_every_problem_comes_back_as_it_was_told(tmp_path: Path) -> None:
    place = client(tmp_path / "acme")
    (place / "tables" / "kpis.csv").write_text(KPIS.replace("70", "-7"))
    with pytest.raises(DataProblems) as here:
        run.check(str(place))

    with pytest.raises(DataProblems) as apart:
        run.checked(str(place))

    assert apart.value.problems == here.value.problems
    assert str(apart.value) == str(here.value)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_reader_and_the_zygote_show_nothing_of_the_batchs_environment() -> None:
    code = (
        "import test_guard as t; from engineroom.factory import guard, kernel; from pathlib import Path;"
        "print(guard.within(t._environ, 'x'), Path(f'/proc/{kernel.zygote().pid}/environ').read_text())"
    )
    secrets = {"BRAVO_DB": "postgres://u:secret@h/d", "PGPASSWORD": "secret", "ENGINEROOM_BRAVO": "secret"}
    place = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | secrets | {"PYTHONPATH": place}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert "PATH" in said.stdout
    assert not [part for part in ("secret", *secrets) if part in said.stdout]


def test_a_client_gets_the_address_of_its_own_database_and_no_password_of_all(tmp_path: Path, monkeypatch) -> None:
    log = '[events]\nconnection = "env:OWN_DB"\ntable = "x"\ncase = "a"\nactivity = "b"\ncompleted = "c"\n'
    for name in ("OWN_DB", "OTHER_DB", "PGPASSWORD", "PGSSLMODE"):
        monkeypatch.setenv(name, "x")

    own = surroundings.of(engagement.open(client(tmp_path / "a", log)), tmp_path)
    other = surroundings.of(engagement.open(client(tmp_path / "b")), tmp_path)

    assert {"OWN_DB", "PGSSLMODE"} <= set(own)
    assert not {"OTHER_DB", "PGPASSWORD"} & set(own)
    assert not {"OWN_DB", "OTHER_DB", "PGSSLMODE"} & set(other)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps them")
def test_the_folders_of_a_killed_run_are_cleared_and_those_of_a_living_one_kept(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    code = "import time; from engineroom import scratch; print(scratch.lasting('log'), flush=True); time.sleep(60)"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    owner = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    place = Path(owner.stdout.readline().strip())
    (place / "log.csv").write_text("a client's")

    scratch.clear()
    assert (place / "log.csv").is_file()

    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    scratch.clear()
    assert not place.exists()


# -------------------------------------------------------------------------------------------------------- a whole run


@pytest.mark.slow
def test_one_settings_file_of_three_that_cannot_be_read_strikes_its_own_engagement(tmp_path: Path, capsys) -> None:
    places = [client(tmp_path / name) for name in "abc"]
    toml = places[1] / "engagement.toml"
    asked = [*map(str, places), "--report", "benchmark_gap", "--format", "html", "--out", str(tmp_path / "out")]
    toml.write_text(HEADER + "x = " + "[" * 5000 + "]" * 5000)

    assert cli.main(["run", *asked]) == 10
    assert "b/engagement.toml: 1 problem\n  nests deeper than 20 levels" in capsys.readouterr().err
    became = {Path(task.folder).name: one.status for task, one in ledger.last(tmp_path / "out").items()}
    assert became == {"a": "ok", "b": "failed", "c": "ok"}
    assert cli.main(["check", *map(str, places)]) == 10
    assert capsys.readouterr().out.count("no problems") == 2

    toml.write_text(HEADER)
    assert cli.main(["retry", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "b" / "healthcare" / "benchmark_gap.html").is_file()
    capsys.readouterr()
    assert cli.main(["retry", "--out", str(tmp_path / "out")]) == 0
    assert "nothing to retry" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(not kernel.is_possible(), reason="the press is stopped with SIGSTOP")
def test_rendering_ends_with_the_time_of_its_report_and_the_next_one_is_rendered(tmp_path: Path) -> None:
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title\n\nText.")])
    given = (book, ["html"], tmp_path / "album", "", "acme/report")
    press.begin(["html"])
    os.kill(press._PRESSES[0].process.pid, signal.SIGSTOP)

    with pytest.raises(RenderError, match="acme/report: it was stopped after 1 s, while it was rendered"):
        press.printed(*given, Limits(seconds=1))

    assert press.printed(*given, Limits()).editions["html"].endswith(b"</html>\n")


@pytest.mark.slow
@pytest.mark.proof
def test_a_mutated_workbook_gives_problems_and_neither_a_traceback_nor_a_hang(tmp_path: Path) -> None:
    path = workbook(tmp_path / "acme")
    sound, chance = path.read_bytes(), random.Random(11)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    case, odd = engagement.open(tmp_path / "acme"), []
    for number in range(cases(300, 2000)):
        if number % 2:
            path.write_bytes(mutated(sound, chance))
        else:
            name = chance.choice(sorted(parts))
            with zipfile.ZipFile(path, "w") as packed:
                for one, data in parts.items():
                    packed.writestr(one, mutated(data, chance) if one == name else data)
        try:
            guard.within(_read, str(case.folder), limits=Limits(seconds=20, megabytes=1000))
        except EngineroomError as error:
            if any(sign in str(error) for sign in ("fault of engineroom", "its process", "stopped", "more memory")):
                odd.append((number, str(error)[:200]))

    assert odd == []


def _read(place: str) -> None:
    tables.read(engagement.open(place))


@pytest.mark.proof
def test_a_mutated_settings_file_gives_problems_and_no_traceback(tmp_path: Path) -> None:
    place = client(tmp_path / "acme")
    settings = (folder("starters") / "ecommerce" / "engagement.toml").read_bytes()
    chance, odd = random.Random(12), []
    for number in range(cases(300, 2000)):
        (place / "engagement.toml").write_bytes(mutated(settings, chance))
        try:
            engagement.open(place)
        except EngineroomError:
            continue
        except Exception as error:
            odd.append((number, repr(error)))

    assert odd == []
