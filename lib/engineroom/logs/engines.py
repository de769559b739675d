"""Where a log is computed: DuckDB on this machine, or the warehouse that already holds it.

What engines call by different names, or mean differently, stands here and nowhere else; docs/method/engines.md has the
list, and which engines were run and which were only compiled for.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt

from engineroom import scratch
from engineroom.errors import Problem
from engineroom.readers.engagement import Source

NAIVE = dt.Timestamp(scale=6)
AWARE = dt.Timestamp(timezone="UTC", scale=6)
EXACT = dt.Decimal(18, 4)
"""Sums of decimals do not depend on the order in which threads finish."""

_FAULTS = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.InvalidTypeException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.OutOfMemoryException,
    duckdb.SerializationException,
    duckdb.NotImplementedException,
    OSError,
)
LEAST, MOST = 512 << 20, 3072 << 20
"""Memory that DuckDB may use before it spills to disk, by the size of the log."""

TELL_EVERY = 5.0
PROGRESS = logging.getLogger("engineroom.progress")
EXTRAS = {"postgres": "postgres", "postgresql": "postgres", "pyspark": "spark"}


@ibis.udf.scalar.builtin(signature=((dt.string, dt.string), NAIVE))
def try_strptime(text: str, form: str) -> Any:
    """Return the time a text states in a given form, NULL where it does not (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, NAIVE), AWARE))
def _instant_of(zone: str, naive: Any) -> Any:
    """Return the instant at which the clocks of `zone` show a naive time (DuckDB, PostgreSQL)."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, AWARE), NAIVE))
def _clock_of(zone: str, instant: Any) -> Any:
    """Return what the clocks of `zone` show at an instant (DuckDB, PostgreSQL)."""


@ibis.udf.scalar.builtin(name="to_utc_timestamp", signature=((NAIVE, dt.string), NAIVE))
def _spark_utc(naive: Any, zone: str) -> Any:
    """Return the naive UTC time at which the clocks of `zone` show a naive time (Spark)."""


@ibis.udf.scalar.builtin(name="from_utc_timestamp", signature=((NAIVE, dt.string), NAIVE))
def _spark_clock(naive: Any, zone: str) -> Any:
    """Return what the clocks of `zone` show at a naive UTC time (Spark)."""


def utc_of_clock(naive: Any, zone: str, engine: str) -> Any:
    """Return naive times on the clocks of `zone` as naive UTC."""
    if zone == "UTC":
        return naive.cast(NAIVE)
    if engine == "pyspark":
        return _spark_utc(naive.cast(NAIVE), zone)
    return _clock_of("UTC", _instant_of(zone, naive.cast(NAIVE)))


def utc_of_instant(instant: Any, engine: str) -> Any:
    """Return times that carry an offset as naive UTC."""
    if engine == "pyspark":  # its session is told to live in UTC
        return instant.cast(NAIVE)
    return _clock_of("UTC", instant.cast(AWARE))


def clock_of_utc(naive: Any, zone: str, engine: str) -> Any:
    """Return what the clocks of `zone` show at naive UTC times."""
    if zone == "UTC":
        return naive
    if engine == "pyspark":
        return _spark_clock(naive, zone)
    return _clock_of(zone, _instant_of("UTC", naive))


@ibis.udf.scalar.builtin(name="convert_to", signature=((dt.string, dt.string), dt.binary))
def _postgres_bytes(text: str, encoding: str) -> Any:
    """Return the bytes of a text (PostgreSQL)."""


def in_byte_order(text: Any, engine: str) -> Any:
    """Return a text as something that sorts the same everywhere: PostgreSQL sorts by the customs of a country."""
    return _postgres_bytes(text, "UTF8") if engine == "postgres" else text


@ibis.udf.scalar.builtin(name="hash", signature=((dt.string,), dt.uint64))
def _hash(text: str) -> Any:
    """Return the number under which DuckDB files a text."""


def coded(text: Any, engine: str) -> Any:
    """Return what stands for a text while rows are grouped: a number where that is cheaper, else the text itself.

    Two texts may share a number: whoever turns numbers back into texts must look whether they do.
    """
    return _hash(text) if engine == "duckdb" else text


def in_hours(microseconds: Any) -> Any:
    """Return whole microseconds as hours: every engine divides the same two numbers."""
    return microseconds.cast("float64") / ibis.literal(3.6e9, "float64")


def is_of_the_data(fault: Exception) -> bool:
    """Return whether an error is what a file can do to DuckDB; anything else is a fault of ours, with its traceback."""
    return isinstance(fault, _FAULTS) or type(fault) is duckdb.Error


# ------------------------------------------------------------------------------------------------------- connecting


def local(size: int = 0) -> Any:
    """Return DuckDB in memory, told to spill instead of failing and never to download anything.

    `size` is what the log weighs on disk; decoded it is several times as much.
    """
    connection = ibis.duckdb.connect(
        memory_limit=f"{min(max(3 * size, LEAST), MOST) >> 20}MiB",
        temp_directory=str(scratch.lasting("spill")),
        threads=int(os.environ.get("ENGINEROOM_THREADS") or os.cpu_count() or 1),  # fewer beside other reports
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    with suppress(duckdb.InvalidInputException):  # inside Jupyter these settings ask for ipywidgets
        connection.raw_sql("SET enable_progress_bar = true")  # counted for `watched`, never printed
        connection.raw_sql("SET enable_progress_bar_print = false")
    connection.raw_sql("SET TimeZone = 'UTC'")
    return connection


def remote(spec: Source, where: str) -> tuple[ibis.Table | None, list[Problem]]:
    """Return the warehouse table of a log, or why there is none; nothing of the secret is ever shown."""
    variable = str(spec.connection).removeprefix("env:")
    url = os.environ.get(variable)
    if not url:
        cure = "set it to the address of the database, for example postgres://user:password@host/database"
        return None, [Problem(where, 0, "connection", f"the environment has no {variable}", cure)]
    scheme = url.partition(":")[0].partition("+")[0]
    try:
        connection = ibis.connect(url)
    except (ImportError, ModuleNotFoundError):
        extra = EXTRAS.get(scheme)  # any other word may be the secret, written without its address
        cure = f'pip install "engineroom[{extra}]"' if extra else "install Ibis with the driver of that database"
        return None, [Problem(where, 0, "connection", f"{variable} needs a driver that is not installed", cure)]
    except Exception as error:
        rule = f"the database that {variable} names does not answer ({type(error).__name__})"
        return None, [Problem(where, 0, "connection", rule, "check the address, the password and the network")]
    atexit.register(connection.disconnect)  # figures are made from it long after the log is open
    if connection.name == "pyspark":
        connection.raw_sql("SET spark.sql.session.timeZone=UTC")
    if connection.name == "postgres":
        _settle(connection)
    *place, name = str(spec.table).split(".")
    try:
        schema = tuple(place) if len(place) > 1 else next(iter(place), None)
        return connection.table(name, database=schema), []
    except Exception as error:
        rule = f'there is no table "{spec.table}" that this user may read ({type(error).__name__})'
        return None, [Problem(where, 0, "table", rule, "write it as schema.table, and ask for the right to read it")]


def _settle(connection: Any) -> None:
    """Tell a session of PostgreSQL that it reads only, and that it reads much.

    Cleaned texts hide from the planner how many rows there are; where it expects one it loops over all of them.
    """
    with suppress(Exception), connection.begin() as cursor:  # a proxy may forbid settings: slower, never different
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SET enable_nestloop = off")


# --------------------------------------------------------------------------------------------------------- progress


@contextmanager
def watched(connection: Any, doing: str) -> Iterator[None]:
    """Tell the log `engineroom.progress` every few seconds how far DuckDB is with what is done meanwhile."""
    done = threading.Event()

    def tell() -> None:
        waited = 0.0
        while not done.wait(TELL_EVERY):
            waited += TELL_EVERY
            part = connection.con.query_progress()
            PROGRESS.info("%s: %s%.0f s", doing, f"{part:.0f}% of this step, " if part > 0 else "", waited)

    teller = threading.Thread(target=tell, daemon=True)
    if connection.name == "duckdb":
        teller.start()
    try:
        yield
    finally:
        done.set()
        if teller.is_alive():
            teller.join()
