"""A delivery: whole, the same bytes, and with names that every system takes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engineroom import cli
from engineroom.factory import delivery, manifest
from engineroom.readers import engagement
from engineroom.rendering import publication

ABOUT = {"title": "Benchmark gap", "headlines": [{"tone": "bad", "text": "Rework exceeds the benchmark."}]}


@pytest.fixture
def home(tmp_path: Path, starter) -> Path:
    """Return an engagement's output folder with one report."""
    place = tmp_path / "reports" / "legal"
    name = "legal/benchmark_gap"
    files = {f"{name}.html": b"page", f"{name}.pdf": b"%PDF", f"{name}.ipynb": b"{}", f"{name}.tables/gaps.csv": b"a\n"}
    made = manifest.origin(engagement.open(starter("legal")), "benchmark_gap", {})
    record = manifest.dumps(manifest.record(made, files, place, ABOUT))
    publication.publish(files | {manifest.NAME: record}, place, {})
    return place


def test_a_delivery_holds_pages_tables_manifest_and_a_summary_but_no_notebook(home: Path, capsys) -> None:
    assert cli.main(["pack", str(home)]) == 0

    assert capsys.readouterr().out == f"wrote {home}.zip\n"
    with zipfile.ZipFile(f"{home}.zip") as archive:
        assert archive.namelist() == [
            "legal/legal/benchmark_gap.html",
            "legal/legal/benchmark_gap.pdf",
            "legal/legal/benchmark_gap.tables/gaps.csv",
            "legal/manifest.json",
            "legal/summary.txt",
        ]
        told = archive.read("legal/summary.txt").decode().split("\r\n")
    assert told[0] == "Alder & Finch LLP"
    assert told[3:6] == ["Benchmark gap (legal)", "---------------------", "- Rework exceeds the benchmark."]
    assert told[-2].endswith("  legal/benchmark_gap.tables/gaps.csv")


def test_the_same_reports_make_the_same_delivery(home: Path) -> None:
    first, _ = delivery.pack(home)
    data = first.read_bytes()

    assert delivery.pack(home) == (first, "")
    assert first.read_bytes() == data


def test_a_zip_of_somebody_else_is_set_aside_and_told_and_our_own_is_replaced(home: Path, capsys) -> None:
    target = home.with_name("legal.zip")
    target.write_bytes(b"theirs")

    assert cli.main(["pack", str(home)]) == 0
    first, *told = capsys.readouterr().out.splitlines()
    assert first == f"wrote {target}"
    assert told[0].startswith("reports/legal.zip was changed by hand, or is not engineroom's: it is kept as kept/")
    assert [path.read_bytes() for path in home.parent.glob("kept/*/legal.zip")] == [b"theirs"]

    said = manifest.read(home)
    (home / manifest.NAME).write_bytes(manifest.dumps(said | {"status": "final"}))
    assert cli.main(["pack", str(home)]) == 0
    assert capsys.readouterr().out == f"wrote {target}\n"


def test_what_is_not_as_it_was_made_is_not_delivered(home: Path, capsys) -> None:
    (home / "legal" / "benchmark_gap.pdf").write_bytes(b"%PDF other")

    assert cli.main(["pack", str(home)]) == 14

    assert capsys.readouterr().err.splitlines() == [
        f"{home}: is not packed",
        "  legal/legal/benchmark_gap.pdf: is not the file that was made",
        "Make it again with engineroom retry, or remove what does not belong there",
    ]
    assert not home.with_suffix(".zip").exists()


@pytest.mark.parametrize(
    ("given", "legal"),
    [
        ("acme", "acme"),
        ("CON", "_CON"),
        ("aux.csv", "_aux.csv"),
        ('a:b*c?"d', "a-b-c--d"),
        (" acme. ", "acme"),
        ("~$acme", "$acme"),
        ("x_vti_y", "x-vti-y"),
        ("e\u0301", "é"),
        ("", "_"),
        ("a" * 200 + ".csv", "a" * 76 + ".csv"),
    ],
)
def test_a_name_is_made_one_that_windows_and_sharepoint_take(given: str, legal: str) -> None:
    assert delivery.legal(given) == legal
