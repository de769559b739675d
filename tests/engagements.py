"""Write engagement folders: the header every test engagement has, more TOML after it, and files by relative path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engineroom import assessment
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.pages import answers
from engineroom.readers.tables import Tables

HEADER = """
[engagement]
client = "Test client"
sectors = {sectors}
period = {{ start = {start}, end = {end} }}
currency = "USD"
as_of = {as_of}
"""


def write(
    place: Path,
    toml: str = "",
    files: Mapping[str, str | bytes] | None = None,
    sectors: tuple[str, ...] = ("healthcare",),
    period: tuple[str, str] = ("2026-01-01", "2026-06-30"),
    as_of: str = "2026-07-15",
) -> Path:
    """Write an engagement folder and return it; TOML goes on in the section of the header."""
    place.mkdir(parents=True, exist_ok=True)
    text = HEADER.format(sectors=json.dumps(list(sectors)), start=period[0], end=period[1], as_of=as_of) + toml
    (place / "engagement.toml").write_text(text, encoding="utf-8")
    for relative, content in (files or {}).items():
        target = place / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


@cache
def assessed(starter: str) -> assessment.Assessment:
    """Return the assessment of a starter with few draws: once for all tests of a worker, for its tables are copies."""
    return assessment.open(starter, draws=200)


def headlines(findings: DataFrame[Findings], read: Tables) -> list[dict[str, Any]]:
    """Return every headline of a report as it is told: those of page one, and what else was found."""
    parts = (answers.findings(findings, read), answers.further(findings, read))
    return [item for part in parts for item in part.content["items"]]
