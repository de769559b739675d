"""One seeded log gives the same tables in DuckDB, in PostgreSQL and in Spark, to 1e-9."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from engineroom.dictionary import codes
from engineroom.errors import DataProblems
from engineroom.logs import drilldown, engines, event_log, traces
from engineroom.measures import kpi
from engineroom.readers import engagement, tables

EVENTS = int(os.environ.get("ENGINEROOM_ENGINE_EVENTS", "30000"))
LOGGEN = Path(__file__).parents[1] / "tools" / "loggen.py"
HARD = """
SELECT * REPLACE (
    CASE WHEN case_id LIKE '%7' THEN date_trunc('hour', completed_at) ELSE completed_at END AS completed_at,
    CASE WHEN case_id LIKE '%7' THEN date_trunc('hour', started_at) ELSE started_at END AS started_at,
    CASE actor WHEN 'P000' THEN 'ärger' WHEN 'P001' THEN 'Zoe' WHEN 'P002' THEN 'zoe' WHEN 'P003' THEN NULL
        WHEN 'P004' THEN '  ann ' ELSE actor END AS actor,
    CASE WHEN case_id LIKE '%13' AND step = 'Notify' THEN 'Claims' ELSE workflow END AS workflow,
    CASE WHEN case_id LIKE '%99' THEN NULL ELSE due_at END AS due_at)
FROM '{log}/*.parquet'
"""
"""Ties, capitals and accents, blanks and workflows that change: where engines differ if they can."""

CYCLE = """
SELECT case_id, workflow, txn_type, step, started_at AS at, actor, due_at, NULL::DOUBLE AS cost, NULL AS reason,
    'start' AS life FROM '{hard}' WHERE case_id NOT LIKE '%3'
UNION ALL
SELECT case_id, workflow, txn_type, step, completed_at, actor, due_at, cost, reason, 'complete' FROM '{hard}'
    WHERE case_id NOT LIKE '%55'
"""
"""Starts and completions in rows of their own; some of each are alone."""

CALENDAR = """
[events.calendar]
days = ["monday", "tuesday", "wednesday", "thursday", "friday", "sunday"]
start = 01:30:00
end = 17:15:00
holidays = [2026-01-19, 2026-02-16, 2026-05-25]
"""


@pytest.fixture(scope="session")
def generated(tmp_path_factory) -> Path:
    """Return an engagement with a generated log, made hard, in one Parquet file."""
    place = tmp_path_factory.mktemp("generated")
    subprocess.run([sys.executable, str(LOGGEN), str(place), "--events", str(EVENTS)], check=True, capture_output=True)
    duckdb.sql(f"COPY ({HARD.format(log=place / 'log')}) TO '{place / 'hard.parquet'}'")
    toml = (place / "engagement.toml").read_text().replace("log/*.parquet", "hard.parquet")
    (place / "engagement.toml").write_text(toml.replace('timezone = "UTC"', 'timezone = "America/New_York"'))
    return place


def told(place: Path) -> dict[str, pd.DataFrame]:
    """Return every table that a log gives."""
    case = engagement.open(place)
    log = event_log.open(case)
    cases = log.cases.execute()
    return {
        "cases": cases[sorted(cases.columns)].sort_values("case_id").reset_index(drop=True),
        "caveats": log.caveats.drop(columns=["subject", "examples"]),
        "measures": kpi.measure(tables.read(case), log).drop(columns=["source", "source_sha256"]),
        "steps": drilldown.steps(log),
        "exceptions": drilldown.exceptions(log),
        "weeks": drilldown.weeks(log),
        "efforts": traces.efforts(log),
        "together": traces.together(
            log, [traces.Pair("", "Verify", "Approve"), traces.Pair("Claims", "Assess", "Decide")]
        ),
    }


@pytest.fixture(scope="session")
def in_duckdb(generated: Path) -> dict[str, pd.DataFrame]:
    return told(generated)


def moved(generated: Path, to: Path, table: str, more: str = "") -> Path:
    """Return the same engagement with its log in a database."""
    to.mkdir(exist_ok=True)
    toml = (generated / "engagement.toml").read_text() + more
    in_database = f'connection = "env:TEST_LOG"\ntable = "{table}"'
    (to / "engagement.toml").write_text(toml.replace('source = "hard.parquet"', in_database))
    return to


@pytest.fixture(scope="session")
def by_calendar(generated: Path, tmp_path_factory) -> dict[str, pd.DataFrame]:
    """Return what DuckDB gives where a calendar is stated whose hours hold the changes of the clocks."""
    place = tmp_path_factory.mktemp("calendar")
    (place / "hard.parquet").symlink_to(generated / "hard.parquet")
    toml = (generated / "engagement.toml").read_text().replace("[events]", "[events]\nallow_outside_folder = true")
    (place / "engagement.toml").write_text(toml + CALENDAR)
    return told(place)


def agree(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    assert all(len(table) for table in expected.values())
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table, rtol=1e-9, atol=0, check_dtype=False, obj=name)


# ------------------------------------------------------------------------------------------------------- PostgreSQL


def program(name: str) -> str:
    """Return a program of PostgreSQL: on the path, or where Debian keeps it."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((str(home / name) for home in homes if (home / name).exists()), None) or shutil.which(name)
    return found or pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL of our own on loopback, in a folder that goes afterwards; yield its address."""
    pytest.importorskip("psycopg", reason='the driver is not installed (pip install "engineroom[postgres]")')
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    names = {one.pw_name for one in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in names), None) if os.getuid() == 0 else None
    if os.getuid() == 0 and user is None:
        pytest.skip("PostgreSQL refuses to run as root, and there is no other user")
    folder = Path(tempfile.mkdtemp(prefix="engineroom-postgres-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def do(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

    data, options = str(folder / "data"), f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c timezone=Asia/Tokyo"
    try:
        do(initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        do(pg_ctl, "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {error}")
    yield f"postgres://tester@127.0.0.1:{port}/postgres"
    do(pg_ctl, "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def loaded(postgres: str, generated: Path, tmp_path_factory) -> str:
    """Return the address of a database that holds the generated log as `ops.events`."""
    import psycopg

    text = tmp_path_factory.mktemp("copy") / "log.csv"
    duckdb.sql(f"COPY (FROM '{generated / 'hard.parquet'}') TO '{text}' (HEADER false)")
    columns = (
        "case_id text, workflow text, txn_type text, step text, started_at timestamp, completed_at timestamp, "
        'actor text COLLATE "und-x-icu", due_at timestamp, cost double precision, reason text'
    )
    with psycopg.connect(postgres) as connection, text.open("rb") as stream:
        connection.execute("CREATE SCHEMA ops")
        connection.execute(f"CREATE TABLE ops.events ({columns})")
        with connection.cursor().copy("COPY ops.events FROM STDIN (FORMAT csv)") as copy:
            while piece := stream.read(1 << 20):
                copy.write(piece)
    return postgres


@pytest.mark.slow
def test_postgresql_gives_the_tables_that_duckdb_gives(generated, in_duckdb, loaded, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TEST_LOG", loaded)

    found = told(moved(generated, tmp_path / "postgres", "ops.events"))

    agree(found, in_duckdb)


@pytest.mark.slow
def test_postgresql_counts_the_working_time_that_duckdb_counts(
    generated, by_calendar, in_duckdb, loaded, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("TEST_LOG", loaded)

    found = told(moved(generated, tmp_path / "postgres", "ops.events", CALENDAR))

    agree(found, by_calendar)
    assert found["cases"]["handling_hours"].sum() < in_duckdb["cases"]["handling_hours"].sum()


@pytest.mark.slow
def test_postgresql_pairs_starts_and_completions_as_duckdb_does(generated, loaded, tmp_path, monkeypatch) -> None:
    import psycopg

    duckdb.sql(f"COPY ({CYCLE.format(hard=generated / 'hard.parquet')}) TO '{tmp_path / 'hard.parquet'}'")
    toml = (generated / "engagement.toml").read_text().replace('started = "started_at"\n', "")
    toml = toml.replace('"completed_at"', '"at"') + '[events.lifecycle]\ncolumn = "life"\n'
    (tmp_path / "engagement.toml").write_text(toml)
    names = "case_id, workflow, txn_type, step, actor, due_at"
    with psycopg.connect(loaded) as connection:
        connection.execute(
            f"CREATE TABLE ops.cycle AS SELECT {names}, started_at AS at, NULL::float8 AS cost, NULL AS reason, "
            f"'start' AS life FROM ops.events WHERE case_id NOT LIKE '%3' UNION ALL SELECT {names}, completed_at, "
            "cost, reason, 'complete' FROM ops.events WHERE case_id NOT LIKE '%55'"
        )
    monkeypatch.setenv("TEST_LOG", loaded)

    here, there = told(tmp_path), told(moved(tmp_path, tmp_path / "postgres", "ops.cycle"))

    agree(there, here)
    assert here["cases"]["handling_hours"].notna().any()


def test_examples_of_a_database_are_named_by_their_case(generated, loaded, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TEST_LOG", loaded)

    log = event_log.open(engagement.open(moved(generated, tmp_path / "postgres", "ops.events")))

    assert any(codes.read(one)[0] == "at_case" for cell in log.caveats["examples"] for one in codes.each(cell))
    assert log.source == "ops.events (env:TEST_LOG)"


@pytest.mark.slow
def test_a_session_of_postgresql_only_reads_and_never_loops_over_all_rows(
    generated, loaded, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("TEST_LOG", loaded)

    events, _ = engines.remote(engagement.open(moved(generated, tmp_path / "postgres", "ops.events")).events, "here")

    with events.get_backend().begin() as cursor:
        settings = [
            cursor.execute(f"SHOW {name}").fetchone()[0] for name in ("transaction_read_only", "enable_nestloop")
        ]
    assert settings == ["on", "off"]


# ------------------------------------------------------------------------------------------------------------ Spark


@pytest.mark.skipif(not os.environ.get("ENGINEROOM_SPARK"), reason="Spark is started by nox -s spark only")
@pytest.mark.filterwarnings("ignore")
def test_spark_gives_the_tables_that_duckdb_gives(generated, in_duckdb, by_calendar, tmp_path, monkeypatch) -> None:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(tmp_path / "warehouse"),
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.read.parquet(str(generated / "hard.parquet")).createOrReplaceTempView("events")
    monkeypatch.setenv("TEST_LOG", "pyspark://")

    found = told(moved(generated, tmp_path / "spark", "events"))

    agree(found, in_duckdb)
    agree(told(moved(generated, tmp_path / "calendar", "events", CALENDAR)), by_calendar)
    session.stop()


# ---------------------------------------------------------------------------------------------------------- secrets


def refused(place: Path) -> str:
    with pytest.raises(DataProblems) as refusal:
        event_log.open(engagement.open(place))
    return str(refusal.value).rpartition("\n")[0]


def test_a_variable_that_is_not_set_is_named(generated, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("TEST_LOG", raising=False)

    said = refused(moved(generated, tmp_path / "unset", "ops.events"))

    assert said == (
        "ops.events (env:TEST_LOG): 1 problem\n  connection: the environment has no TEST_LOG; set it to the address of "
        "the database, for example postgres://user:password@host/database"
    )


def test_a_password_is_never_shown(generated, tmp_path, monkeypatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("TEST_LOG", "postgres://ann:s3cret@127.0.0.1:1/nowhere")

    said = refused(moved(generated, tmp_path / "secret", "ops.events"))

    assert "s3cret" not in said
    assert "ann" not in said
    assert "the database that TEST_LOG names does not answer (OperationalError)" in said


def test_a_table_that_is_not_there_is_named(generated, loaded, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TEST_LOG", loaded)

    said = refused(moved(generated, tmp_path / "absent", "ops.nothing"))

    assert 'there is no table "ops.nothing" that this user may read' in said


def test_duckdb_never_downloads_an_extension() -> None:
    connection = engines.local()

    told = connection.raw_sql("SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'")

    assert dict(told.fetchall()) == {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
