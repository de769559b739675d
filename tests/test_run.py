"""What a run plans, records and keeps."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from importlib.metadata import version
from pathlib import Path

from engineroom.factory import manifest, run
from engineroom.readers import engagement
from engineroom.rendering import drawing, publication


def test_a_plan_has_a_task_for_every_sector_and_report(make_engagement) -> None:
    place = make_engagement()
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text().replace('["healthcare"]', '["healthcare", "legal"]'))

    tasks = run.plan([str(place)], ["benchmark_gap"], [], run.FORMATS)

    assert [str(task) for task in tasks] == ["client/healthcare/benchmark_gap", "client/legal/benchmark_gap"]


def test_the_manifest_keeps_what_it_says_of_other_reports(starter, tmp_path: Path) -> None:
    case = engagement.open(starter("legal"))
    gap, other = (manifest.origin(case, report, {}) for report in ("benchmark_gap", "roadmap"))
    for made, name in ((gap, "legal/benchmark_gap.html"), (other, "legal/roadmap.html")):
        record = manifest.record(made, {name: b"1"}, tmp_path, {"title": "Gap"})
        publication.publish({name: b"1", manifest.NAME: manifest.dumps(record)}, tmp_path, manifest.known(tmp_path))

    again = manifest.record(
        manifest.origin(case, "benchmark_gap", {"line": "typical"}), {"legal/benchmark_gap.html": b"2"}, tmp_path, {}
    )

    assert set(again["outputs"]) == {"legal/benchmark_gap.html", "legal/roadmap.html"}
    assert again["reports"]["legal/benchmark_gap"]["parameters"] == {"line": "typical"}
    assert again["reports"]["legal/roadmap"]["title"] == "Gap"


def test_an_edition_of_the_same_stays_and_one_of_older_data_goes(starter, tmp_path: Path) -> None:
    case, out = engagement.open(starter("legal")), tmp_path / "out"

    def publish(kind: str, **parameters: str) -> None:
        made, files = manifest.origin(case, "benchmark_gap", parameters), {f"legal/benchmark_gap.{kind}": b"1"}
        told = manifest.record(made, files, out, {})
        gone = manifest.gone(out, told, made.name)
        files[manifest.NAME] = manifest.dumps(told)
        publication.publish(files, out, manifest.known(out), gone)
        assert manifest.differences(out) == []

    publish("html")
    publish("pdf")
    assert {path.suffix for path in (out / "legal").iterdir()} == {".html", ".pdf"}

    publish("html", line="typical")
    assert {path.suffix for path in (out / "legal").iterdir()} == {".html"}


def test_a_report_is_made_again_for_a_reason_that_is_told(starter, tmp_path: Path, monkeypatch) -> None:
    place = starter("legal")

    def why(formats: tuple[str, ...] = ("html",), **parameters: str) -> str:
        return manifest.reason(manifest.origin(engagement.open(place), "benchmark_gap", parameters), formats, tmp_path)

    assert why() == "it was never made here"
    page = {"legal/benchmark_gap.html": b"page"}
    made = manifest.origin(engagement.open(place), "benchmark_gap", {})
    publication.publish(page | {manifest.NAME: manifest.dumps(manifest.record(made, page, tmp_path, {}))}, tmp_path, {})
    assert why() == ""
    assert why(("html", "pdf")) == "there is no pdf yet"
    assert why(line="typical") == "changed: parameters"

    table = place / "tables" / "kpis.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"\n")
    assert why() == "changed: tables/kpis.csv"
    table.write_bytes(before)

    (tmp_path / "legal" / "benchmark_gap.html").write_bytes(b"other")
    assert why() == "not as it was made: legal/benchmark_gap.html"
    (tmp_path / "legal" / "benchmark_gap.html").write_bytes(b"page")

    monkeypatch.setattr(manifest, "version", lambda name: "99" if name == "typst" else version(name))
    manifest._installed.cache_clear()
    try:
        assert why() == "changed: libraries"
    finally:
        manifest._installed.cache_clear()


def test_a_drawing_is_drawn_once_remembered_and_found_by_what_it_was_drawn_from(tmp_path: Path, monkeypatch) -> None:
    drawn: list[str] = []

    def expected() -> str:
        return engagement.digest(tmp_path / "album") if (tmp_path / "album").is_file() else ""

    monkeypatch.setattr(drawing, "_drawn", lambda spec: drawn.append(spec) or f'<svg width="{len(drawn)}"/>')

    for specs in (["a", "b", "a"], ["a", "c"], ["a", "b"]):
        with drawing.album(tmp_path / "album", expected()):
            pages = [drawing.draw(spec, "cell") for spec in specs]

    assert drawn == ["a", "b", "c", "b"]  # what a report no longer shows is not kept
    assert pages == ['<svg width="1"/>', '<svg width="4"/>']
    before = expected()
    (tmp_path / "album").write_bytes(zlib.compress(json.dumps({"any": "<svg/>"}).encode()))
    with drawing.album(tmp_path / "album", before):  # what another hand drew is not believed
        assert drawing.draw("a", "cell") == '<svg width="5"/>'
    (tmp_path / "album").write_bytes(b"torn")
    with drawing.album(tmp_path / "album", expected()):
        assert drawing.draw("a", "cell") == '<svg width="6"/>'


def test_a_drawing_from_the_album_is_set_as_one_that_was_just_drawn() -> None:
    code = (
        "from engineroom.rendering import drawing; "
        "print(drawing.inline('<svg xmlns=\"http://www.w3.org/2000/svg\"/>', 'x'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said == '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="x" />\n'


def test_the_manifest_names_inputs_relative_to_the_engagement(starter) -> None:
    named = manifest.inputs(engagement.open(starter("legal")))

    assert {"engagement.toml", "data/events.csv.gz", "tables/kpis.csv"} <= set(named)
    assert all(len(sha) == 64 for sha in named.values())
