"""Starts and completions become work with a time: first in, first out, and what stays alone is told."""

from __future__ import annotations

from collections import deque

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom.errors import EngagementError
from engineroom.logs import engines, event_log, lifecycle
from engineroom.pages import wording
from engineroom.readers import engagement

TOML = """[events]
source = "log.csv"
case = "case"
activity = "step"
completed = "at"
resource = "who"
timezone = "UTC"
[events.closed]
activities = ["done"]
[events.lifecycle]
column = "life"
"""
LOG = """case,step,at,who,life,piece
A,work,2026-02-02 09:00,ann,START,1
A,work,2026-02-02 09:30,bob,START,2
A,work,2026-02-02 10:00,bob,COMPLETE,2
A,work,2026-02-02 11:00,ann,COMPLETE,1
A,done,2026-02-02 12:00,bob,COMPLETE,1
B,work,2026-02-03 09:00,ann,START,1
B,work,2026-02-03 09:05,ann,SUSPEND,1
"""
XES = """<?xml version="1.0" encoding="UTF-8"?><log><trace><string key="concept:name" value="A"/>
<event><string key="concept:name" value="work"/><string key="lifecycle:transition" value="start"/>
<date key="time:timestamp" value="2026-02-02T09:00:00+00:00"/></event>
<event><string key="concept:name" value="work"/><string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="2026-02-02T09:45:00+00:00"/></event></trace></log>"""


def opened(make_engagement, more: str = "") -> event_log.EventLog:
    return event_log.open(engagement.open(make_engagement(TOML + more, {"log.csv": LOG})))


def worked(log: event_log.EventLog) -> list[tuple[str, str, str]]:
    rows = log.events.filter(log.events.activity.notnull()).execute().sort_values(["case_id", "completed"])
    return [(row.activity, f"{row.received:%H:%M}", f"{row.completed:%H:%M}") for row in rows.itertuples()]


def test_the_oldest_open_start_belongs_to_the_next_completion(make_engagement) -> None:
    log = opened(make_engagement)

    assert worked(log) == [("work", "09:00", "10:00"), ("work", "09:30", "11:00"), ("done", "12:00", "12:00")]


def test_an_instance_tells_which_start_belongs_to_which_completion(make_engagement) -> None:
    log = opened(make_engagement, 'instance = "piece"\n')

    assert worked(log) == [("work", "09:30", "10:00"), ("work", "09:00", "11:00"), ("done", "12:00", "12:00")]


def test_handling_time_comes_from_the_pairs(make_engagement) -> None:
    log = opened(make_engagement)

    timed = log.timed.group_by("resource").agg(hours=engines.in_hours(log.timed.handled.sum())).execute()
    assert timed.set_index("resource")["hours"].to_dict() == {"ann": 1.5, "bob": 1.0}
    assert "handling_time" not in log.absent


def test_what_finds_no_partner_is_kept_as_far_as_it_says_something_and_told(make_engagement) -> None:
    log = opened(make_engagement)

    said = dict(wording.caveat(row) for row in log.caveats.to_dict("records"))
    cases = log.cases.execute().set_index("case_id")
    assert said["1 of 3 completions have no start"] == "counted, without handling time"
    assert said["1 of 3 starts have no completion"] == (
        "their cases count as started, but the step does not count as done"
    )
    rest = next(caveat for caveat in said if "other stages" in caveat)
    assert rest == "1 of 7 rows record other stages of a step than its start and completion"
    assert bool(cases.loc["B", "is_open"])
    assert cases.loc["B", "received"] == pd.Timestamp("2026-02-03 09:00")


def test_a_xes_life_cycle_needs_no_names(make_engagement) -> None:
    place = make_engagement('[events]\nsource = "log.xes"\n[events.lifecycle]\n', {"log.xes": XES})

    log = event_log.open(engagement.open(place))

    assert worked(log) == [("work", "09:00", "09:45")]
    assert log.cases.execute()["handling_hours"].tolist() == [0.75]


def test_work_is_timed_in_one_way(make_engagement) -> None:
    place = make_engagement(TOML.replace("resource", 'started = "at"\nresource'), {"log.csv": LOG})

    with pytest.raises(EngagementError, match="started and lifecycle both say when work began; keep one"):
        engagement.open(place)


def by_queue(rows: list[tuple[str, int, bool]]) -> tuple[list[tuple[str, int, int | None]], list[tuple[str, int]]]:
    """Return completions with the start each takes, and the starts that are left: a queue for each activity."""
    waiting: dict[str, deque[int]] = {}
    done = []
    for activity, at, is_start in sorted(rows, key=lambda row: (row[1], not row[2])):
        queue = waiting.setdefault(activity, deque())
        if is_start:
            queue.append(at)
        else:
            done.append((activity, at, queue.popleft() if queue else None))
    return done, [(activity, at) for activity, queue in waiting.items() for at in queue]


@pytest.fixture(scope="module")
def duckdb_connection():
    return engines.local()


@pytest.mark.proof
@settings(max_examples=cases(12, 200), deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 8), st.booleans()), min_size=1, max_size=24))
def test_pairs_are_those_of_a_queue(rows, duckdb_connection) -> None:
    hour = pd.Timestamp("2026-01-01")
    frame = pd.DataFrame(rows, columns=["activity", "at", "is_start"])
    frame = frame.assign(completed=[hour + pd.Timedelta(hours=at) for at in frame["at"]], case_id="A", resource="ann")
    frame = frame.assign(received=frame["completed"], is_completion=~frame["is_start"], is_timed=False)
    frame = frame.assign(row=range(len(frame)), instance="").drop(columns="at")
    table = duckdb_connection.create_table("rows", frame, temp=True, overwrite=True)

    found = lifecycle.paired(table).execute()

    done, left = by_queue(rows)
    at = {name: ((found[name] - hour).dt.total_seconds() / 3600).astype(int) for name in ("completed", "received")}
    found = found.assign(**at)
    ended = found[~found["is_unfinished"]]
    begun = [None if row.is_unbegun else row.received for row in ended.itertuples()]
    key = lambda row: (row[0], row[1], -1 if row[2] is None else row[2])  # noqa: E731
    assert sorted(zip(ended["activity"], ended["completed"], begun, strict=True), key=key) == sorted(done, key=key)
    assert sorted(found.loc[found["is_unfinished"], "completed"]) == sorted(at for _, at in left)
