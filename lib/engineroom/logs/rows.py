"""Give the rows of a log their meaning: which column is the case, the activity, the times; what could not be read.

Nothing is computed here: these are Ibis expressions, evaluated where the log lies when a check or a figure asks.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import ibis

from engineroom.errors import Problem
from engineroom.logs import engines
from engineroom.logs.engines import NAIVE
from engineroom.logs.files import FILE, ROW
from engineroom.logs.hours import Window
from engineroom.readers import cells
from engineroom.readers.engagement import Cases, Events, Source, YesNo

NO_CLOCK = rf"[ T]00:00(:00([.,]0+)?)?({cells.OFFSET[:-1]})?$"
DATE_LENGTH = len("2026-01-31")
TIDY = "this_row_is_tidy"
LIFECYCLE = "lifecycle:transition"
LARGEST_COST = 1e12
TIMES = ("completed", "started", "received", "due")


def is_text(spec: Source) -> bool:
    """Return whether every cell of the log is a text, to be read once; Parquet and databases have types."""
    return str(spec.source).lower().removesuffix(".gz").endswith((".csv", ".xlsx", ".xes"))


def faults(raw: ibis.Table, spec: Source, where: str) -> Iterator[Problem]:
    """Yield the columns that engagement.toml names and the log has not, or has in a form that no engine can read."""
    there = [column for column in raw.columns if column not in (ROW, FILE)]
    for name, column in spec.named():
        if column not in there:
            near = difflib.get_close_matches(column, there, 1)
            known = f'did you mean "{near[0]}"?' if near else f"it has: {', '.join(there[:25])}"
            yield Problem(where, 1, column, f"the file has no such column, but {name} names it", known)
        elif spec.connection and name in TIMES and not raw[column].type().is_temporal():
            yield Problem(where, 0, column, "is not a time in the database", "name a view that casts it to a timestamp")
        elif spec.connection and name in ("cost", "touches") and not raw[column].type().is_numeric():
            yield Problem(where, 0, column, "is not a number in the database", "name a view that casts it to a number")


def tidied(raw: ibis.Table, spec: Source) -> ibis.Table:
    """Return the rows that the filter keeps, without blanks at the ends of their texts; a text of blanks is none."""
    raw = _kept(raw, spec)
    return raw.mutate(**{column: _tidied(raw[column], spec) for column in _texts(raw, spec)})


def marked(raw: ibis.Table, spec: Source) -> ibis.Table:
    """Return the rows that the filter keeps as they lie in DuckDB, with a mark whether `tidied` would leave them so.

    Taking blanks off is dear, and most logs need none of it.
    """
    raw = _kept(raw, spec)
    # DuckDB orders by bytes: what comes before "!" is empty or begins with a blank
    tidy = [raw[name].isnull() | ((raw[name] >= "!") & ~raw[name].endswith(" ")) for name in _texts(raw, spec)]
    return raw.mutate(**{TIDY: ibis.and_(*tidy)})


def typed(raw: ibis.Table, spec: Source, window: Window) -> ibis.Table:
    """Return rows that are `tidied` or `marked` with their meaning; `*_readable` says which could be read."""
    cost, due = _amount(raw, spec.cost, spec), _instant(raw, spec.due, spec)
    cost_fits = cost.abs() < LARGEST_COST
    shared = {
        "row": raw[ROW] if ROW in raw.columns else ibis.null("int64"),
        "file": raw[FILE] if FILE in raw.columns else ibis.null("string"),
        "workflow": _text(raw, spec.workflow, spec),
        "due": due,
        "due_is_date": due.notnull() & _is_date(raw, spec.due, spec) if spec.due else ibis.literal(False),
        "due_at_midnight": due.notnull() & _is_whole_day(raw, spec.due, spec) if spec.due else ibis.literal(False),
        "due_readable": due.notnull() | _is_blank(raw, spec.due, spec),
        "cost": ibis.ifelse(cost_fits, cost, None),
        "cost_readable": cost_fits.fill_null(False) | _is_blank(raw, spec.cost, spec),
    }
    texts = [column for name, column in spec.named() if name not in (*TIMES, "cost", "touches")]
    errors = [_text(raw, column, spec).isin(cells.SPREADSHEET_ERRORS).fill_null(False) for column in texts]
    shared["has_error"] = ibis.or_(*errors) if errors else ibis.literal(False)
    shared["is_tidy"] = raw[TIDY] if TIDY in raw.columns else ibis.literal(True)
    case = _text(raw, spec.case, spec)  # type: ignore[attr-defined]
    shared["is_shortened"] = case.re_search(cells.SHORTENED).fill_null(False)
    own = _event_columns(raw, spec) if isinstance(spec, Events) else _case_columns(raw, spec)  # type: ignore[arg-type]
    said = {name: _text(raw, column, spec) for name, column in _answers(spec)}
    table = raw.select(**shared, **own, **said)
    return table.mutate(is_plausible=_within(table.completed, window) & _within(table.received, window))


def _event_columns(raw: ibis.Table, spec: Events) -> dict[str, Any]:
    completed = _instant(raw, spec.completed, spec)
    started = _instant(raw, spec.started, spec)
    unstarted = _is_blank(raw, spec.started, spec) if spec.started else ibis.literal(False)
    actor = _text(raw, spec.human.column if spec.human else None, spec)
    return _life_cycle(raw, spec) | {
        "case_id": _text(raw, spec.case, spec),
        "activity": _text(raw, spec.activity, spec),
        "completed": completed,
        "completed_readable": completed.notnull(),
        "time_is_blank": _is_blank(raw, spec.completed, spec),
        "received": ibis.coalesce(started, completed) if spec.started else completed,
        "received_readable": (started if spec.started else completed).notnull() | unstarted,
        "is_timed": (started <= completed).fill_null(False) if spec.started else ibis.literal(False),
        "actor": actor,
        "is_human": ~actor.isin(list(spec.human.automatic)) if spec.human else ibis.null("boolean"),
        "resource": _text(raw, spec.resource or (spec.human.column if spec.human else None), spec),
        "exception": _text(raw, spec.exception, spec),
        "has_offset": _has_offset(raw, spec.completed, spec),
        "is_whole_day": _is_whole_day(raw, spec.completed, spec),
    }


def _life_cycle(raw: ibis.Table, spec: Events) -> dict[str, Any]:
    """Return which step of a life cycle a row is: `is_transition` where it is none that counts."""
    if spec.lifecycle is None:
        step = _text(raw, LIFECYCLE if LIFECYCLE in raw.columns else None, spec).lower()
        is_other = (step != "complete").fill_null(False) if LIFECYCLE not in spec.filter else ibis.literal(False)
        return {"is_transition": is_other, "is_completion": (step == "complete").fill_null(False)}
    step = _text(raw, spec.lifecycle.column, spec).lower().fill_null("")
    starts, ends = (
        step.isin([word.lower() for word in words]) for words in (spec.lifecycle.start, spec.lifecycle.complete)
    )
    return {
        "is_start": starts,
        "is_completion": ends,
        "transition": step,
        "instance": _text(raw, spec.lifecycle.instance, spec),
        "is_transition": ~(starts | ends),
    }


def _case_columns(raw: ibis.Table, spec: Cases) -> dict[str, Any]:
    received, completed = _instant(raw, spec.received, spec), _instant(raw, spec.completed, spec)
    numbered = raw[ROW].cast("string") if ROW in raw.columns else ibis.null("string")
    return {
        "case_id": _text(raw, spec.case, spec) if spec.case else numbered,
        "received": received,
        "received_readable": received.notnull(),
        "time_is_blank": _is_blank(raw, spec.received, spec),
        "completed": completed,
        "completed_readable": completed.notnull() | _is_blank(raw, spec.completed, spec),
        "touches": (touches := _amount(raw, spec.touches, spec)),
        "touches_readable": touches.notnull() | _is_blank(raw, spec.touches, spec),
        "is_met": _answer(raw, spec.met, spec),
        "is_reworked": _answer(raw, spec.reworked, spec),
        "is_defective": _answer(raw, spec.defective, spec),
        "not_understood": _not_understood(raw, spec),
        "has_offset": _has_offset(raw, spec.received, spec),
        "is_whole_day": _is_whole_day(raw, spec.received, spec),
    }


def _answers(spec: Source) -> list[tuple[str, str]]:
    """Return the texts that are kept beside their meaning, to be held against the words of engagement.toml."""
    answered = [name for name in ("met", "reworked", "defective") if getattr(spec, name, None)]
    words = [(f"said_{name}", getattr(spec, name).column) for name in answered]
    return words + [(f"kept_{place}", column) for place, column in enumerate(spec.filter)]


def _not_understood(raw: ibis.Table, spec: Cases) -> Any:
    """Return whether a row gives an answer that is neither yes nor no, nor a blank."""
    told = [one for one in (spec.met, spec.reworked, spec.defective) if one]
    odd = [_answer(raw, one, spec).isnull() & _text(raw, one.column, spec).notnull() for one in told]
    return ibis.or_(*odd) if odd else ibis.literal(False)


def due_until_end(rows: ibis.Table, is_day: Any, spec: Source) -> ibis.Table:
    """Return rows whose due days last until their last microsecond, on the clock of the calendar or of the log."""
    zone, engine = (spec.calendar and spec.calendar.timezone) or spec.timezone or "UTC", rows.get_backend().name
    clock = engines.clock_of_utc(rows.due, zone, engine).truncate("D").cast(NAIVE)
    end = engines.utc_of_clock(clock + ibis.interval(days=1), zone, engine) - ibis.interval(microseconds=1)
    return rows.mutate(due=ibis.ifelse(is_day, end, rows.due))


def _is_date(raw: ibis.Table, column: str, spec: Source) -> Any:
    """Return whether a time is a mere date by the way it is written."""
    kind = raw[column].type()
    if kind.is_string() and not spec.format:
        return (_text(raw, column, spec).length() <= DATE_LENGTH).fill_null(False)
    return ibis.literal(kind.is_date() or bool(spec.format and not any(sign in spec.format for sign in ("%H", "%I"))))


def _within(time: Any, window: Window) -> Any:
    """Return whether a time can be true; one that is absent can."""
    earliest, latest = (ibis.literal(edge, NAIVE) for edge in (window.earliest, window.latest))
    return ((time >= earliest) & (time < latest)).fill_null(True)


def _text(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    if column is None:
        return ibis.null("string")
    said = raw[column].cast("string")
    return ibis.ifelse(said.isin(list(spec.missing)), None, said) if spec.missing else said


def _kept(raw: ibis.Table, spec: Source) -> ibis.Table:
    for column, values in spec.filter.items():
        raw = raw.filter(raw[column].cast("string").isin(list(values)))
    return raw


def _texts(raw: ibis.Table, spec: Source) -> list[str]:
    """Return the columns in use that hold texts."""
    used = {column for _name, column in spec.named()} | {LIFECYCLE}
    return sorted(column for column in used & set(raw.columns) if raw[column].type().is_string())


def _tidied(said: Any, spec: Source) -> Any:
    padded = said.startswith(" ") | said.endswith(" ")  # stripping is dear, and few texts need it
    return (said.strip() if is_text(spec) else ibis.ifelse(padded, said.strip(), said)).nullif("")


def _is_blank(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    if column is None:
        return ibis.literal(True)
    return _text(raw, column, spec).isnull() if raw[column].type().is_string() else raw[column].isnull()


def _instant(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    """Return a column of times as naive UTC, NULL where it cannot be read."""
    if column is None:
        return ibis.null(NAIVE)
    zone, kind, engine = spec.timezone or "UTC", raw[column].type(), raw.get_backend().name
    if kind.is_timestamp() and kind.timezone:
        return engines.utc_of_instant(raw[column], engine)
    if kind.is_timestamp() or kind.is_date():
        return engines.utc_of_clock(raw[column], zone, engine)
    said = _text(raw, column, spec)
    if spec.format:
        read = engines.try_strptime(said, spec.format)  # with %z DuckDB returns UTC
        return read if "%z" in spec.format else engines.utc_of_clock(read, zone, engine)
    naive = engines.utc_of_clock(
        ibis.coalesce(said.try_cast(NAIVE), said.replace(",", ".").try_cast(NAIVE)), zone, engine
    )
    instant = engines.utc_of_instant(
        ibis.coalesce(*(one.try_cast(engines.AWARE) for one in _with_offset(said))), engine
    )
    return ibis.ifelse(_has_offset(raw, column, spec), instant, naive)


def _with_offset(said: Any) -> tuple[Any, Any]:
    """Return a time with its offset as it stands, and as DuckDB reads it: with seconds, and no word for UTC."""
    plain = said.re_replace(" ?(Z|z|UTC|utc|GMT)$", "+00").re_replace(" ([+-])", r"\1").replace(",", ".")
    return said, plain.re_replace("([ T][0-9]{2}:[0-9]{2})([+-])", r"\1:00\2")


def _has_offset(raw: ibis.Table, column: str, spec: Source) -> Any:
    if not raw[column].type().is_string() or spec.format:
        return ibis.literal(False)
    said = _text(raw, column, spec)
    return ((said.length() > DATE_LENGTH) & said.re_search(cells.OFFSET)).fill_null(False)


def _is_whole_day(raw: ibis.Table, column: str, spec: Source) -> Any:
    """Return whether a time is a mere date, or midnight on the clock it was written by."""
    kind, engine = raw[column].type(), raw.get_backend().name
    if kind.is_date() or (kind.is_string() and spec.format and not any(sign in spec.format for sign in ("%H", "%I"))):
        return ibis.literal(True)
    if kind.is_string() and not spec.format:
        said = _text(raw, column, spec)
        return ((said.length() <= DATE_LENGTH) | said.re_search(NO_CLOCK)).fill_null(False)
    if kind.is_timestamp() and not kind.timezone:
        clock = raw[column].cast(NAIVE)
    else:
        clock = engines.clock_of_utc(_instant(raw, column, spec), spec.timezone or "UTC", engine)
    return ((clock.hour() == 0) & (clock.minute() == 0) & (clock.second() == 0)).fill_null(False)


def _amount(raw: ibis.Table, column: str | None, spec: Source) -> Any:
    if column is None:
        return ibis.null("float64")
    if raw[column].type().is_numeric():
        return raw[column].cast("float64")
    said = _text(raw, column, spec)
    marks = spec.marks
    plain = said.re_replace(marks.between, "") if marks.thousands else said
    plain = plain.replace(marks.decimal, ".")
    return ibis.ifelse(said.re_search(f"^({marks.form})$"), plain.try_cast("float64"), None)


def _answer(raw: ibis.Table, told: YesNo | None, spec: Source) -> Any:
    if told is None:
        return ibis.null("boolean")
    said = _text(raw, told.column, spec)
    answers = [(said.isin(list(told.yes)), True), (said.isin(list(told.no)), False)]
    if told.blank != "unknown":
        answers.append((said.isnull(), told.blank == "yes"))
    return ibis.cases(*answers)
