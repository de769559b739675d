"""XES gives what the same log gives as CSV; what is not sound XES is refused in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import shutil

import pandas as pd
import pytest

from engineroom.logs import drilldown, event_log, xes
from engineroom.measures import kpi
from engineroom.readers import engagement, tables

FINES = """
[events]
source = "{source}"
case = "case:concept:name"
activity = "concept:name"
completed = "time:timestamp"
timezone = "Europe/Rome"
resource = "org:resource"
cost = "expense"
[events.closed]
activities = ["Payment", "Send for Credit Collection"]
[events.rework]
repeats = true
"""
LOG = '<?xml version="1.0" encoding="UTF-8"?><log>{}</log>'
TRACE = """<trace><string key="concept:name" value="{case}"/>
<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-02-02T09:00:00+00:00"/></event>
<event><string key="concept:name" value="B"/><date key="time:timestamp" value="2026-02-03T09:00:00+00:00"/>
<list key="notes"><values><string key="concept:name" value="nested"/></values></list></event></trace>"""


def read(text: str | bytes, folder) -> pd.DataFrame:
    number = xes.to_parquet(io.BytesIO(text.encode() if isinstance(text, str) else text), folder, "row")
    found = pd.concat([pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))])
    assert len(found) == number
    return found.reset_index(drop=True)


def fines(make_engagement, log, name: str, packed: bool = False) -> tuple[pd.DataFrame, event_log.EventLog]:
    source = log.name + (".gz" if packed else "")
    place = make_engagement(
        FINES.format(source=source), name=name, period=("2000-01-01", "2013-12-31"), as_of="2014-01-31"
    )
    if packed:
        (place / source).write_bytes(gzip.compress(log.read_bytes(), mtime=0))
    else:
        shutil.copy(log, place)
    case = engagement.open(place)
    opened = event_log.open(case)
    return kpi.measure(tables.read(case), opened), opened


def test_road_fines_give_the_same_figures_as_csv_as_xes_and_as_zipped_xes(make_engagement, real_log) -> None:
    csv, csv_log = fines(make_engagement, real_log("roadtraffic100traces.csv"), "csv")
    plain, log = fines(make_engagement, real_log("roadtraffic100traces.xes"), "xes")
    packed, _ = fines(make_engagement, real_log("roadtraffic100traces.xes"), "packed", packed=True)

    figures = [name for name in csv.columns if not name.startswith("source")]
    pd.testing.assert_frame_equal(plain[figures], csv[figures])
    pd.testing.assert_frame_equal(packed[figures], csv[figures])
    pd.testing.assert_frame_equal(drilldown.steps(log), drilldown.steps(csv_log))
    assert log.caveats["caveat"].tolist() == csv_log.caveats["caveat"].tolist()


def test_road_fines_give_what_pandas_counts(make_engagement, real_log) -> None:
    path = real_log("roadtraffic100traces.csv")
    raw = pd.read_csv(path, dtype={"case:concept:name": str})
    raw["at"] = pd.to_datetime(raw["time:timestamp"], utc=True)
    closing = raw[raw["concept:name"].isin(["Payment", "Send for Credit Collection"])]
    first, last = raw.groupby("case:concept:name")["at"].min(), closing.groupby("case:concept:name")["at"].max()
    hours = (last - first).dropna().dt.total_seconds() / 3600
    ordered = raw.sort_values(["case:concept:name", "at", "concept:name"], kind="stable")
    before = ordered.groupby("case:concept:name")["concept:name"].shift()
    attempts = ordered[before != ordered["concept:name"]]
    repeats = attempts.groupby(["case:concept:name", "concept:name"]).size().gt(1).groupby(level=0).any()

    found, _ = fines(make_engagement, path, "csv")

    found = found.set_index("definition")
    assert found.loc["volume/completed", "value"] == len(hours)
    assert found.loc["open_cases/at_period_end", "value"] == 100 - len(hours)
    assert found.loc["cycle_time_p50/elapsed", "value"] == pytest.approx(hours.quantile(0.5), rel=1e-12)
    assert found.loc["cycle_time_p90/elapsed", "value"] == pytest.approx(hours.quantile(0.9), rel=1e-12)
    assert found.loc["rework_rate/items", "numerator"] == repeats[hours.index].sum()


def test_xes_needs_no_column_names(make_engagement) -> None:
    place = make_engagement('[events]\nsource = "log.xes"\n', {"log.xes": LOG.format(TRACE.format(case="1"))})

    log = event_log.open(engagement.open(place))

    assert log.cases.case_id.execute().tolist() == ["1"]


def test_attributes_of_the_trace_and_of_the_event_are_told_apart_and_nested_ones_left_out(tmp_path) -> None:
    found = read(LOG.format(TRACE.format(case="NA")), tmp_path)

    assert found["case:concept:name"].tolist() == ["NA", "NA"]
    assert found["concept:name"].tolist() == ["A", "B"]
    assert found["row"].tolist() == [1, 2]


def test_an_attribute_that_appears_late_is_a_column_all_the_same(make_engagement, monkeypatch) -> None:
    monkeypatch.setattr(xes, "BATCH", 1)
    monkeypatch.setattr(xes, "PIECE", 200)
    late = TRACE.format(case="2").replace("</event>", '<string key="org:resource" value="ann"/></event>', 1)
    text = LOG.format(TRACE.format(case="1") + late)
    place = make_engagement('[events]\nsource = "log.xes"\nresource = "org:resource"\n', {"log.xes": text})

    log = event_log.open(engagement.open(place))

    assert log.events.resource.execute().dropna().tolist() == ["ann"]


BOMB = """<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<log><trace><string key="concept:name" value="&b;"/></trace></log>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/hostname">]><log>&x;</log>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "declares XML entities, which can hide files or fill the memory; export it without them"),
        (OUTSIDE, "declares XML entities, which can hide files or fill the memory; export it without them"),
        ("<html></html>", "begins with <html>, XES begins with <log>; export it as XES"),
        ("<log><trace>", "is not whole XML (no element found, line 1, column 13); export it again"),
        ("<log><trace><x></trace></log>", "is not whole XML (mismatched tag, line 1, column 18); export it again"),
        ("", "is not whole XML (no element found, line 1, column 1); export it again"),
        ("<log>" + "<list>" * 200, "nests elements deeper than 100; export it again"),
        (LOG.format("<event/>"), "has a <event> in the wrong place (after event 0); export it again"),
        (
            LOG.format('<trace><event/><string key="concept:name" value="late"/></trace>'),
            'gives "concept:name" of a trace after its events (event 1); export it again',
        ),
        (
            LOG.format('<trace><string key="a" value="1"/><string key="a" value="2"/></trace>'),
            'gives "a" twice in one place (event 1); keep one',
        ),
        (
            LOG.format("<trace>" + "".join(f'<int key="{n}" value="1"/>' for n in range(3000)) + "</trace>"),
            "has more than 2,000 different attributes; export those that are needed",
        ),
    ],
)
def test_what_is_not_sound_xes_is_refused(text, said, tmp_path) -> None:
    with pytest.raises(xes.XesError) as refusal:
        read(text, tmp_path)

    assert "; ".join(refusal.value.args) == said


def test_an_endless_element_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(xes, "LONGEST", 1 << 20)
    text = '<log><trace><string key="a" value="' + "x" * (4 << 20)

    with pytest.raises(xes.XesError, match="has an element longer than 1 MB"):
        read(text, tmp_path)
