"""engagement.toml: what it may say, and what a person reads when it says something else."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.errors import DataProblems, EngagementError, Problem, ReportError
from engineroom.readers import engagement

HEADER = """
[engagement]
client = "Acme"
sectors = ["healthcare"]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "USD"
as_of = 2026-07-15
"""


def folder(tmp_path: Path, text: str | bytes, name: str = "acme") -> Path:
    place = tmp_path / name
    place.mkdir(exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    (place / "engagement.toml").write_bytes(data)
    return place


def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> str:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngagementError) as raised:
        engagement.open(folder(tmp_path, text))
    assert raised.value.exit_code == 10
    return str(raised.value)


def lines(*said: str) -> str:
    """Return the whole message for an engagement `acme` with these faults."""
    heading = f"acme/engagement.toml: {len(said)} problem{'s' if len(said) > 1 else ''}"
    repair = "Correct the file and run: engineroom check acme"
    return "\n".join([heading, *(f"  {line}" for line in said), repair])


# ------------------------------------------------------------------------------------------------------ what it reads


def test_a_minimal_file_is_an_engagement(tmp_path):
    case = engagement.open(folder(tmp_path, HEADER))

    assert (case.name, case.sector, case.header.client, case.header.status) == ("acme", "healthcare", "Acme", "draft")
    assert case.header.period.end == datetime.date(2026, 6, 30)
    assert case.events is None and case.cases is None


def test_the_file_itself_may_be_named_instead_of_its_folder(tmp_path):
    place = folder(tmp_path, HEADER)

    assert engagement.open(place / "engagement.toml") == engagement.open(place)


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path):
    assert engagement.open(folder(tmp_path, b"\xef\xbb\xbf" + HEADER.encode())).header.client == "Acme"


def test_windows_line_ends_are_read(tmp_path):
    assert engagement.open(folder(tmp_path, HEADER.replace("\n", "\r\n"))).header.client == "Acme"


def test_every_starter_opens_through_each_of_its_sectors():
    for starter in engagement.starters():
        for sector in engagement.open(starter).header.sectors:
            assert engagement.open(starter, sector).sector == sector


def test_the_folder_name_becomes_an_output_name_that_stays_in_its_place(tmp_path):
    names = {"a b/..": None, "Größe & Co.": "Größe-Co", "..x..": "x", "$(id)": "id", "---": "engagement"}
    for name, expected in names.items():
        if expected:
            assert engagement.open(folder(tmp_path, HEADER, name)).name == expected


def test_every_optional_section_of_the_contract_is_read(tmp_path):
    case = engagement.open(
        folder(
            tmp_path,
            HEADER
            + """
[tables]
separator = ";"
decimal = ","
encoding = "latin-1"
[events]
source = "data/claims.csv.gz"
case = "claim_id"
activity = "step"
completed = "completed_at"
timezone = "Europe/Amsterdam"
missing = ["?"]
filter = { lifecycle = ["complete"] }
[events.human]
column = "user"
automatic = ["SYSTEM"]
[events.closed]
activities = ["BILLED"]
[events.rework]
repeats = true
""",
        )
    )

    assert case.tables.decimal == ","
    assert case.events
    assert case.events.filter == {"lifecycle": ("complete",)}
    assert case.events.human and case.events.human.automatic == ("SYSTEM",)
    assert case.events.rework and case.events.rework.repeats


# --------------------------------------------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (('client = "Acme"', 'cleint = "Acme"'), 'engagement.cleint: unknown key; did you mean "client"?'),
        (
            ('client = "Acme"', ""),
            'engagement.client: is missing; write the client\'s name, for example client = "Harbour General"',
        ),
        (
            ('client = "Acme"', 'client = ""'),
            'engagement.client: is blank; write the client\'s name, for example client = "Harbour General"',
        ),
        (
            ('client = "Acme"', "client = 5"),
            "engagement.client: 5 is not a text in quotes; "
            'write the client\'s name, for example client = "Harbour General"',
        ),
        (('"healthcare"', '"helthcare"'), 'engagement.sectors: "helthcare" is unknown; did you mean "healthcare"?'),
        (
            ('"healthcare"', '"mining"'),
            'engagement.sectors: "mining" is unknown; there are: banking, ecommerce, finance_shared_services, '
            "healthcare, insurance, legal, manufacturing, public_sector, telecom",
        ),
        (
            ('"healthcare"', '"healthcare", "healthcare"'),
            'engagement.sectors: "healthcare" is named twice; keep one',
        ),
        (
            ('["healthcare"]', '"healthcare"'),
            'engagement.sectors: "healthcare" is not a list in square brackets; choose among: banking, ecommerce, '
            "finance_shared_services, healthcare, insurance, legal, manufacturing, public_sector, telecom",
        ),
        (
            ('["healthcare"]', "[]"),
            "engagement.sectors: is blank; choose among: banking, ecommerce, finance_shared_services, healthcare, "
            "insurance, legal, manufacturing, public_sector, telecom",
        ),
        (
            ("2026-07-15", "2026-05-01"),
            "engagement.as_of: 2026-05-01 is before the period ends (2026-06-30); a period must be closed",
        ),
        (
            ("2026-07-15", '"2026-07-15"'),
            'engagement.as_of: "2026-07-15" is not a date; write a date without quotes, for example 2026-07-15',
        ),
        (
            ("2026-07-15", "2026-07-15T10:00:00"),
            "engagement.as_of: 2026-07-15 10:00 is not a date; write a date without quotes, for example 2026-07-15",
        ),
        (
            ("start = 2026-01-01", "start = 2026-12-01"),
            "engagement.period: ends (2026-06-30) before it starts (2026-12-01)",
        ),
        (
            ("{ start = 2026-01-01, end = 2026-06-30 }", "2026"),
            "engagement.period: 2026 is not a section; write period = { start = 2026-01-01, end = 2026-06-30 }",
        ),
        (
            ('"USD"', '"usd"'),
            'engagement.currency: "usd" is not a currency code; '
            'write three capital letters, for example currency = "USD"',
        ),
        (('"USD"', '"USD"\nstatus = "done"'), "engagement.status: \"done\" is not 'draft' or 'final'"),
        (('"USD"', '"USD"\nprepared_by = true'), "engagement.prepared_by: true is not a text in quotes"),
        (
            ("[engagement]", "[engagment]"),
            'engagment: unknown key; did you mean "engagement"?',
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_fault_of_the_header_is_told_in_one_line(tmp_path, monkeypatch, change, line):
    assert HEADER.count(change[0]) == 1

    assert told(tmp_path, monkeypatch, HEADER.replace(*change)) == lines(line)


@pytest.mark.parametrize("key", ["client", "prepared_by", "confidentiality"])
def test_a_line_of_every_page_is_no_book(tmp_path, monkeypatch, key):
    text = HEADER.replace('client = "Acme"\n', "" if key == "client" else 'client = "Acme"\n')
    text += f'{key} = "{"A" * 40_000}"\n'

    assert told(tmp_path, monkeypatch, text) == lines(f"engagement.{key}: has 40,000 letters; write at most 500")


SECRET = "hunter2secret"


@pytest.mark.parametrize(
    "connection",
    [f'"{SECRET}"', f'"postgres://u:{SECRET}@h/d"', f'["{SECRET}"]', f'{{ password = "{SECRET}" }}', "20260101", "1.5"],
)
def test_a_secret_that_stands_in_the_file_is_not_repeated(tmp_path, monkeypatch, connection):
    said = told(tmp_path, monkeypatch, f'{HEADER}[events]\nconnection = {connection}\npassword = "{SECRET}"\n')

    assert "events.connection" in said and "events.password: unknown key" in said
    assert SECRET not in said and "20260101" not in said and "1.5" not in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_no_engagement_file_and_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(folder(tmp_path, "") / "pipe")
    (tmp_path / "acme" / "engagement.toml").unlink()
    (tmp_path / "acme" / "pipe").rename(tmp_path / "acme" / "engagement.toml")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(EngagementError, match=r"there is no engagement\.toml in this folder"):
        engagement.open(tmp_path / "acme")


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[table]\nworkbook = "x.xlsx"', ['table: unknown key; did you mean "tables"?']),
        ('[tables]\nseparator = ";;"', ['tables.separator: ";;" is not one character']),
        ("[tables]\ndecimal = 1", ["tables.decimal: 1 is not '.' or ','"]),
        (
            '[benchmarks]\npacks = ["../pack.csv"]',
            [
                'benchmarks.packs: "../pack.csv" lies outside the engagement folder; '
                "move it inside, or write allow_outside_folder = true beside it"
            ],
        ),
        (
            '[tables]\nworkbook = "../intake.xlsx"',
            ['tables.workbook: "../intake.xlsx" lies outside the engagement folder; move it inside'],
        ),
        (
            '[events]\nsource = "/data/log.csv"\ncase = "c"\nactivty = "a"\ncompleted = "t"\n'
            'timezone = "Europe/Amsterdm"',
            [
                'events.activty: unknown key; did you mean "activity"?',
                'events.source: "/data/log.csv" lies outside the engagement folder; '
                "move it inside, or write allow_outside_folder = true beside it",
                'events.timezone: "Europe/Amsterdm" is unknown; did you mean "Europe/Amsterdam"?',
            ],
        ),
        (
            '[events]\nsource = "x.csv"\ncase = "c"\nactivity = "a"\ncompleted = "t"\ntimezone = "Mordor"\n'
            'filter = { lifecycle = "complete" }\n[events.rework]\nrepeats = "no"\n[events.human]\ncolumn = "user"',
            [
                'events.filter.lifecycle: "complete" is not a list in square brackets',
                "events.human.automatic: is missing",
                'events.rework.repeats: "no" is not true or false',
                'events.timezone: "Mordor" is unknown',
            ],
        ),
        (
            '[events]\nsource = "x.csv"\ncase = "c"\nactivity = "a"\ncompleted = "t"\n[cases]\nsource = "y.csv"',
            [
                "[events] and [cases] are both given; keep one: a log has one shape",
                "cases.completed: is missing",
                "cases.received: is missing",
            ],
        ),
    ],
    ids=["section", "separator", "decimal", "pack", "workbook", "events", "nested", "two-logs"],
)
def test_a_fault_of_another_section_is_told_in_one_line(tmp_path, monkeypatch, section, said):
    assert told(tmp_path, monkeypatch, HEADER + section) == lines(*said)


def test_all_faults_of_a_file_are_told_at_once(tmp_path, monkeypatch):
    text = HEADER.replace("Acme", "").replace("USD", "$").replace("healthcare", "legl")
    text = text.replace("2026-07-15", "2026-01-15")
    text += '[tables]\nbook = "x.xlsx"\n[benchmarks]\npacks = ["/etc/passwd"]\n[notes]\n'

    assert told(tmp_path, monkeypatch, text) == lines(
        'benchmarks.packs: "/etc/passwd" lies outside the engagement folder; '
        "move it inside, or write allow_outside_folder = true beside it",
        "engagement.as_of: 2026-01-15 is before the period ends (2026-06-30); a period must be closed",
        'engagement.client: is blank; write the client\'s name, for example client = "Harbour General"',
        'engagement.currency: "$" is not a currency code; write three capital letters, for example currency = "USD"',
        'engagement.sectors: "legl" is unknown; did you mean "legal"?',
        "notes: unknown key; there are: assessment, benchmarks, cases, engagement, events, tables",
        'tables.book: unknown key; did you mean "workbook"?',
    )


def test_a_file_that_is_not_toml_says_where(tmp_path, monkeypatch):
    assert told(tmp_path, monkeypatch, "[engagement]\nclient = Acme\n") == lines(
        "is not TOML: Invalid value (at line 2, column 10)"
    )


def test_a_file_that_is_not_utf8_says_which_byte(tmp_path, monkeypatch):
    assert told(tmp_path, monkeypatch, 'client = "Müller"'.encode("latin-1")) == lines(
        "byte 11 is not UTF-8; save the file as UTF-8"
    )


def test_an_empty_file_says_how_to_begin(tmp_path, monkeypatch):
    assert told(tmp_path, monkeypatch, "") == lines(
        "engagement: is missing; begin the file with [engagement], then client, sectors, period, currency and as_of"
    )


def test_a_folder_without_the_file_says_how_to_make_one(tmp_path):
    with pytest.raises(EngagementError) as raised:
        engagement.open(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path}: 1 problem\n  there is no engagement.toml in this folder; "
        "make one with: engineroom new FOLDER --sector NAME"
    )


def test_a_folder_that_does_not_exist_is_said_to_be_missing(tmp_path):
    with pytest.raises(EngagementError) as raised:
        engagement.open(tmp_path / "nowhere")

    assert str(raised.value).splitlines()[1] == (
        "  there is no such folder; make one with: engineroom new FOLDER --sector NAME"
    )


def test_a_sector_the_engagement_lacks_is_a_report_error(tmp_path):
    with pytest.raises(ReportError) as raised:
        engagement.open(folder(tmp_path, HEADER), "legal")

    assert str(raised.value) == 'acme has no sector "legal"; its sectors are: healthcare'


def test_the_repair_names_the_folder_as_it_can_be_typed(tmp_path, monkeypatch):
    place = folder(tmp_path, HEADER, "two words")
    monkeypatch.chdir(tmp_path)
    assert engagement.open("two words").check_command == 'Correct the file and run: engineroom check "two words"'
    monkeypatch.chdir("/")
    assert engagement.open(place).check_command == f'Correct the file and run: engineroom check "{str(place)[1:]}"'


# ------------------------------------------------------------------------------------------------------------- paths


def test_a_path_inside_the_folder_is_resolved(tmp_path):
    place = folder(tmp_path, HEADER)

    assert engagement.open(place).path("data/../tables/x.csv") == place.resolve() / "tables" / "x.csv"


@pytest.mark.parametrize("path", ["../x.csv", "/etc/passwd", "data/../../x.csv", "link/x.csv"])
def test_a_path_out_of_the_folder_is_refused_unless_it_is_allowed(tmp_path, path):
    place = folder(tmp_path, HEADER)
    (place / "link").symlink_to(tmp_path)
    case = engagement.open(place)

    with pytest.raises(EngagementError) as raised:
        case.path(path)

    assert raised.value.problems == (
        Problem(
            "acme/engagement.toml",
            column=path,
            rule="lies outside the engagement folder",
            cure="move it inside, or write allow_outside_folder = true beside it",
        ),
    )
    assert case.path(path, allow_outside_folder=True) == (place / path).resolve()


def test_allow_outside_folder_lets_a_log_and_a_pack_lie_elsewhere(tmp_path):
    text = (
        HEADER
        + """
[events]
source = "../log.csv"
allow_outside_folder = true
case = "c"
activity = "a"
completed = "t"
[benchmarks]
packs = ["../pack.csv"]
allow_outside_folder = true
"""
    )
    case = engagement.open(folder(tmp_path, text))

    assert case.events and case.events.source == "../log.csv"
    assert case.benchmarks.packs == ("../pack.csv",)


# -------------------------------------------------------------------------------------------------- any file at all

VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-5, 5),
        st.text(st.characters(categories=["L", "N", "Zs"]), max_size=5),
        st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)),
        st.sampled_from(["healthcare", "USD", "Europe/Paris", "../x", "data/x.csv"]),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=3,
)
WORDS = """client sectors period currency as_of status workbook packs source case activity completed received
timezone filter missing human cleint nonsense"""
KEYS = st.sampled_from(WORDS.split())


def toml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@given(
    st.dictionaries(
        st.sampled_from(["engagement", "tables", "benchmarks", "events", "cases", "evnts"]),
        st.dictionaries(KEYS, VALUES, max_size=8),
        max_size=5,
    )
)
def test_any_wrong_file_is_told_as_problems_each_once(tmp_path_factory, sections):
    text = "\n".join(
        f"[{name}]\n" + "\n".join(f"{key} = {toml(value)}" for key, value in keys.items())
        for name, keys in sections.items()
    )
    place = folder(tmp_path_factory.getbasetemp(), text, "any")

    with pytest.raises(EngagementError) as raised:
        engagement.open(place)

    said = str(raised.value).splitlines()
    assert len(said) == len(set(said)) == len(raised.value.problems) + 2
    assert not any("Input should" in line or "validation" in line for line in said)


def test_a_problem_stays_on_its_line_whatever_it_repeats():
    problem = Problem("a\nb.csv", 3, "name\t", 'x"\r\n\x1b[31m\u202eevil', "cure")

    assert str(problem) == 'row 3, name\\t: x"\\r\\n\\x1b[31m\\u202eevil; cure'
    assert str(DataProblems([problem])).splitlines()[0] == "a\\nb.csv: 1 problem"


def test_what_a_client_wrote_is_repeated_in_part():
    said = str(Problem("a", 2, "b" * 5000, f'"{"c" * 32_767}" is unknown', "d" * 5000))

    assert said == f'row 2, {"b" * 1000}…: "{"c" * 999}…; {"d" * 1000}…'


def test_the_digest_is_the_sha256_of_the_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")

    assert engagement.digest(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
