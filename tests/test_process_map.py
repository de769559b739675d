"""Process maps: which ways of a log are drawn, what is said of them, and where they are placed."""

import json

import pandas as pd
import pytest
from engagements import assessed
from hypothesis import given, settings
from hypothesis import strategies as st

from engineroom import assessment
from engineroom.logs import traces
from engineroom.measures import process_map
from engineroom.pages import graph, theme
from engineroom.pages.blocks import nothing
from engineroom.rendering import drawing
from engineroom.reports.process_quality import charts

CASES = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9), min_size=1, max_size=60)
DRAWN = ["step", "next_step", "weight", "way", "said", "colour", "is_dashed"]


def paths(cases: list[list[str]]) -> pd.DataFrame:
    """The moves of cases, counted one by one, as `traces.paths` has them."""
    moves: dict[tuple[str, str | None], int] = {}
    visits: dict[str, int] = {}
    began: dict[str, int] = {}
    for case in cases:
        began[case[0]] = began.get(case[0], 0) + 1
        for step, then in zip(case, [*case[1:], None], strict=True):
            moves[step, then] = moves.get((step, then), 0) + 1
            visits[step] = visits.get(step, 0) + 1
    rows = [
        {
            "workflow": "w",
            "step": step,
            "next_step": then,
            "moves": n,
            "wait_mean_hours": float("nan") if then is None else 2.0,
            "visits": visits[step],
            "began": began.get(step, 0),
            "of_all": sum(moves.values()),
        }
        for (step, then), n in moves.items()
    ]
    return pd.DataFrame(rows).sort_values(["moves", "step"], ascending=[False, True])


@pytest.fixture(scope="module")
def healthcare():
    return assessed("starter/healthcare")


def test_the_moves_of_a_starter_are_those_counted_one_by_one(healthcare):
    events = healthcare.event_log.events.execute()
    found = healthcare.paths
    done = healthcare.event_log.cases.filter(healthcare.event_log.cases.is_done).execute()["case_id"]
    events = events[events["case_id"].isin(done) & (events["workflow"] == "Denials")]
    events = events.sort_values(["case_id", "completed", "received", "activity"], kind="stable")
    then = events.groupby("case_id")["activity"].shift(-1).fillna("")
    counted = events.groupby([events["activity"], then]).size()
    own = found[found["workflow"] == "Denials"]
    assert own["moves"].sum() == len(events) == own["of_all"].iloc[0]
    for row in own.to_dict("records"):
        assert counted[row["step"], row["next_step"] if isinstance(row["next_step"], str) else ""] == row["moves"]


def test_a_step_without_a_name_is_a_step_of_its_own(make_engagement):
    rows = "case,step,at\n" + "".join(
        f"{case},{step},2026-02-{day:02}T10:00:00Z\n"
        for case in "ab"
        for day, step in enumerate(["New", "", "Done"], 1)
    )
    toml = (
        '[events]\nsource = "data/log.csv"\ncase = "case"\nactivity = "step"\ncompleted = "at"\n'
        '[events.closed]\nactivities = ["Done"]\n'
    )
    case = assessment.open(make_engagement(toml, {"data/log.csv": rows}))
    assert case.paths[["step", "next_step", "moves"]].fillna("").to_numpy().tolist() == [
        ["(not stated)", "Done", 2],
        ["Done", "", 2],
        ["New", "(not stated)", 2],
    ]


def test_nothing_waits_behind_the_last_step(healthcare):
    last = healthcare.paths[healthcare.paths["next_step"].isna()]
    assert len(last) and last["wait_mean_hours"].isna().all()


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_a_map_shows_the_most_frequent_ways_and_says_how_many(cases):
    moves = paths(cases)
    kept = process_map._main(moves)
    assert kept["moves"].sum() >= min(process_map.MOST_MOVES, 1) * moves["moves"].sum() or len(kept) >= 24
    left = moves.drop(kept.index)
    assert left.empty or left["moves"].max() <= kept["moves"].max()
    shares = kept.groupby("step")["moves"].sum() / kept.groupby("step")["visits"].first()
    assert (shares <= 1).all()


@settings(max_examples=80, deadline=None)
@given(CASES)
def test_every_arrow_is_placed_from_its_step_to_the_next_and_twice_alike(cases):
    moves = paths(cases)
    table = moves.rename(columns={"moves": "weight"}).assign(
        said="7", way="a → b", colour=theme.ACCENT, is_dashed=False
    )[DRAWN]
    placed, names = graph._placed(table, "Start", "End")
    steps = dict(zip(names, placed.nodes, strict=True))
    for row, edge in zip(table.to_dict("records"), placed.edges, strict=True):
        for name, point in (
            (row["step"], edge["points"][0]),
            (row["next_step"] if isinstance(row["next_step"], str) else "End", edge["points"][-1]),
        ):
            node = steps[name]
            far = max(
                abs(point["x"] - node["center"]["x"]) - node["size"]["width"] / 2,
                abs(point["y"] - node["center"]["y"]) - node["size"]["height"] / 2,
            )
            assert far < 1
    again = graph.drawn(table, "Start", "End", "w", 0).to_dict()
    assert json.dumps(again) == json.dumps(graph.drawn(table, "Start", "End", "w", 0).to_dict())


def test_what_is_described_is_drawn_with_its_shares_and_waits(healthcare):
    own = healthcare.arrows[
        (healthcare.arrows["map"] == "described") & (healthcare.arrows["workflow"] == "Claim scrubbing")
    ]
    way = own[(own["step"] == "Edit passed?") & (own["next_step"] == "Edit corrected")].iloc[0]
    assert (way["share"], way["wait_hours"]) == (0.14, 6)
    assert own["step"].isna().sum() == 1 and own["next_step"].isna().sum() == 1
    assert "Old worklist" not in {*own["step"], *own["next_step"]}


def test_a_step_named_as_rework_is_dashed(healthcare):
    named = traces.rework_steps(healthcare.tables)
    logged = healthcare.arrows[healthcare.arrows["map"] == "logged"]
    assert named and set(logged.loc[logged["is_correction"].fillna(False), "next_step"]) <= set(named)
    assert logged["next_step"].isin(named).any()


def test_the_workflow_that_waits_longest_is_drawn_with_what_the_client_says_of_it(healthcare):
    chart = charts.maps(healthcare.arrows).to_dict()
    assert [part["title"] for part in chart["concat"]] == ["Denials: as logged", "Denials: as described"]
    assert chart["title"].startswith("Denials: 58% of all waiting is between “Appeal sent”")
    assert "Appeal sent → Payer answered: 402 · 14 days" in chart["description"]


def test_two_maps_of_equally_many_arrows_are_drawn_beside_each_other(healthcare):
    logged = healthcare.arrows[healthcare.arrows["map"] == "logged"]
    one = logged[logged["workflow"] == logged["workflow"].value_counts().index[-1]]
    chart = charts.maps(pd.concat([one, one.assign(workflow="Twin")], ignore_index=True)).to_dict()

    assert len(chart["concat"]) == 2
    assert drawing.draw(json.dumps(chart), "maps").startswith("<svg")


def test_a_client_without_steps_and_log_has_no_map():
    insurer = assessed("starter/insurer")
    assert insurer.arrows.empty
    assert charts.maps(insurer.arrows) == nothing()
