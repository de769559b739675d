"""Publishing: whole or not at all, and nothing of the user's is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engineroom import engagement, manifest, run


def test_publishing_replaces_files_and_drops_tables_that_are_no_longer_printed(tmp_path: Path) -> None:
    run.publish({"r.html": b"old", "r.tables/a.csv": b"1", "r.tables/b.csv": b"2"}, tmp_path, "r")

    run.publish({"r.html": b"new", "r.tables/a.csv": b"3"}, tmp_path, "r")

    there = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {"r.html": b"new", "r.tables/a.csv": b"3"}


def test_a_write_that_fails_leaves_the_old_file_and_no_scraps(tmp_path: Path, monkeypatch) -> None:
    run.publish({"r.html": b"old"}, tmp_path, "r")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        run.publish({"r.html": b"new"}, tmp_path, "r")

    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    assert (tmp_path / "r.html").read_bytes() == b"old"


def test_a_plan_has_a_task_for_every_sector_and_report(make_engagement) -> None:
    place = make_engagement()
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text().replace('["healthcare"]', '["healthcare", "legal"]'))

    tasks = run.plan([str(place)], ["benchmark_gap"], [], run.FORMATS)

    assert [str(task) for task in tasks] == ["client/healthcare/benchmark_gap", "client/legal/benchmark_gap"]


def test_the_manifest_keeps_what_it_says_of_other_reports(starter, tmp_path: Path) -> None:
    case = engagement.open(starter("legal"))
    place = tmp_path / "out" / "legal"
    first = run.publish({"benchmark_gap.html": b"1"}, place / "legal", "benchmark_gap")
    (place / manifest.NAME).write_bytes(manifest.dumps(manifest.record(case, "benchmark_gap", {}, first, place)))
    other = run.publish({"other.html": b"2"}, place / "legal", "other")
    before = json.loads((place / manifest.NAME).read_text())
    before["reports"]["legal/other"] = {}
    before["outputs"] |= {path.relative_to(place).as_posix(): "x" for path in other}
    (place / manifest.NAME).write_text(json.dumps(before))

    again = manifest.record(case, "benchmark_gap", {"line": "typical"}, first, place)

    assert set(again["outputs"]) == {"legal/benchmark_gap.html", "legal/other.html"}
    assert again["reports"]["legal/benchmark_gap"]["parameters"] == {"line": "typical"}


def test_the_manifest_names_inputs_relative_to_the_engagement(starter) -> None:
    named = manifest.inputs(engagement.open(starter("legal")))

    assert {"engagement.toml", "data/events.csv.gz", "tables/kpis.csv"} <= set(named)
    assert all(len(sha) == 64 for sha in named.values())
