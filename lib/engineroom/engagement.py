"""engagement.toml: who the client is, which sectors and period, and where the data lies.

The file is read strictly. An unknown key, a wrong type or a missing key is an error that names the key and suggests
the one that was probably meant; all of them are told at once.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StrictBool,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic import ValidationInfo as Info

from engineroom.errors import EngagementError, Problem, ReportError
from engineroom.resources import folder

FILE = "engagement.toml"


def sectors() -> list[str]:
    """Return the ids of the sector packs."""
    return sorted(path.stem for path in (folder("data") / "sectors").glob("*.toml"))


def _known_sector(sector: str) -> str:
    if sector not in sectors():
        raise ValueError(f'"{sector}" is unknown{_suggestion(sector, sectors())}')
    return sector


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f'"{zone}" is unknown{_suggestion(zone, available_timezones())}')
    return zone


def _each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f'"{twice[0]}" is named twice; keep one')
    return words


def _inside(relative: str, info: Info) -> str:
    allowed = info.data.get("allow_outside_folder")
    if info.context and not allowed and not _is_inside(info.context["folder"], relative):
        or_allow = "" if allowed is None else ", or write allow_outside_folder = true beside it"
        raise ValueError(f'"{relative}" lies outside the engagement folder; move it inside{or_allow}')
    return relative


def _is_inside(place: Path, relative: str) -> bool:
    return (place / relative).resolve().is_relative_to(place.resolve())


Day = Annotated[date, Strict()]
Words = tuple[StrictStr, ...]
OneCharacter = Annotated[StrictStr, Field(min_length=1, max_length=1)]
Sector = Annotated[StrictStr, AfterValidator(_known_sector)]
Zone = Annotated[StrictStr, AfterValidator(_known_zone)]
Inside = Annotated[StrictStr, AfterValidator(_inside)]


class Section(BaseModel):
    """A section of the file: frozen, and no key beyond those it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(Section):
    """First and last day of the assessment, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start})")
        return self


class Header(Section):
    """`[engagement]`: what every page of a report says about itself."""

    client: Annotated[StrictStr, Field(min_length=1)]
    sectors: Annotated[tuple[Sector, ...], Field(min_length=1), AfterValidator(_each_once)]
    period: Period
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    as_of: Day
    status: Literal["draft", "final"] = "draft"
    confidentiality: StrictStr = "Confidential"
    prepared_by: StrictStr = ""

    @field_validator("as_of")
    @classmethod
    def _is_closed(cls, as_of: date, info: Info) -> date:
        period = info.data.get("period")
        if period and period.end > as_of:
            raise ValueError(f"{as_of} is before the period ends ({period.end}); a period must be closed")
        return as_of


class TableFiles(Section):
    """`[tables]`: one workbook instead of `tables/<name>.csv`, and how its text is written."""

    workbook: Inside | None = None
    separator: OneCharacter | None = None
    decimal: Literal[".", ","] = "."
    encoding: StrictStr = "utf-8"


class BenchmarkPacks(Section):
    """`[benchmarks]`: a consultancy's own benchmark rows, in the columns of engineroom's."""

    allow_outside_folder: StrictBool = False  # stands before the paths it allows
    packs: Annotated[tuple[Inside, ...], AfterValidator(_each_once)] = ()


class Human(Section):
    """`[events.human]`: whose events are not human touches; a blank is unknown."""

    column: StrictStr
    automatic: Words


class Activities(Section):
    """A set of activities that means something: the case is closed, was reworked, held an error."""

    activities: Words


class Errors(Section):
    """`[events.error]`: activities that record a defect, and those that record an inspection."""

    activities: Words
    inspected: Words = ()


class Rework(Section):
    """`[events.rework]`: explicit rework steps, and whether a repeated activity counts as one."""

    activities: Words = ()
    repeats: StrictBool = False


class YesNo(Section):
    """A column of a record table that says yes or no in the client's words; anything else is unknown."""

    column: StrictStr
    yes: Words
    no: Words = ()


class Source(Section):
    """What `[events]` and `[cases]` share: a file, and how its text is written."""

    allow_outside_folder: StrictBool = False  # stands before the path it allows
    source: Inside
    timezone: Zone | None = None
    format: StrictStr | None = None
    separator: OneCharacter | None = None
    encoding: StrictStr | None = None
    decimal: Literal[".", ","] = "."
    missing: Words = ()
    filter: dict[str, Words] = {}
    workflow: StrictStr | None = None
    due: StrictStr | None = None
    cost: StrictStr | None = None


class Events(Source):
    """`[events]`: an event or transaction log, one row an event."""

    case: StrictStr
    activity: StrictStr
    completed: StrictStr
    started: StrictStr | None = None
    resource: StrictStr | None = None
    human: Human | None = None
    closed: Activities | None = None
    rework: Rework | None = None
    error: Errors | None = None


class Cases(Source):
    """`[cases]`: a record table, one row a case."""

    received: StrictStr
    completed: StrictStr
    case: StrictStr | None = None
    met: YesNo | None = None
    touches: StrictStr | None = None
    reworked: YesNo | None = None
    defective: YesNo | None = None


class File(Section):
    """The whole file."""

    engagement: Header
    tables: TableFiles = TableFiles()
    benchmarks: BenchmarkPacks = BenchmarkPacks()
    events: Events | None = None
    cases: Cases | None = None


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
    events: Events | None
    cases: Cases | None

    @property
    def check_command(self) -> str:
        """Return what to type after a repair."""
        return f"Correct the file and run: engineroom check {self.folder.name}"

    def path(self, relative: str, *, allow_outside_folder: bool = False) -> Path:
        """Return a path named in the file, refused where it leaves the folder without saying that it may."""
        if allow_outside_folder or _is_inside(self.folder, relative):
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
    if (place / FILE).is_file():
        return place.resolve()
    rule = f"there is no {FILE} in this folder" if place.is_dir() else "there is no such folder"
    raise EngagementError(
        [Problem(str(engagement), rule=rule, cure="make one with: engineroom new FOLDER --sector NAME")]
    )


def _read(place: Path) -> File:
    where = f"{place.name}/{FILE}"
    repair = f"Correct the file and run: engineroom check {place.name}"
    try:
        raw = tomllib.loads((place / FILE).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        problem = Problem(where, rule=f"byte {error.start} is not UTF-8", cure="save the file as UTF-8")
        raise EngagementError([problem], repair) from None
    except ValueError as error:
        raise EngagementError([Problem(where, rule=f"is not TOML: {error}")], repair) from None
    problems: list[Problem] = []
    if "events" in raw and "cases" in raw:
        problems.append(
            Problem(where, rule="[events] and [cases] are both given", cure="a log has one shape; keep one")
        )
    try:
        read = File.model_validate(raw, context={"folder": place})
    except ValidationError as error:
        problems += [_problem(where, fault) for fault in error.errors()]
    if problems:
        raise EngagementError(problems, repair)
    return read


NEEDED = {
    "string_type": "a text in quotes",
    "string_too_long": "one character",
    "string_pattern_mismatch": "a currency code",
    "tuple_type": "a list in square brackets",
    "dict_type": "a section",
    "model_type": "a section",
    "bool_type": "true or false",
}
"""What a key asks for, by pydantic's name of the fault."""


def _problem(where: str, fault: Any) -> Problem:
    place, kind = [part for part in fault["loc"] if isinstance(part, str)], fault["type"]
    column = ".".join(place)
    if kind == "extra_forbidden":
        return Problem(where, column=column, rule=f"unknown key{_suggestion(place[-1], _keys(place[:-1]))}")
    if kind == "missing":
        return Problem(where, column=column, rule="is missing", cure=_example(place[-1]))
    if kind == "value_error":
        return Problem(where, column=column, rule=str(fault["ctx"]["error"]))
    if kind in ("too_short", "string_too_short"):
        return Problem(where, column=column, rule="is blank", cure=_example(place[-1]))
    needed = "a date" if kind.startswith("date") else NEEDED.get(kind) or fault["msg"].removeprefix("Input should be ")
    return Problem(where, column=column, rule=f"{_shown(fault['input'])} is not {needed}", cure=_example(place[-1]))


def _shown(given: Any) -> str:
    if isinstance(given, str):
        return f'"{given}"'
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, datetime):
        return f"{given:%Y-%m-%d %H:%M}"
    return {list: "a list", dict: "a section"}.get(type(given)) or str(given)


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
    }.get(key, "write a date without quotes, for example 2026-07-15" if key in ("as_of", "start", "end") else "")


def _suggestion(word: str, among: Any) -> str:
    near = difflib.get_close_matches(word, list(among), 1)
    if near:
        return f'; did you mean "{near[0]}"?'
    known = sorted(among)
    return f"; there are: {', '.join(known)}" if 0 < len(known) <= 20 else ""
