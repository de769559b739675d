"""engagement.toml: who the client is, which sectors and period, and where the data lies.

The file is read strictly. An unknown key, a wrong type or a missing key is an error that names the key and suggests
the one that was probably meant; all of them are told at once.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engineroom.errors import EngagementError, Problem, ReportError
from engineroom.readers import toml
from engineroom.readers.contract import (
    FILE,
    BenchmarkPacks,
    Cases,
    Events,
    File,
    Header,
    Parameters,
    Source,
    TableFiles,
    YesNo,
    is_inside,
    nearest,
    sectors,
    suggestion,
)
from engineroom.resources import folder

__all__ = [
    "FILE",
    "Cases",
    "Engagement",
    "Events",
    "Parameters",
    "Source",
    "TableFiles",
    "YesNo",
    "digest",
    "open",
    "sectors",
    "starters",
]


ID_LENGTH = 16


class Engagement(BaseModel):
    """One client's engagement seen through one of its sectors.

    Attributes
    ----------
    folder : Path
        Where the data lies.
    name : str
        Name of the folder, as far as every file system can hold it: the name of the output folder.
    sector : str
        The sector pack in use.
    """

    model_config = ConfigDict(frozen=True)

    folder: Path
    name: str
    sector: str
    header: Header
    tables: TableFiles
    benchmarks: BenchmarkPacks
    parameters: Parameters = Parameters()
    events: Events | None
    cases: Cases | None

    @property
    def id(self) -> str:
        """Return what tells this engagement from every other one, whatever their folders are called.

        It is stated in the file, as `engineroom new` writes it; else it follows from the folder's name and the client.
        """
        derived = hashlib.sha256(f"{self.name}\n{self.header.client}".encode()).hexdigest()[:ID_LENGTH]
        return self.header.id or derived

    @property
    def check_command(self) -> str:
        """Return what to type after a repair."""
        return _check_command(self.folder)

    def path(self, relative: str, *, allow_outside_folder: bool = False) -> Path:
        """Return a path named in the file, refused where it leaves the folder without saying that it may."""
        if allow_outside_folder or is_inside(self.folder, relative):
            return (self.folder / relative).resolve()
        problem = Problem(
            self.where,
            column=relative,
            rule="lies outside the engagement folder",
            cure="move it inside, or write allow_outside_folder = true beside it",
        )
        raise EngagementError([problem])

    @property
    def where(self) -> str:
        """Return the file as messages name it."""
        return f"{self.folder.name}/{FILE}"


def starters() -> list[str]:
    """Return the names of the bundled starter engagements, as `open` takes them."""
    return sorted(f"starter/{path.parent.name}" for path in folder("starters").glob(f"*/{FILE}"))


def open(engagement: str | Path, sector: str | None = None) -> Engagement:
    """Return the engagement in a folder, or a bundled starter (`starter/healthcare`), through one of its sectors.

    Without `sector` the first one is taken.
    """
    place = _locate(engagement)
    read = _read(place)
    chosen = sector or read.engagement.sectors[0]
    if chosen not in read.engagement.sectors:
        raise ReportError(
            f'{place.name} has no sector "{chosen}"; its sectors are: {", ".join(read.engagement.sectors)}'
        )
    return Engagement(
        folder=place,
        name=re.sub(r"[^\w.-]+", "-", place.name).strip(".-") or "engagement",
        sector=chosen,
        header=read.engagement,
        tables=read.tables,
        benchmarks=read.benchmarks,
        parameters=read.assessment,
        events=read.events,
        cases=read.cases,
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _locate(engagement: str | Path) -> Path:
    if str(engagement) in starters():
        return folder("starters") / str(engagement).removeprefix("starter/")
    place = Path(engagement).expanduser()
    place = place.parent if place.name == FILE else place
    try:
        if (place / FILE).is_file():
            return place.resolve()
    except OSError as error:
        raise EngagementError([Problem(str(engagement), rule=f"cannot be read ({error.strerror})")]) from None
    cure = "make one with: engineroom new FOLDER --sector NAME"
    rule = f"there is no {FILE} in this folder" if place.is_dir() else "there is no such folder"
    raise EngagementError([Problem(str(engagement), rule=rule, cure=cure)])


def _check_command(place: Path) -> str:
    here = Path.cwd()
    shown = str(place.relative_to(here) if place.is_relative_to(here) else place)
    quoted = f'"{shown}"' if " " in shown else shown
    return f"Correct the file and run: engineroom check {quoted}"


def _read(place: Path) -> File:
    where = f"{place.name}/{FILE}"
    repair = _check_command(place)
    try:
        raw = toml.read(place / FILE)
    except ValueError as error:
        raise EngagementError([Problem(where, rule=str(error))], repair) from None
    problems: list[Problem] = []
    if "events" in raw and "cases" in raw:
        problems.append(
            Problem(where, rule="[events] and [cases] are both given", cure="keep one: a log has one shape")
        )
    try:
        read = File.model_validate(raw, context={"folder": place})
    except ValidationError as error:
        faults = error.errors()
        misspelt = [("missing", _meant(fault)) for fault in faults if fault["type"] == "extra_forbidden"]
        problems += [_problem(where, fault) for fault in faults if (fault["type"], fault["loc"]) not in misspelt]
    if problems:
        raise EngagementError(problems, repair)
    return read


def _meant(fault: Any) -> tuple[str, ...]:
    """Return the key that an unknown one probably stands for: it is not missing as well."""
    *section, key = fault["loc"]
    return (*section, *nearest(key, _keys(section)))


NEEDED = {
    "string_type": "a text in quotes",
    "string_too_long": "one character",
    "string_pattern_mismatch": "a currency code",
    "tuple_type": "a list in square brackets",
    "dict_type": "a section",
    "model_type": "a section",
    "bool_type": "true or false",
    "time_type": "a time of day",
}
"""What a key asks for, by pydantic's name of the fault."""

DATES = ("as_of", "start", "end", "holidays")


def _problem(where: str, fault: Any) -> Problem:
    place, kind = [part for part in fault["loc"] if isinstance(part, str)], fault["type"]
    column = ".".join(place)
    cure = _example("opening" if "calendar" in place and place[-1] in ("start", "end") else place[-1])
    if kind == "extra_forbidden":
        return Problem(where, column=column, rule=f"unknown key{suggestion(place[-1], _keys(place[:-1]))}")
    if kind == "missing":
        return Problem(where, column=column, rule="is missing", cure=cure)
    if kind == "value_error":
        return Problem(where, column=column, rule=str(fault["ctx"]["error"]))
    if kind == "string_too_short":
        return Problem(where, column=column, rule="is blank", cure=cure)
    needed = "a date" if kind.startswith("date") else NEEDED.get(kind) or fault["msg"].removeprefix("Input should be ")
    shown = "what stands there" if place[-1] == "connection" else _shown(fault["input"])  # it may be the secret itself
    return Problem(where, column=column, rule=f"{shown} is not {needed}", cure=cure)


def _shown(given: Any) -> str:
    if isinstance(given, str):
        return f'"{given}"'
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, datetime):
        return f"{given:%Y-%m-%d %H:%M}"
    return "a list" if isinstance(given, list) else "a section" if isinstance(given, dict) else str(given)


def _keys(place: list[str]) -> list[str]:
    model: Any = File
    for part in place:
        inner = model.model_fields[part].annotation
        model = next((one for one in getattr(inner, "__args__", (inner,)) if isinstance(one, type)), inner)
    return list(model.model_fields) if hasattr(model, "model_fields") else []


def _example(key: str) -> str:
    return {
        "period": "write period = { start = 2026-01-01, end = 2026-06-30 }",
        "currency": 'write three capital letters, for example currency = "USD"',
        "sectors": f"choose among: {', '.join(sectors())}",
        "client": 'write the client\'s name, for example client = "Harbour General"',
        "engagement": "begin the file with [engagement], then client, sectors, period, currency and as_of",
        "opening": "write 09:00:00, without quotes",
        "days": 'write days = ["monday", "tuesday"]',
    }.get(key, "write a date without quotes, for example 2026-07-15" if key in DATES else "")
