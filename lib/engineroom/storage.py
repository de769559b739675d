"""Result tables on disk: one Parquet file a table, and `assessment.json` that says what they were made from.

`assessment.json` names every table with its hash and is put into its place last: a table that is not the one that was
written, such as one of a run that was killed between two files, counts as absent.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engineroom import digits

SCHEMA = 1
"""Version of the layout; a folder of another one is not read."""
NAME = "assessment.json"


@dataclass(frozen=True)
class Saved:
    """An assessment on disk: its folder and what `assessment.json` says."""

    place: Path
    about: dict[str, Any]

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each table: file, SHA-256, rows, columns."""
        return dict(self.about["tables"])

    def frame(self, name: str) -> pd.DataFrame | None:
        """Return a table; None where it is not there or is not as it was written."""
        known = self.tables.get(name)
        if known is None:
            return None
        with suppress(OSError):
            data = (self.place / known["file"]).read_bytes()
            if hashlib.sha256(data).hexdigest() == known["sha256"]:
                return _frame(pq.read_table(io.BytesIO(data)))
        return None


def read(place: Path) -> Saved | None:
    """Return the assessment in a folder; None where there is none, or none of this schema."""
    with suppress(OSError, ValueError):
        about = json.loads((place / NAME).read_text(encoding="utf-8"))
        if isinstance(about, dict) and about.get("schema") == SCHEMA and isinstance(about.get("tables"), dict):
            return Saved(place, about)
    return None


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a result as it comes back from disk, so that a figure does not depend on whether it was stored."""
    return digits.settled(_frame(pa.Table.from_pandas(frame)))


def write(place: Path, about: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> None:
    """Write tables and what they were made from into a new folder."""
    tables = {}
    for name, frame in sorted(frames.items()):
        data = io.BytesIO()
        pq.write_table(pa.Table.from_pandas(frame), data)
        file = place / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.getvalue())
        tables[name] = {
            "file": f"{name}.parquet",
            "sha256": hashlib.sha256(data.getvalue()).hexdigest(),
            "rows": len(frame),
            "columns": [str(column) for column in frame.columns],
        }
    text = json.dumps({"schema": SCHEMA, **about, "tables": tables}, indent=1, sort_keys=True, ensure_ascii=False)
    (place / NAME).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def files(place: Path) -> dict[str, bytes]:
    """Return what `write` left in a folder, by name, in the order in which it is to be put in its place."""
    found = {path.relative_to(place).as_posix(): path for path in sorted(place.rglob("*")) if path.is_file()}
    return {name: found[name].read_bytes() for name in sorted(found, key=lambda name: (name == NAME, name))}


def plain(saved: Saved) -> dict[str, Any]:
    """Return an assessment as plain data for other programs: its result tables with their rows; blank is null."""
    frames = {name: saved.frame(name) for name in saved.tables if "/" not in name}
    tables = {
        name: saved.tables[name] | {"rows": [{key: _plain(cell) for key, cell in row.items()} for row in rows]}
        for name, rows in ((name, frame.to_dict("records")) for name, frame in frames.items() if frame is not None)
    }
    return saved.about | {"tables": tables}


def _plain(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    if pd.isna(cell) or cell in (math.inf, -math.inf):
        return None
    return cell.item() if hasattr(cell, "item") else cell


def _frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas()
