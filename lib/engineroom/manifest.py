"""What made a report: versions, and the SHA-256 of every input, template and output; and whether that still holds."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engineroom import __version__, brand, logfile
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

Manifest = dict[str, Any]


def record(
    engagement: Engagement, report: str, parameters: dict[str, Any], outputs: list[Path], place: Path
) -> Manifest:
    """Return the manifest of an engagement after one more report, keeping what it says of the others.

    `place` is the engagement's output folder; paths inside are relative to it. Holds no clock, user or machine: the
    same input makes the same manifest.
    """
    before = read(place)
    name = f"{engagement.sector}/{report}"
    made = {"parameters": parameters, "made_from": made_from(engagement, report, parameters)}
    kept = {
        path: sha
        for path, sha in before.get("outputs", {}).items()
        if (place / path).is_file() and not path.startswith((f"{name}.", f"{name}.tables/"))
    }
    new = {path.relative_to(place).as_posix(): digest(path) for path in outputs}
    return {
        "schema": SCHEMA,
        "engagement": engagement.name,
        "status": engagement.header.status,
        "as_of": f"{engagement.header.as_of}",
        "engineroom": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "inputs": inputs(engagement),
        "reference_data": _hashes(folder("data")),
        "templates": _hashes(folder("templates")),
        "reports": dict(sorted((before.get("reports", {}) | {name: made}).items())),
        "outputs": dict(sorted((kept | new).items())),
    }


def made_from(engagement: Engagement, report: str, parameters: dict[str, Any]) -> str:
    """Return one hash of everything a report depends on: inputs, notebook, templates, code, libraries, parameters."""
    parts = {
        "inputs": inputs(engagement),
        "sector": engagement.sector,
        "notebook": digest(folder("notebooks") / f"{report}.ipynb"),
        "templates": _hashes(folder("templates")),
        "library": _hashes(folder("data").parent, "*.py") | _hashes(folder("data")),
        "libraries": {name: version(name) for name in LIBRARIES},
        "parameters": parameters,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def is_current(
    engagement: Engagement, report: str, parameters: dict[str, Any], formats: tuple[str, ...], place: Path
) -> bool:
    """Return whether a report stands in `place` as this very input would make it again.

    Never, where the log lies in a database: its rows may have changed without a word.
    """
    log = engagement.events or engagement.cases
    if log and log.connection:
        return False
    said = read(place)
    name = f"{engagement.sector}/{report}"
    if said.get("reports", {}).get(name, {}).get("made_from") != made_from(engagement, report, parameters):
        return False
    mine = {path: sha for path, sha in said["outputs"].items() if path.startswith((f"{name}.", f"{name}.tables/"))}
    wanted = {f"{name}.{kind}" for kind in formats}
    return wanted <= set(mine) and all((place / path).is_file() and digest(place / path) == mine[path] for path in mine)


def files(place: Path, sector: str, report: str) -> list[Path]:
    """Return the files of one report that the manifest names."""
    return [place / path for path in read(place)["outputs"] if path.startswith(f"{sector}/{report}.")]


def differences(place: Path) -> list[str]:
    """Return what differs between an engagement's output folder and its manifest, as sentences."""
    said = read(place)
    if not said:
        return [f"{place.name}: there is no {NAME} that can be read"]
    found = []
    for path, sha in said["outputs"].items():
        if not (place / path).is_file():
            found.append(f"{place.name}/{path}: is missing")
        elif digest(place / path) != sha:
            found.append(f"{place.name}/{path}: is not the file that was made")
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    strangers = sorted(there - set(said["outputs"]) - {NAME})
    return found + [f"{place.name}/{path}: was not made here" for path in strangers]


def inputs(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of every file of the engagement that a report can depend on."""
    place = engagement.folder
    files = [place / FILE, *sorted((place / "tables").glob("*.csv")), *sorted((place / "commentary").glob("*.md"))]
    if engagement.tables.workbook:
        files.append(engagement.path(engagement.tables.workbook))
    log = engagement.events or engagement.cases
    if log and log.source:
        files += logfile.parts(engagement, log)
    header = engagement.header
    if header.brand:
        files += brand.files(engagement.path(header.brand, allow_outside_folder=header.allow_outside_folder))
    for pack in engagement.benchmarks.packs:
        files.append(engagement.path(pack, allow_outside_folder=engagement.benchmarks.allow_outside_folder))
    inside = place.resolve()
    named = {
        file.relative_to(inside).as_posix() if file.is_relative_to(inside) else file.name: file
        for file in files
        if file.is_file()
    }
    return {name: digest(file) for name, file in sorted(named.items())}


def read(place: Path) -> Manifest:
    """Return the manifest in a folder; empty where there is none, or none of this schema."""
    try:
        said = json.loads((place / NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) and said.get("schema") == SCHEMA else {}


def dumps(manifest: Manifest) -> bytes:
    """Return a manifest as the bytes of its file."""
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _hashes(place: Path, pattern: str = "*") -> dict[str, str]:
    return {
        path.relative_to(place).as_posix(): digest(path)
        for path in sorted(place.rglob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }
