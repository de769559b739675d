"""What figures are made from: the client's files, the settings, the code, the reference data and the libraries."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engineroom.logs import files
from engineroom.readers import sheets
from engineroom.readers.engagement import Engagement, Parameters, digest
from engineroom.resources import folder

PRESENTATION = {"id", "client", "status", "confidentiality", "prepared_by", "language", "allow_outside_folder", "brand"}
"""Keys of `[engagement]` that change pages and no figure."""

CODE = ("dictionary", "readers", "logs", "measures", "planning", "organisation", "findings", "*.py")
"""Where figures are computed: packages, and the modules beside them. What only tells is not among them."""

LIBRARIES = (
    "duckdb ibis-framework numpy openpyxl ortools pandas pandera pyarrow python-calamine scipy sqlglot statsmodels"
)
SETTLED = 2.0
"""Seconds after its last change from which a file that keeps time and size is taken to keep its bytes."""


def inputs(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of every file of the engagement that a figure can depend on, by its name in the folder.

    `engagement.toml` is not among them: its settings count, not its bytes.
    """
    paths = [] if engagement.tables.workbook else sheets.csv_files(engagement)
    if engagement.tables.workbook:
        paths.append(engagement.path(engagement.tables.workbook))
    log = engagement.events or engagement.cases
    if log and log.source:
        paths += files.parts(engagement, log)
    outside = engagement.benchmarks.allow_outside_folder
    paths += [engagement.path(pack, allow_outside_folder=outside) for pack in engagement.benchmarks.packs]
    return hashed(engagement, paths)


def hashed(engagement: Engagement, paths: list[Path]) -> dict[str, str]:
    """Return the SHA-256 of files, by their names in the engagement's folder; those that are not there are left out."""
    inside = engagement.folder.resolve()
    named = {
        file.relative_to(inside).as_posix() if file.is_relative_to(inside) else file.name: file
        for file in paths
        if file.is_file()
    }
    return {name: _digest(file) for name, file in sorted(named.items())}


def parts(engagement: Engagement, parameters: Parameters, digests: dict[str, str]) -> dict[str, str]:
    """Return what an assessment is made from, by part: the same hashes mean the same figures."""
    settings = {
        "engagement": engagement.header.model_dump(mode="json", exclude=PRESENTATION),
        "sector": engagement.sector,
        **engagement.model_dump(mode="json", include={"tables", "benchmarks", "events", "cases"}),
    }
    made_from = {"inputs": digests, "settings": settings, "parameters": parameters.model_dump(mode="json")}
    return {name: fingerprint(part) for name, part in (made_from | _installed()).items()}


def fingerprint(part: Any) -> str:
    """Return the SHA-256 of plain data."""
    return hashlib.sha256(json.dumps(part, sort_keys=True, default=str).encode()).hexdigest()


@cache
def hashes(place: Path, pattern: str = "*") -> dict[str, str]:
    """Return the SHA-256 of the files in a folder that ships with engineroom."""
    return {
        path.relative_to(place).as_posix(): digest(path)
        for path in sorted(place.rglob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }


@cache
def _installed() -> dict[str, Any]:
    package = folder("data").parent
    code = [sorted(package.glob(name if name.endswith(".py") else f"{name}/*.py")) for name in CODE]
    return {
        "code": {path.relative_to(package).as_posix(): digest(path) for paths in code for path in paths},
        "reference data": hashes(folder("data")),
        "libraries": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES.split()},
    }


_KNOWN: dict[tuple[str, int, int, int], str] = {}


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, read once while it stays as it is: six reports of one client share its log."""
    state = path.stat()
    key = (str(path), state.st_ino, state.st_size, state.st_mtime_ns)
    if key not in _KNOWN:
        read = digest(path)
        if time.time() - state.st_mtime < SETTLED:
            return read
        _KNOWN[key] = read
    return _KNOWN[key]
