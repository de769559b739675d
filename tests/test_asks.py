"""Each report ends in what is asked of whom: from its tables, a page at most, and no owner made up."""

from __future__ import annotations

import pandas as pd
import pytest
from engagements import assessed

from engineroom import assessment
from engineroom.dictionary import codes, plans
from engineroom.pages import show
from engineroom.phrases import sentences, tell
from engineroom.planning import asks
from engineroom.readers import engagement

REPORTS = ("benchmark_gap", "roadmap", "business_case", "process_quality", "operating_model", "governance")


@pytest.fixture(scope="module")
def hospital() -> assessment.Assessment:
    return assessed("starter/healthcare")


@pytest.mark.parametrize("starter", engagement.starters())
def test_what_a_starter_asks_for_fits_on_its_page_and_names_only_who_is_known(starter) -> None:
    case = assessed(starter)
    tables = case.tables
    frames = [tables.workflows, tables.initiatives, tables.readiness, tables.risks, tables.controls, tables.options]
    known = {name for frame in frames for name in frame["owner"].dropna()} | set(tables.lines["holder"].dropna())

    for report in REPORTS:
        found = getattr(case, f"{report}_asks")
        assert len(found) <= asks.MOST
        assert found["place"].tolist() == list(range(1, len(found) + 1))
        assert {name for names in found["owner"].dropna() for name in codes.items(names)} <= known
        assert (found["worth_low"].fillna(0) <= found["worth_high"].fillna(0)).all()
    assert len(case.roadmap_asks)


def test_whoever_is_not_named_is_told_as_unassigned(hospital) -> None:
    bare = hospital.roadmap_asks.assign(owner=None)

    shown = show.asks(bare, hospital.tables, "Value at stake: money.").content

    assert [row[1]["text"] for row in shown["rows"]] == ["unassigned"] * len(bare)
    assert shown["caption"] == f"What we ask for: {len(bare)} of {len(bare)} have no owner"


def test_the_prerequisites_that_open_the_same_initiatives_are_one_ask(hospital) -> None:
    first = hospital.roadmap_asks.iloc[0]

    assert tell(first["ask"]) == "Complete Sign-off by compliance, Sign-off by IT (6 initiatives wait for this)"
    assert codes.items(first["owner"]) == ["Compliance officer", "Chief information officer"]
    plan = hospital.plan[hospital.plan["kind"] != "prerequisite"]
    waiting = hospital.decisions[hospital.decisions["opened_by"].str.contains("Sign-off by IT")]["initiative"]
    assert first["worth_high"] == plan.loc[plan["item"].isin(waiting), "annual_benefit_high"].sum()


def test_a_gain_that_was_kept_and_a_control_that_was_tested_are_not_asked_for(hospital) -> None:
    kept = hospital.gains_kept.assign(verdict="held")
    steady = hospital.signals.assign(shifted=pd.NaT)
    clean = hospital.hidden_factory.assign(rework_cost=0.0)

    asked = asks.process_quality(clean, steady, kept, hospital.data_scores.head(0), hospital.tables)

    assert len(hospital.process_quality_asks)
    assert asked.empty
    assert show.asks(asked, hospital.tables).content["title"] == "Nothing is asked for"


def test_every_ask_has_its_sentence_in_every_language() -> None:
    used = {codes.read(ask)[0] for starter in engagement.starters() for ask in _all(starter)}

    for language in ("en", "de"):
        assert used <= set(sentences(language))
    assert plans.Asks.names()[:3] == ["place", "ask", "owner"]


def _all(starter: str) -> list[str]:
    case = assessed(starter)
    return [ask for report in REPORTS for ask in getattr(case, f"{report}_asks")["ask"]]
