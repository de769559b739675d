"""A report in German: no English label is left, numbers are written as Germans do, and titles follow the data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from proofs import cases

import engineroom as er
from engineroom import cli, phrases
from engineroom.factory import run
from engineroom.readers import engagement
from engineroom.rendering import document
from engineroom.reports.benchmark_gap import facts as benchmark_gap_findings

STARTERS = [name.removeprefix("starter/") for name in engagement.starters()]
QUOTED = {
    "Formel",
    "Definition nach",
    "Worauf zu achten ist",
    "Für wen",
    "Vorbehalt",
    "Definitions-ID",
    "Quelle",
    "Erstes Ziel",
}
"""Columns that quote a source, in its own language; the page marks them as English."""


def texts(tree: document.Document) -> Iterator[tuple[str, str]]:
    """Yield every text of the house on a page with its place; client data and quotations stay out."""
    yield from (
        (f"cover {key}", tree.cover[key]) for key in ("title", "subtitle", "sector", "period", "confidentiality")
    )
    for block in document.blocks_within(tree.blocks):
        place = block.get("id") or block["type"]
        yield place, "".join(run["text"] for run in block.get("runs", []))
        yield from ((f"{place} {key}", block.get(key, "")) for key in ("title", "caption", "alt", "remark"))
        yield from ((f"{place} note", note) for note in block.get("notes", []))
        yield from ((f"{place} head", column["label"]) for column in block.get("columns", []))
        yield from (
            (f"{place} {key}", entry[key])
            for entry in block.get("entries", [])
            for key in entry
            if key not in ("tone", "finding")
        )
        for row in block.get("rows", []) if block["type"] == "table" else []:
            cells = zip((column["label"] for column in block["columns"]), row, strict=True)
            yield from ((f"{place} {label}", cell["text"]) for label, cell in cells if label not in QUOTED)
        if block["type"] == "figure":
            yield from ((f"{place} chart", said) for said in titles(json.loads(block["spec"])))


def titles(part: Any) -> Iterator[str]:
    """Yield the titles and legends of a chart, wherever they stand in it."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("title", "domain"):
                yield from (said for said in (value if isinstance(value, list) else [value]) if isinstance(said, str))
            yield from titles(value)
    elif isinstance(part, list):
        for item in part:
            yield from titles(item)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("name", cases(["healthcare", "insurer"], STARTERS))
def test_no_english_label_is_left_on_a_german_page(
    made: Path, starter: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    place = starter(name)
    toml = place / "engagement.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("[engagement]", '[engagement]\nlanguage = "de"'), encoding="utf-8"
    )
    assert cli.main(["run", str(place), "--format", "html", "--out", str(tmp_path / "out")]) == 0

    case = engagement.open(place)
    published = er.reference.benchmarks()
    studies = {label for label in published["label"] if label[0].isupper()}  # a publisher and a year
    studies |= set(published["source"]) - {"Optimisation guide", "Portfolio review"}
    clients = {str(cell) for path in (place / "tables").glob("*.csv") for cell in pd.read_csv(path).to_numpy().ravel()}
    if case.events and case.events.source:  # names of steps are the client's too
        clients |= set(pd.read_csv(place / case.events.source, usecols=[case.events.activity]).iloc[:, 0])
    own = clients | studies
    for report in run.reports_for(case):
        english, german = (
            document.build(nbformat.read(out / case.name / case.sector / f"{report}.ipynb", as_version=4))
            for out in (made, tmp_path / "out")
        )
        known = {text for _, text in texts(english)}
        left = {
            (where, text)
            for where, text in texts(german)
            if text in known and re.search("[a-z]{3,}", text) and not is_said_by(own, text) and not is_a_name(text)
        }
        html = (tmp_path / "out" / case.name / case.sector / f"{report}.html").read_text(encoding="utf-8")
        assert left == set()
        assert '<html lang="de">' in html
        assert "Entwurf" in html


def is_said_by(words: set[str], text: str) -> bool:
    """Return whether a text, or each of its parts, is a client's or a publisher's own."""
    return text in words or all(part in words for part in re.split("; | · ", text))


def is_a_name(text: str) -> bool:
    """Return whether a text is a file or a figure with its unit, the same in both languages."""
    return bool(re.search(r"\.(?:csv|xlsx|gz)|sha256", text) or re.fullmatch(r"[\d.,−+± –bis]+ min", text))


@pytest.fixture
def german() -> Iterator[None]:
    phrases.speak("de")
    yield
    phrases.speak("en")


def test_a_german_headline_flips_with_the_data(german: None) -> None:
    tables = er.tables.read(er.engagement.open("starter/healthcare"))
    gaps = er.gap.find(er.kpi.measure(tables, None), tables, "leading")
    flipped = gaps.assign(verdict=gaps["verdict"].replace({"misses": "meets", "meets": "misses"}))
    worths = er.gap.worth(gaps, tables)

    found = [benchmark_gap_findings.find(one, worths) for one in (gaps, flipped)]
    before, after = (er.answers.findings(one, tables).content["items"] for one in found)

    assert before[0]["label"] == after[0]["label"] == "Urteil"
    assert before[0]["text"] != after[0]["text"]
    assert {item["label"] for item in before + after} <= {
        "Urteil",
        "Lücke",
        "Wert",
        "Liquidität",
        "Unentschieden",
        "Stärke",
    }
    gaps_told = [item["text"] for item in before if item["label"] == "Lücke"]
    assert gaps_told and all(re.search(r"gegenüber .*, also .* zu (?:niedrig|hoch)\.", text) for text in gaps_told)
