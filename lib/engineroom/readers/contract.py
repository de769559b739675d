"""The sections and keys of engagement.toml: what each may hold, and which other key it must agree with.

A field's own check runs even where another field is at fault, so that one reading finds every fault.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, time
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
    ValidationInfo,
    field_validator,
    model_validator,
)

from engineroom import phrases
from engineroom.readers import cells
from engineroom.resources import folder

FILE = "engagement.toml"
LIKE = 0.65
"""How alike two words must be for one to be suggested for the other: 1 is the same word."""
LONGEST_LINE = 500
"""Letters of what stands in a line of every page."""
XES_KEYS = {"case": "case:concept:name", "activity": "concept:name", "completed": "time:timestamp"}
"""Where the standard extensions of XES keep what every event log has."""
NAMING = (
    "case",
    "activity",
    "completed",
    "started",
    "received",
    "workflow",
    "resource",
    "due",
    "cost",
    "exception",
    "touches",
)
"""Keys of a log that name a column."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def sectors() -> list[str]:
    """Return the ids of the sector packs."""
    return sorted(path.stem for path in (folder("data") / "sectors").glob("*.toml"))


def nearest(word: str, among: Iterable[str]) -> list[str]:
    """Return the word that was probably meant, if any."""
    return difflib.get_close_matches(word, list(among), 1, LIKE)


def suggestion(word: str, among: Collection[str]) -> str:
    """Return how a message goes on after a word that is unknown: the one probably meant, or all there are."""
    if near := nearest(word, among):
        return f'; did you mean "{near[0]}"?'
    known = sorted(among)
    return f"; there are: {', '.join(known)}" if 0 < len(known) <= 20 else ""


def _known_sector(sector: str) -> str:
    if sector not in sectors():
        raise ValueError(f'"{sector}" is unknown{suggestion(sector, sectors())}')
    return sector


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f'"{zone}" is unknown{suggestion(zone, available_timezones())}')
    return zone


def _known_weekday(day: str) -> str:
    if day not in WEEKDAYS:
        raise ValueError(f'"{day}" is unknown{suggestion(day, WEEKDAYS)}')
    return day


def _at_least_one(chosen: tuple[str, ...]) -> tuple[str, ...]:
    if not chosen:
        raise ValueError(f"is blank; choose among: {', '.join(sectors())}")
    return chosen


def _known_language(language: str) -> str:
    try:
        phrases.known(language)
    except ValueError as error:
        raise ValueError(f'"{language}" is not a language of the house; {error}') from None
    return language


def _each_once(words: tuple[Any, ...]) -> tuple[Any, ...]:
    twice = sorted({word for word in words if words.count(word) > 1})
    if twice:
        raise ValueError(f'"{twice[0]}" is named twice; keep one')
    return words


def _short_enough(text: str) -> str:
    if len(text) > LONGEST_LINE:
        raise ValueError(f"has {len(text):,} letters; write at most {LONGEST_LINE}")
    return text


def _inside(relative: str, info: ValidationInfo) -> str:
    allowed = info.data.get("allow_outside_folder")
    if info.context and not allowed and not is_inside(info.context["folder"], relative):
        or_allow = "" if allowed is None else ", or write allow_outside_folder = true beside it"
        raise ValueError(f'"{relative}" lies outside the engagement folder; move it inside{or_allow}')
    return relative


def _from_environment(reference: str) -> str:
    if not re.fullmatch(r"env:[A-Za-z_]\w*", reference):  # never shown: it may be the secret itself
        raise ValueError('names no variable of the environment; write connection = "env:CLAIMS_DB"')
    return reference


def _another_mark(thousands: str, info: ValidationInfo) -> str:
    if thousands == info.data.get("decimal"):
        raise ValueError(f'"{thousands}" is the mark before decimals; state another, or correct decimal')
    return thousands


def _plain_id(given: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,64}", given):
        raise ValueError("holds 1 to 64 letters, digits, points, hyphens and underscores")
    return given


def is_inside(place: Path, relative: str) -> bool:
    """Return whether a path named in the file stays in the folder, links followed."""
    return (place / relative).resolve().is_relative_to(place.resolve())


Day = Annotated[date, Strict()]
Clock = Annotated[time, Strict()]
Line = Annotated[StrictStr, AfterValidator(_short_enough)]
Words = tuple[StrictStr, ...]
Weekday = Annotated[StrictStr, AfterValidator(_known_weekday)]
Thousands = Annotated[Literal["", ",", ".", "'", " "], AfterValidator(_another_mark)]
OneCharacter = Annotated[StrictStr, Field(min_length=1, max_length=1)]
Sector = Annotated[StrictStr, AfterValidator(_known_sector)]
Zone = Annotated[StrictStr, AfterValidator(_known_zone)]
Inside = Annotated[StrictStr, AfterValidator(_inside)]
FromEnvironment = Annotated[StrictStr, AfterValidator(_from_environment)]


class Section(BaseModel):
    """A section of the file: frozen, and no key beyond those it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


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

    id: Annotated[StrictStr, AfterValidator(_plain_id)] = ""
    """what tells this engagement from every other one; engineroom new writes it"""
    client: Annotated[StrictStr, Field(min_length=1), AfterValidator(_short_enough)]
    sectors: Annotated[tuple[Sector, ...], AfterValidator(_at_least_one), AfterValidator(_each_once)]
    period: Period
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    as_of: Day
    status: Literal["draft", "final"] = "draft"
    confidentiality: Line = "Confidential"
    prepared_by: Line = ""
    language: Annotated[StrictStr, AfterValidator(_known_language)] = "en"
    allow_outside_folder: StrictBool = False  # stands before the path it allows
    brand: Inside | None = None

    @field_validator("as_of")
    @classmethod
    def _is_closed(cls, as_of: date, info: ValidationInfo) -> date:
        period = info.data.get("period")
        if period and period.end > as_of:
            raise ValueError(f"{as_of} is before the period ends ({period.end}); a period must be closed")
        return as_of


class Written(Section):
    """What `[tables]`, `[events]` and `[cases]` share: the marks of their numbers."""

    decimal: Literal[".", ","] = "."
    thousands: Thousands = ""

    @property
    def marks(self) -> cells.Marks:
        """Return them as the reader of cells takes them."""
        return cells.Marks(self.decimal, self.thousands)


class TableFiles(Written):
    """`[tables]`: one workbook instead of `tables/<name>.csv`, and how its text is written."""

    workbook: Inside | None = None
    separator: OneCharacter | None = None
    encoding: StrictStr = "utf-8"


class Judged(Section):
    """A benchmark row that the consultant left out, or whose age is accepted, and why."""

    id: Annotated[StrictStr, Field(min_length=1)]
    reason: Annotated[StrictStr, Field(min_length=1)]


class BenchmarkPacks(Section):
    """`[benchmarks]`: a consultancy's own benchmark rows, and what was decided about single ones."""

    allow_outside_folder: StrictBool = False  # stands before the paths it allows
    packs: Annotated[tuple[Inside, ...], AfterValidator(_each_once)] = ()
    exclude: tuple[Judged, ...] = ()
    """rows that nothing is compared with"""
    accept: tuple[Judged, ...] = ()
    """rows that may be older than their shelf life: they stay marked and price nothing"""


class Parameters(Section):
    """`[assessment]`: what changes figures, the same for every report of the client."""

    line: Literal["leading", "typical"] = "leading"
    """leading: targets, top quartiles and best in class; typical: medians and means of peers"""
    changed: Day | None = None
    """day of a change, such as the go-live of a bot: before and after are compared"""
    discount_rate: Annotated[float, Field(ge=0, le=1)] = 0.10
    """what a year of waiting costs, as a share"""
    years: Annotated[int, Field(ge=1, le=30)] = 5
    """how many years a business case counts"""
    draws: Annotated[int, Field(ge=100, le=10_000_000)] = 100_000
    """draws of the assumptions of a business case"""
    seed: int = 1
    """the same seed gives the same draws"""
    objective: Literal["benefit", "finish"] = "benefit"
    """benefit: most money over the weeks of the plan; finish: the earliest end"""
    weeks: Annotated[int, Field(ge=1, le=520)] = 104
    """how far the plan may run"""
    effort: Annotated[float, Field(gt=0, le=600)] = 20.0
    """how long the best plan is searched for, in seconds of a usual laptop; the same result on any machine"""
    pilots_at_once: Annotated[int, Field(ge=0, le=100)] = 3
    """pilots that may run at the same time"""
    least_busy: Annotated[float, Field(ge=0, le=1)] = 0.7
    """utilisation below which hours go where nobody looks"""
    most_busy: Annotated[float, Field(ge=0, le=1)] = 0.85
    """utilisation above which queues grow fast"""


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


class Calendar(Section):
    """`[events.calendar]`, `[cases.calendar]`: when work is done; durations count that time and no other."""

    days: Annotated[tuple[Weekday, ...], AfterValidator(_each_once)]
    start: Clock
    end: Clock  # 00:00:00 is the end of the day
    timezone: Zone | None = None
    holidays: Annotated[tuple[Day, ...], AfterValidator(_each_once)] = ()

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if not self.days:
            raise ValueError('names no day; write days = ["monday", "tuesday"], or leave the calendar out')
        if self.end <= self.start and self.end != time.min:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start}); a day ends at 00:00:00 at the latest")
        return self


class Lifecycle(Section):
    """`[events.lifecycle]`: which rows begin a piece of work and which complete it, and what tells the pieces apart."""

    column: StrictStr = "lifecycle:transition"
    start: Words = ("start",)
    complete: Words = ("complete",)
    instance: StrictStr | None = None


class YesNo(Section):
    """A column of a record table that says yes or no in the client's words, and what a blank means there."""

    column: StrictStr
    yes: Words
    no: Words = ()
    blank: Literal["unknown", "yes", "no"] = "unknown"

    @model_validator(mode="after")
    def _has_both_sides(self) -> Self:
        said = {"yes": bool(self.yes), "no": bool(self.no), self.blank: True}
        if lacking := [side for side in ("yes", "no") if not said[side]]:
            raise ValueError(f'no word means {lacking[0]}; write {lacking[0]} = ["..."], or blank = "{lacking[0]}"')
        return self


class Source(Written):
    """What `[events]` and `[cases]` share: a file or a table of a warehouse, and how its text is written."""

    allow_outside_folder: StrictBool = False  # stands before the path it allows
    source: Inside | None = None
    connection: FromEnvironment | None = None
    table: StrictStr | None = None
    sheet: StrictStr | None = None
    timezone: Zone | None = None
    format: StrictStr | None = None
    separator: OneCharacter | None = None
    encoding: StrictStr | None = None
    missing: Words = ()
    filter: dict[str, Words] = {}
    may_be_absent: Words = ()
    """words of this section that need not occur in the log"""
    oldest: Day | None = None
    """no time before this day is believed"""
    workflow: StrictStr | None = None
    due: StrictStr | None = None
    cost: StrictStr | None = None
    calendar: Calendar | None = None

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield each key that names a column of the log, with the column."""
        for name in NAMING:
            if column := getattr(self, name, None):
                yield name, column
        for name in ("human", "met", "reworked", "defective"):
            if told := getattr(self, name, None):
                yield f"{name}.column", told.column
        if cycle := getattr(self, "lifecycle", None):
            yield "lifecycle.column", cycle.column
            if cycle.instance:
                yield "lifecycle.instance", cycle.instance
        for column in self.filter:
            yield f"filter.{column}", column

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        if self.source is None and self.connection is None:
            raise ValueError('names no log; write source = "data/log.csv", or connection and table')
        if (self.source is None) == (self.connection is None):
            raise ValueError("names a file and a warehouse; keep source, or connection and table")
        if (self.connection is None) != (self.table is None):
            raise ValueError("connection and table belong together; state both")
        return self


class Events(Source):
    """`[events]`: an event or transaction log, one row an event; XES names its own columns."""

    @model_validator(mode="before")
    @classmethod
    def _standard_keys_of_xes(cls, given: Any) -> Any:
        is_xes = isinstance(given, dict) and str(given.get("source", "")).lower().endswith((".xes", ".xes.gz"))
        return XES_KEYS | given if is_xes else given

    case: StrictStr
    activity: StrictStr
    completed: StrictStr
    started: StrictStr | None = None
    resource: StrictStr | None = None
    exception: StrictStr | None = None
    human: Human | None = None
    closed: Activities | None = None
    rework: Rework | None = None
    error: Errors | None = None
    lifecycle: Lifecycle | None = None

    @model_validator(mode="after")
    def _is_timed_once(self) -> Self:
        if self.lifecycle and self.started:
            raise ValueError("started and lifecycle both say when work began; keep one")
        if self.lifecycle and self.lifecycle.column in self.filter:
            raise ValueError(f'filter keeps some of "{self.lifecycle.column}", which lifecycle pairs; take it out')
        return self


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
    assessment: Parameters = Parameters()
    events: Events | None = None
    cases: Cases | None = None
