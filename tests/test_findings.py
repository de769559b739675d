"""What each report finds, as data: valid, tied to the tables it is made from, told by id, flipping with the figures."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

import nbformat
import pandas as pd
import pytest
from engagements import assessed, headlines

import engineroom as er
from engineroom import assessment, digits, phrases
from engineroom.dictionary.findings import Finding, Findings
from engineroom.pages import blocks, facts
from engineroom.readers import engagement
from engineroom.rendering import document, lint
from engineroom.reports.benchmark_gap import facts as benchmark_gap_findings
from engineroom.reports.roadmap import facts as roadmap_findings
from engineroom.resources import folder

BOOKS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder("notebooks").glob("*.ipynb")}
SHOWN = ("findings", "further-findings", "facts", "more-findings", "house-style")
Run = tuple[str, assessment.Assessment, pd.DataFrame, dict[str, Any]]


@pytest.fixture(scope="module", params=engagement.starters())
def case(request: pytest.FixtureRequest) -> assessment.Assessment:
    """Return the assessment of a starter."""
    return assessment.open(request.param, draws=2000)


@pytest.fixture(scope="module", params=sorted(BOOKS))
def report(request: pytest.FixtureRequest, case: assessment.Assessment) -> Run:
    """Return a report's name, its assessment, its findings, and what its headlines and key figures show."""
    shown = {
        cell["id"]: eval("".join(cell["source"]), {"er": er, "case": case})
        for cell in BOOKS[request.param]["cells"]
        if cell["id"] in SHOWN
    }
    phrases.speak("en")
    return request.param, case, getattr(case, f"{request.param}_findings"), shown


def entries(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for name, block in shown.items() if name != "house-style" for item in block.content["items"]]


def test_findings_are_valid_ranked_and_told_once(report: Run) -> None:
    name, _, found, shown = report

    ids = [item["id"] for item in entries(shown)]

    assert Findings.validate(found).equals(found)
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert set(found["report"]) <= {name}
    assert sorted(ids) == sorted(found["finding"])


def test_a_finding_says_where_it_is_told_and_what_it_rests_on(report: Run) -> None:
    name, case, found, _ = report
    cells = {cell["id"] for cell in BOOKS[name]["cells"]}

    for row in found.to_dict("records"):
        assert set(json.loads(row["sections"])) <= cells
        for source in json.loads(row["rests_on"]):
            table = getattr(case, source["table"])
            assert {*source["columns"], *source["rows"]} <= set(table.columns), row["finding"]


def test_every_figure_that_is_printed_is_one_of_its_finding(report: Run) -> None:
    _, _, found, shown = report
    cells = []
    for name, block in shown.items():
        output = nbformat.v4.new_output("display_data", data=block._repr_mimebundle_())
        cells.append(nbformat.v4.new_code_cell("", id=name, outputs=[output]))

    tree = document.build(nbformat.v4.new_notebook(cells=cells))
    beside = document.files(tree).get("findings.csv", "")

    assert [point for point in lint.find(tree) if point.kind in (lint.UNSUPPORTED, lint.UNTOLD)] == []
    assert [row["finding"] for row in csv.DictReader(io.StringIO(beside))] == found["finding"].tolist()


def test_items_carry_their_figures_unrounded(report: Run) -> None:
    _, _, found, shown = report
    figures = found.set_index("finding")["figures"]

    assert all(json.loads(figures[item["id"]]) == item["figures"] for item in entries(shown))


# ------------------------------------------------------------------------------------------------------ sums and flips


def gaps_of(starter: str) -> tuple[Any, ...]:
    tables = er.tables.read(er.engagement.open(starter))
    measures = er.kpi.measure(tables, None)
    gaps = er.gap.find(measures, tables, "leading")
    return gaps, er.gap.worth(gaps, tables), measures


def one(found: pd.DataFrame, question: str) -> dict[str, Any]:
    return found[found["question"] == question].iloc[0].to_dict()


@pytest.mark.parametrize("starter", engagement.starters())
def test_the_worth_of_a_report_is_the_sum_of_the_gaps_it_counts(starter: str) -> None:
    gaps, worths, _ = gaps_of(starter)
    if worths.empty:
        pytest.skip("no gap has a price")

    worth = one(benchmark_gap_findings.find(gaps, worths), "worth")

    counted, figures = worths[worths["is_counted"]], json.loads(worth["figures"])
    if counted.empty:
        assert (worth["verdict"], worth["tone"]) == ("indicative", "unknown")
        assert math.isnan(worth["money_low"])
        return
    assert [worth["money_low"], worth["money_high"]] == [counted["worth_low"].sum(), counted["worth_high"].sum()]
    assert [figures[end]["value"] for end in ("low", "high")] == [
        digits.kept(worth[f"money_{end}"]) for end in ("low", "high")
    ]
    assert figures["n"] == {"value": len(counted), "unit": "count"}


def test_verdict_and_direction_flip_with_the_figures() -> None:
    gaps, worths, _ = gaps_of("starter/healthcare")
    flipped = gaps.assign(verdict=gaps["verdict"].replace({"misses": "meets", "meets": "misses"}))

    before, after = (benchmark_gap_findings.find(each, worths) for each in (gaps, flipped))

    counts = [json.loads(one(found, "verdicts")["figures"]) for found in (before, after)]
    assert counts[0]["misses"] == counts[1]["meets"] != counts[0]["meets"] == counts[1]["misses"]
    assert before.loc[before["question"] == "misses", "direction"].tolist() == ["worse"] * 3
    assert after.loc[after["question"].isin(["misses", "meets"]), ["question", "direction"]].to_numpy().tolist() == [
        ["meets", "better"]
    ]


@pytest.mark.parametrize(
    ("low", "high", "verdict", "direction"),
    [(-2.0, -1.0, "loss", "worse"), (-1.0, 5.0, "open", "unknown"), (1.0, 5.0, "gain", "better")],
)
def test_a_plan_gains_loses_or_leaves_it_open(low: float, high: float, verdict: str, direction: str) -> None:
    money = {"annual_benefit": 5e4, "annual_benefit_low": 4e4, "annual_benefit_high": 7e4}
    plan = pd.DataFrame([money | {"cost_low": 1e5, "cost": 2e5, "cost_high": 3e5}] * 2)
    curve = pd.DataFrame({"low": [low] * 3, "high": [high] * 3})

    row = roadmap_findings.benefit(plan, curve)

    assert (row["verdict"], row["direction"]) == (verdict, direction)
    assert (row["money_low"], row["money_high"], row["one_off"]) == (8e4, 14e4, 4e5)


# ---------------------------------------------------------------------------------------------------------- the rows


def test_a_row_holds_figures_at_twelve_digits_and_counts_the_names_it_leaves_out() -> None:
    printed = facts.figures("share", value=1 / 3, low=float("nan")) | facts.figures(
        "date", end=pd.Timestamp("2026-06-30")
    )
    row = facts.headline(
        "asked", "so", "bad", printed=printed, lists={"flows": list("abcde")}, workflow="Pay", about="kpi"
    )

    finding = Finding.of(facts.table("report", {"asked": ("findings",)}, [row]).iloc[0])

    assert finding.id == "report.asked/kpi@Pay"
    assert finding["value"] == 0.333333333333
    assert finding["low"] != finding["low"]  # blank
    assert (finding["end"], finding["more_flows"], finding.names["flows"]) == ("2026-06-30", 2, ["a", "b", "c"])


def test_two_findings_of_one_id_are_refused() -> None:
    twice = [facts.headline("asked", "so", "bad"), facts.headline("asked", "so", "bad")]

    with pytest.raises(Exception, match="finding"):
        facts.table("report", {"asked": ("findings",)}, twice)


def test_a_report_without_findings_shows_none_and_has_no_file() -> None:
    nothing = facts.table("report", {}, [])
    shown = er.answers.findings(nothing, er.tables.read(er.engagement.open("starter/healthcare")))

    assert isinstance(shown, blocks.Exhibit)
    assert shown.content["items"] == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("starter", engagement.starters())
def test_a_blank_stands_between_the_sentences_of_a_headline(starter: str, language: str) -> None:
    case = assessed(starter)
    phrases.speak(language)
    try:
        told = [
            (item["label"], text)
            for name in vars(type(case))
            if name.endswith("_findings")
            for item in headlines(getattr(case, name), case.tables)
            for text in (item["text"], item.get("detail") or "")
        ]
    finally:
        phrases.speak("en")

    assert told
    assert [pair for pair in told if re.search(r"[a-zäöüß)]\.[A-Z0-9]", pair[1])] == []


def test_a_workflow_without_a_name_or_with_several_leads_no_headline_while_another_is_there() -> None:
    rows = pd.DataFrame({"workflow": ["(several)", "Appeals", "(not stated)"], "value": [3, 2, 1]})

    assert facts.leading(rows)["workflow"].tolist() == ["Appeals"]
    assert len(facts.leading(rows.drop(1))) == 2  # where none has a name, what is there is told
