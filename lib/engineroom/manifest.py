"""What made a report: versions, and the SHA-256 of every input, template and output."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engineroom import __version__
from engineroom.engagement import FILE, Engagement, digest
from engineroom.resources import folder

SCHEMA = 1
NAME = "manifest.json"
LIBRARIES = (
    "altair",
    "duckdb",
    "ibis-framework",
    "nbconvert",
    "pandas",
    "pandera",
    "papermill",
    "scipy",
    "statsmodels",
    "typst",
    "vl-convert-python",
)


def record(
    engagement: Engagement, report: str, parameters: dict[str, Any], outputs: list[Path], place: Path
) -> dict[str, Any]:
    """Return the manifest of an engagement after one more report, keeping what it says of the others.

    `place` is the engagement's output folder; paths inside are relative to it. Holds no clock, user or machine: the
    same input makes the same manifest.
    """
    before = _read(place / NAME)
    key = f"{engagement.sector}/{report}"
    reports = before.get("reports", {}) | {
        key: {"parameters": parameters, "notebook": digest(folder("notebooks") / f"{report}.ipynb")}
    }
    kept = {
        path: sha
        for path, sha in before.get("outputs", {}).items()
        if (place / path).is_file() and not path.startswith((f"{key}.", f"{key}.tables/"))
    }
    return {
        "schema": SCHEMA,
        "engagement": engagement.name,
        "status": engagement.header.status,
        "as_of": f"{engagement.header.as_of}",
        "engineroom": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "inputs": inputs(engagement),
        "reference_data": _hashes(folder("data"), "*"),
        "templates": _hashes(folder("templates"), "*"),
        "reports": dict(sorted(reports.items())),
        "outputs": dict(
            sorted((kept | {path.relative_to(place).as_posix(): digest(path) for path in outputs}).items())
        ),
    }


def inputs(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of every file of the engagement that a report can depend on."""
    place = engagement.folder
    files = [place / FILE, *sorted((place / "tables").glob("*.csv"))]
    if engagement.tables.workbook:
        files.append(engagement.path(engagement.tables.workbook))
    log = engagement.events or engagement.cases
    if log:
        source = engagement.path(log.source.rstrip("/*"), allow_outside_folder=log.allow_outside_folder)
        files += sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    for pack in engagement.benchmarks.packs:
        files.append(engagement.path(pack, allow_outside_folder=engagement.benchmarks.allow_outside_folder))
    inside = place.resolve()
    named = {
        file.relative_to(inside).as_posix() if file.is_relative_to(inside) else file.name: file
        for file in files
        if file.is_file()
    }
    return {name: digest(file) for name, file in sorted(named.items())}


def dumps(manifest: dict[str, Any]) -> bytes:
    """Return a manifest as the bytes of its file."""
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return read if read.get("schema") == SCHEMA else {}


def _hashes(place: Path, pattern: str) -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): digest(path)
        for path in sorted(place.rglob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }
