"""Forty logs that are not what they say they are: each ends in a clear message, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import os
import random
import resource
import time
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom.errors import DataProblems, EngineroomError
from engineroom.logs import event_log
from engineroom.measures import kpi
from engineroom.readers import engagement, tables

HEADER = "case,step,at,cost\n"
SOUND = HEADER + "".join(f"{n},{step},2026-02-{n:02d} 0{h}:00,1\n" for n in range(1, 10) for h, step in enumerate("ab"))
TOML = """
[events]
source = "{source}"
case = "case"
activity = "step"
completed = "at"
timezone = "UTC"
cost = "cost"
"""
SECONDS, MEGABYTES = 20, 1200


def parquet(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


def workbook(*rows: list, more_sheets: int = 0, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(more_sheets):
        book.create_sheet(f"more{number}")
    if hidden:
        book.create_sheet("shown")
        book.active = 1
        book.worksheets[0].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


FRAME = pd.read_csv(io.StringIO(SOUND), dtype=str)
NOISE = random.Random(7).randbytes(5_000)
GZ_BOMB = gzip.compress(HEADER.encode() + b"1,a,2026-02-01 09:00,1\n" * 4_000_000, 9)

LOGS: dict[str, tuple[str, str | bytes, str]] = {
    "empty": ("log.csv", "", "is empty; export it again"),
    "blank lines": ("log.csv", "\n\n\n", "is empty; export it again"),
    "byte order mark alone": ("log.csv", b"\xef\xbb\xbf", "is empty; export it again"),
    "header only": ("log.csv", HEADER, "no row is left; look at filter, and whether the export is complete"),
    "one column": ("log.csv", "case\n1\n2\n", "the separator cannot be told from the first rows; state it"),
    "two separators": ("log.csv", "case;a,step;b\n1;2,3;4\n", "the separator cannot be told from the first rows"),
    "short row": ("log.csv", SOUND + "7,a\n" * 300, "the separator cannot be told"),
    "late short row": ("log.csv", SOUND * 30 + "7,a\n", "Expected Number of Columns: 4 Found: 2"),
    "late long row": ("log.csv", SOUND * 30 + "7,a,2026-02-01,1,2,3\n", "Expected Number of Columns: 4 Found: 5"),
    "header in the middle": ("log.csv", SOUND * 3, "have a completion time that cannot be read"),
    "duplicate header": ("log.csv", "case,step,at,at\n1,a,2026-02-01,1\n", 'the header names "at" more than once'),
    "header differs in capitals": (
        "log.csv",
        "case,step,at,At\n1,a,2026-02-01,1\n",
        'header names "at" more than once',
    ),
    "reserved name": (
        "log.csv",
        "case,step,at,cost,row_in_file\n1,a,2026-02-01,1,1\n",
        "a name engineroom uses itself",
    ),
    "missing column": ("log.csv", SOUND.replace("step", "stage"), 'did you mean "step"?|has no such column'),
    "10,000 columns": ("log.csv", ",".join(f"c{n}" for n in range(10_000)) + "\n", "has 10,000 columns; export"),
    "blank header": ("log.csv", "\n" + SOUND, "row 1: is blank; put the column names there"),
    "cut by an old spreadsheet": (
        "log.csv",
        HEADER + "1,a,2026-02-01 09:00,1\n" * 65_535,
        "has 65,536 rows, as many as a sheet can hold, so it was probably cut",
    ),
    "cut by a spreadsheet": (
        "log.csv",
        HEADER + "1,a,2026-02-01 09:00,1\n" * 1_048_575,
        "has 1,048,576 rows, as many as a sheet can hold, so it was probably cut",
    ),
    "NUL characters": ("log.csv", SOUND.replace("a", "a\0"), "is not text: it holds NUL characters"),
    "binary junk": ("log.csv", NOISE, "the text is not utf-8"),
    "latin-1 late": (
        "log.csv",
        (SOUND * 9000).encode() + b"1,caf\xe9,2026-02-01,1\n",
        "not utf-8 encoded.; state encoding",
    ),
    "UTF-16 cut in a character": ("log.csv", SOUND.encode("utf-16")[:-1], "the text is not utf-16"),
    "UTF-16 without mark": ("log.csv", SOUND.encode("utf-16-le"), "is not text: it holds NUL characters"),
    "unknown encoding": ("log.csv", SOUND, "the text is not klingon"),
    "50 MB cell": ("log.csv", SOUND + f'9,"{"x" * 50_000_000}",2026-02-01,1\n', "a line may hold 2 MB"),
    "open quotation mark": ("log.csv", SOUND * 30 + '1,"a,2026-02-01,1\n' + SOUND, "unterminated quote|quote"),
    "formulas for times": ("log.csv", HEADER + "1,a,=NOW(),1\n" * 9, "have a completion time that cannot be read"),
    "day first": ("log.csv", HEADER + "1,a,31/01/2026 09:00,1\n", "have a completion time that cannot be read"),
    "dates of the year 4009": ("log.csv", HEADER + "1,a,4009-01-01,1\n", "have an impossible time"),
    "dates of 1948": ("log.csv", HEADER + "1,a,1948-01-01,1\n", "have an impossible time"),
    "epoch numbers": ("log.csv", HEADER + "1,a,1767225600,1\n", "have a completion time that cannot be read"),
    "no case ids": ("log.csv", HEADER + ",a,2026-02-01,1\n", "have no case number"),
    "other period": ("log.csv", HEADER + "1,a,2020-02-01,1\n", "no case was under way in the period"),
    "not gzip": ("log.csv.gz", SOUND, "cannot be read as CSV: Not a gzipped file"),
    "cut gzip": ("log.csv.gz", gzip.compress((SOUND * 9000).encode())[:-2000], "Compressed file ended before"),
    "broken gzip": ("log.csv.gz", gzip.compress(NOISE)[:50] + NOISE, "cannot be read as CSV"),
    "gzip bomb": ("log.csv.gz", GZ_BOMB, "unzips to more than 200 times its size"),
    "wrong footer": ("log.parquet", parquet(FRAME)[:-4] + b"JUNK", "cannot be read as Parquet"),
    "cut Parquet": ("log.parquet", parquet(FRAME)[:200], "cannot be read as Parquet"),
    "broken page": ("log.parquet", b"PAR1" + bytes(300) + parquet(FRAME)[304:], "cannot be read"),
    "CSV called Parquet": ("log.parquet", SOUND, "cannot be read as Parquet"),
    "no parquet in the folder": ("log/readme.txt", "nothing", "there is no such file"),
    "unknown kind": ("log.json", "{}", "is not a log that can be read; export one .csv"),
    "text called XLSX": ("log.xlsx", SOUND, "is not a workbook that can be read"),
    "zip called XLSX": ("log.xlsx", zipped(a=b"b"), "is not a workbook that can be read"),
    "XLSX bomb": ("log.xlsx", zipped(xl__worksheets__sheet1_xml=bytes(80 << 20)), "unzips to more than 200 times"),
    "several sheets": (
        "log.xlsx",
        workbook(["case"], more_sheets=1),
        "has 2 sheets; state sheet, one of: Sheet, more0",
    ),
    "empty sheet": ("log.xlsx", workbook(), "row 1: is blank; put the column names there"),
    "cell beyond the header": (
        "log.xlsx",
        workbook(["case", "step", "at", "cost"], ["1", "a", "2026-02-01", 1, "?"]),
        "row 2 has a cell beyond the last column name; name its column, or clear it",
    ),
    "serial numbers for times": (
        "log.xlsx",
        workbook(["case", "step", "at", "cost"], ["1", "a", 46054.5, 1]),
        "have a completion time that cannot be read",
    ),
    "XML bomb": (
        "log.xes",
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>',
        "declares XML entities, which can hide files or fill the memory",
    ),
    "cut XES": ("log.xes", "<log><trace>", "is not whole XML"),
    "XES without events": ("log.xes", "<log></log>", "holds no event; export it again"),
    "zipped XES cut": ("log.xes.gz", gzip.compress(b"<log></log>")[:-6], "Compressed file ended before"),
}


def test_there_are_at_least_forty_of_them() -> None:
    assert len(LOGS) >= 40


@pytest.mark.parametrize("name", LOGS)
def test_a_malformed_log_ends_in_a_clear_message(name: str, make_engagement) -> None:
    file, content, said = LOGS[name]
    toml = TOML.format(source=file.partition("/")[0])
    place = make_engagement(toml + ('encoding = "klingon"\n' if name == "unknown encoding" else ""), {file: content})
    started, peak = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(DataProblems) as refusal:
        event_log.open(engagement.open(place))

    told = str(refusal.value)
    assert any(one in told for one in said.split("|")), told
    assert told.endswith(f"engineroom check {place}")
    assert str(place) not in told.rpartition("\n")[0]
    assert len(told) < 3_000
    assert time.perf_counter() - started < SECONDS
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    ) / 1024 < MEGABYTES  # earlier tests have a peak too


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "xlsx", "xes"])
def test_a_pipe_is_no_log_and_is_not_waited_for(kind: str, make_engagement) -> None:
    place = make_engagement(TOML.format(source=f"log.{kind}"), {})
    os.mkfifo(place / f"log.{kind}")

    with pytest.raises(DataProblems, match=rf"log\.{kind}.*: 1 problem\n  is no file; put the file itself there"):
        event_log.open(engagement.open(place))


def test_sound_logs_of_every_kind_give_the_same_figures(make_engagement) -> None:
    kinds = {
        "plain.csv": SOUND,
        "mark.csv": b"\xef\xbb\xbf" + SOUND.encode(),
        "wide.csv": SOUND.encode("utf-16"),
        "crlf.csv": SOUND.replace("\n", "\r\n"),
        "cr.csv": SOUND.replace("\n", "\r"),
        "mixed.csv": SOUND.replace("\n", "\r\n", 5),
        "blank-lines.csv": SOUND.replace("\n", "\n\n", 5) + "\r\n\n",
        "separator.csv": "sep=;\n" + SOUND.replace(",", ";"),
        "wide-separator.csv": ("sep=\t\r\n" + SOUND.replace(",", "\t").replace("\n", "\r\n")).encode("utf-16"),
        "unnamed.csv": "".join(f",{line},\n" for line in SOUND.splitlines()),
        "zipped.csv.gz": gzip.compress(SOUND.encode()),
        "typed.parquet": parquet(FRAME.assign(at=pd.to_datetime(FRAME["at"]), cost=FRAME["cost"].astype(float))),
        "texts.parquet": parquet(FRAME),
        "book.xlsx": workbook(list(FRAME.columns), *FRAME.assign(at=pd.to_datetime(FRAME["at"])).values.tolist()),
    }

    found = {}
    for source, content in kinds.items():
        case = engagement.open(make_engagement(TOML.format(source=source), {source: content}, name=source))
        found[source] = kpi.measure(tables.read(case), event_log.open(case)).drop(columns=["source", "source_sha256"])

    for source in kinds:
        pd.testing.assert_frame_equal(found[source], found["plain.csv"], obj=source)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["csv", "csv.gz", "parquet", "xlsx", "xes", "xes.gz"]))
def test_no_bytes_whatever_end_in_a_traceback(make_engagement, content: bytes, kind: str) -> None:
    place = make_engagement(TOML.format(source=f"log.{kind}"), {f"log.{kind}": content})

    with pytest.raises(EngineroomError):
        event_log.open(engagement.open(place))


@pytest.mark.proof
@settings(max_examples=cases(12, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters='\0"\r\n'), max_size=8),
            st.sampled_from(
                ["2026-02-01 09:00", "2026-02-02", "", "31.12.2026", "9999-12-31", "0001-01-01", "-1", "1e9"]
            ),
            st.sampled_from(["1", "", "1e308", "-1e30", "nan", "inf", "1,5"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_rows_of_any_texts_end_in_figures_or_in_a_message(make_engagement, rows: list) -> None:
    text = HEADER + "".join(f'"{case}","a","{at}","{cost}"\n' for case, at, cost in rows)
    case = engagement.open(make_engagement(TOML.format(source="log.csv") + 'separator = ","\n', {"log.csv": text}))

    try:
        measures = kpi.measure(tables.read(case), event_log.open(case))
    except DataProblems:
        return

    cases = {name.strip() for name, at, _ in rows if at in ("2026-02-01 09:00", "2026-02-02")}
    assert measures.set_index("definition").loc["volume/completed", "value"] <= len(cases)
