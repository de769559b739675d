"""Open the file of a log as an Ibis table of its rows as they stand, each with its row number.

Encoding and separator are stated or proven by the first rows, never guessed: a wrong guess makes wrong figures without
a word.
"""

from __future__ import annotations

import atexit
import codecs
import csv
import gzip
import hashlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

import duckdb
import ibis

from engineroom import engagement
from engineroom.engagement import Source
from engineroom.errors import Problem

ROW = "row_in_file"
SAMPLE = 1 << 18
TOLD = 10


def rows(con: Any, path: Path, spec: Source, where: str) -> tuple[ibis.Table | None, list[Problem]]:
    """Return the rows of a CSV or Parquet source with their row numbers, and what keeps them from being read."""
    if not path.exists():
        return None, [Problem(where, rule="there is no such file", cure="correct source in engagement.toml")]
    if spec.source.lower().removesuffix(".gz").endswith(".csv"):
        return _csv(con, path, spec, where)
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files or any(file.suffix.lower() != ".parquet" for file in files):
        cure = "export it as .csv, .csv.gz or .parquet"
        return None, [Problem(where, rule="is neither CSV nor Parquet", cure=cure)]
    try:
        table = con.read_parquet([str(file) for file in files])
    except duckdb.Error as error:
        return None, [Problem(where, rule=f"cannot be read as Parquet: {_first_line(error)}", cure="export it again")]
    return table.mutate(**{ROW: ibis.row_number() + 1}), []


def _csv(con: Any, path: Path, spec: Source, where: str) -> tuple[ibis.Table | None, list[Problem]]:
    try:
        encoding, separator = _text_form(path, spec)
        table = con.read_csv(
            str(path if encoding == "utf-8" else _recoded(path, encoding)),
            all_varchar=True,
            header=True,
            delim=separator,
            quote='"',
            escape='"',
            nullstr="",
            store_rejects=True,
        )
        raw = con.create_table("raw", table.mutate(**{ROW: ibis.row_number() + 2}), temp=True)
    except (OSError, EOFError, UnicodeDecodeError, duckdb.Error) as error:
        cure = "state separator and encoding, or export it again"
        return None, [Problem(where, rule=f"cannot be read as CSV: {_first_line(error)}", cure=cure)]
    except ValueError as fault:
        return None, [Problem(where, 0, "", *str(fault).split("; ", 1))]
    bad = con.raw_sql("SELECT line, any_value(error_message) FROM reject_errors GROUP BY line ORDER BY line").fetchall()
    problems = [
        Problem(where, int(line), rule=str(message).splitlines()[0], cure="quote cells that hold the separator")
        for line, message in bad[:TOLD]
    ]
    if len(bad) > TOLD:
        problems.append(Problem(where, rule=f"{len(bad) - TOLD} more rows cannot be read"))
    return raw, problems


def _text_form(path: Path, spec: Source) -> tuple[str, str]:
    """Return encoding and separator: as stated, or as the first rows prove; never guessed."""
    with _unzipped(path) as stream:
        head = stream.read(SAMPLE)
    if not head.strip():
        raise ValueError("is empty; export it again")
    encoding = spec.encoding or (
        "utf-8" if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-16"
    )
    try:
        text = head.decode(encoding, errors="strict" if len(head) < SAMPLE else "ignore")
    except (UnicodeDecodeError, LookupError) as error:
        raise ValueError(f'the text is not {encoding} ({error}); state encoding, for example "cp1252"') from None
    lines = text.lstrip("\ufeff").splitlines()[:200]
    if spec.separator:
        return encoding.lower(), spec.separator
    widths = {
        mark: [len(row) for row in csv.reader(io.StringIO("\n".join(lines[:-1] or lines)), delimiter=mark)]
        for mark in ",;\t|"
    }
    proven = [mark for mark, width in widths.items() if width[0] > 1 and len(set(width)) == 1]
    if len(proven) != 1:
        raise ValueError('the separator cannot be told from the first rows; state it, for example separator = ";"')
    return encoding.lower(), proven[0]


def _unzipped(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _recoded(path: Path, encoding: str) -> Path:
    """Return a UTF-8 copy: DuckDB reads few encodings, Excel on Windows writes others."""
    scratch = tempfile.mkdtemp(prefix="engineroom-utf8-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    target = Path(scratch) / "log.csv"
    with _unzipped(path) as stream, target.open("w", encoding="utf-8", newline="") as copy:
        shutil.copyfileobj(codecs.getreader(encoding)(stream), copy)
    return target


def digest(path: Path) -> str:
    """Return the SHA-256 of a log: of its file, or of the hashes of its parts."""
    if path.is_file():
        return engagement.digest(path)
    parts = [engagement.digest(file) for file in sorted(path.rglob("*.parquet"))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
