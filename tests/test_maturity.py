"""Anchored questions: what is shown by evidence counts, what is claimed is told, and an anchor is what was observed."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from engineroom.dictionary import operations
from engineroom.organisation import maturity
from engineroom.readers import engagement, reference, tables
from engineroom.resources import folder

ANCHORS = [f"anchor_{level}" for level in range(operations.LEVELS + 1)]
QUESTIONS = reference.questions()
HOSPITAL = tables.read(engagement.open("starter/healthcare"))
ROLES = QUESTIONS[(QUESTIONS["instrument"] == "profile") & (QUESTIONS["part"] == "roles")].iloc[0]


def answers(*given: tuple[str, float, str | None]) -> pd.DataFrame:
    """Return answers (question, level, evidence), each by a person of its own."""
    rows = [
        {"question": question, "level": level, "evidence": evidence, "answered_by": f"Person {place}"}
        | {"date": pd.Timestamp("2026-06-01")}
        for place, (question, level, evidence) in enumerate(given)
    ]
    return operations.Answers.validate(pd.DataFrame(rows, columns=list(operations.Answers.to_schema().columns)))


def profile(answers: pd.DataFrame, instrument: str, questions: pd.DataFrame = QUESTIONS) -> pd.DataFrame:
    return maturity.profile(replace(HOSPITAL, answers=answers, questions=questions), instrument)


def part(found: pd.DataFrame, name: str) -> pd.Series:
    return found.set_index("part").loc[name]


def test_a_part_has_the_lower_median_of_the_answers_with_evidence():
    given_ = answers((ROLES["question"], 3, "list 1"), (ROLES["question"], 1, "visit 2"), (ROLES["question"], 4, None))

    row = part(profile(given_, "profile"), "roles")

    assert (row["level"], row["lowest"], row["highest"], row["claimed"]) == (1, 1, 3, 4)
    assert (row["asked"], row["answered"], row["answers"], row["evidenced"]) == (1, 1, 3, 2)
    assert row["anchor"] == ROLES["anchor_1"]


@pytest.mark.parametrize("unfound", ["  ", "x", "yes", "done", None])
def test_an_answer_without_a_document_gives_no_level(unfound):
    row = part(profile(answers((ROLES["question"], 4, unfound)), "profile"), "roles")

    assert math.isnan(row["level"])
    assert row["claimed"] == 4
    assert pd.isna(row["anchor"])


def test_a_questionnaire_nobody_answered_has_a_row_per_part_and_no_level():
    found = profile(answers(), "practices")

    assert list(found["part"]) == ["standardise", "automate", "integrate", "monitor KPIs", "train", "audit regularly"]
    assert found["level"].isna().all()
    assert (found["answers"] == 0).all()


def test_the_anchor_is_of_a_question_that_was_answered_with_the_level():
    two = pd.concat([QUESTIONS, QUESTIONS[QUESTIONS["part"] == "roles"].assign(question="second")], ignore_index=True)
    two.loc[two["question"] == "second", ANCHORS] = ["none", "some", "half", "most", "all"]

    row = part(profile(answers((ROLES["question"], 3, "list 1"), ("second", 1, "visit 2")), "profile", two), "roles")

    assert (row["level"], row["anchor"], row["asked"]) == (1, "some", 2)


def test_an_answer_of_a_day_to_come_or_of_none_gives_no_level():
    given_ = answers((ROLES["question"], 3, "list 1"), (ROLES["question"], 2, "list 2"))
    given_["date"] = [pd.Timestamp("2027-01-01"), pd.NaT]

    row = part(profile(given_, "profile"), "roles")

    assert math.isnan(row["level"])
    assert row["claimed"] == 2


@given(st.lists(st.integers(0, operations.LEVELS), min_size=1, max_size=12))
def test_the_lower_median_is_a_level_somebody_gave_and_half_are_at_or_below_it(levels):
    middle = maturity.lower_median(pd.Series(levels, dtype=float))

    assert middle in levels
    assert sum(level <= middle for level in levels) * 2 >= len(levels)
    assert sum(level < middle for level in levels) * 2 < len(levels)


def test_evidence_can_only_be_lost_never_gained_by_leaving_it_out():
    shown = profile(answers((ROLES["question"], 2, "list 1"), (ROLES["question"], 2, "list 2")), "profile")
    claimed = profile(answers((ROLES["question"], 2, "list 1"), (ROLES["question"], 4, None)), "profile")

    assert part(shown, "roles")["level"] == part(claimed, "roles")["level"] == 2


# --------------------------------------------------------------------------------------------------- the questions


def test_the_questionnaires_have_the_parts_of_their_documents():
    parts = QUESTIONS.groupby("instrument", sort=False)["part"].unique().map(list).to_dict()

    assert parts["profile"] == ["type of work", "roles", "systems", "management style", "challenges"]  # 004-02
    assert parts["challenges"] == ["silos", "manual work", "high cost", "data security", "lack of agility"]  # 001-05
    assert len(parts["practices"]) == 6  # 001-06
    assert len(parts["management"]) == 6  # 004-12, 004-15
    assert parts["tools"][0] == "time for reporting"  # 004-14
    assert parts["tools"][1:] == ["integration", "manual work", "exceptions", "data on people"]
    assert parts["front_office"] == ["complete input", "shared service levels", "short meetings"]  # 003-15
    assert parts["technology"] == ["e-billing", "matter management", "documents", "intake"]  # 000-25


def test_a_question_of_each_row_of_the_domain_notes_is_there():
    assert {"004-02", "001-05", "001-06", "004-12"} <= set(QUESTIONS["row"])


@pytest.mark.parametrize("row", QUESTIONS.to_dict("records"), ids=lambda row: row["question"])
def test_an_anchor_is_one_sentence_that_can_be_observed(row):
    for anchor in (row[name] for name in ANCHORS):
        assert anchor[0].isupper(), anchor
        assert anchor.endswith("."), anchor
        assert 4 <= len(anchor.split()) <= 24, anchor
        assert not {"good", "poor", "mature", "optimal", "adequate", "excellent"} & set(anchor.lower().split()), anchor


@pytest.mark.parametrize("language", ["de"])
def test_every_part_question_and_anchor_is_known_in_every_language(language):
    with (folder("templates") / f"{language}.po").open("rb") as stream:
        known = {message.id for message in read_po(stream, locale=language, abort_invalid=True)}

    assert set(QUESTIONS[["part", "name", *ANCHORS]].to_numpy().ravel()) - known == set()
