"""Hold every word of engagement.toml that a log should contain against the log: a word that never occurs is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import ibis
from ibis import _

from engineroom.errors import Problem
from engineroom.readers.contract import nearest
from engineroom.readers.engagement import Events, Source

MOST_NAMES = 10_000
"""Names of a column among which the one that was probably meant is looked for."""


class Named(NamedTuple):
    """Words that a key of engagement.toml says a column contains.

    `column` is the client's; `typed` is that column, or what is kept of it, in the rows of `rows.typed`.
    """

    key: str
    column: str
    typed: str
    words: tuple[str, ...]
    in_any_case: bool = False


def unheld(rows: ibis.Table, raw: ibis.Table, spec: Source, where: str) -> list[Problem]:
    """Return a problem for each word that no row contains, with the nearest word that one does."""
    problems = []
    for named in (one for one in _named(spec) if one.words):
        said = rows[named.typed].lower() if named.in_any_case else rows[named.typed]
        held = rows.filter(said.isin([_form(word, named) for word in named.words])).select(said=said).distinct()
        known = set(held.execute()["said"])
        lacking = [word for word in named.words if _form(word, named) not in known | set(spec.may_be_absent)]
        if lacking:
            names = _names(raw, named.column)
            problems += [_problem(word, names, named, where) for word in lacking]
    return problems


def _named(spec: Source) -> Iterator[Named]:
    if isinstance(spec, Events):
        for key in ("closed", "rework", "error"):
            if told := getattr(spec, key):
                yield Named(f"{key}.activities", spec.activity, "activity", told.activities)
        if spec.error:
            yield Named("error.inspected", spec.activity, "activity", spec.error.inspected)
        if spec.human:
            yield Named("human.automatic", spec.human.column, "actor", spec.human.automatic)
        if spec.lifecycle:
            cycle = spec.lifecycle
            for key in ("start", "complete"):
                yield Named(f"lifecycle.{key}", cycle.column, "transition", getattr(cycle, key), in_any_case=True)
    for key in ("met", "reworked", "defective"):
        if told := getattr(spec, key, None):
            for side in ("yes", "no"):
                yield Named(f"{key}.{side}", told.column, f"said_{key}", getattr(told, side))
    for place, (column, words) in enumerate(spec.filter.items()):
        yield Named(f"filter.{column}", column, f"kept_{place}", words)


def _form(word: str, named: Named) -> str:
    return word.lower() if named.in_any_case else word


def _names(raw: ibis.Table, column: str) -> list[str]:
    said = raw[column].cast("string").strip()
    names = raw.select(said=said).filter(_.said.notnull() & (_.said != "")).distinct().limit(MOST_NAMES)
    return sorted(names.execute()["said"])


def _problem(word: str, names: list[str], named: Named, where: str) -> Problem:
    alike = [name for name in names if name.casefold() == word.casefold()] or nearest(word, names)
    if alike:
        cure = f'did you mean "{alike[0]}"?'
    elif len(names) <= 10:
        cure = f"it contains: {', '.join(names)}"
    else:
        cure = "correct the word"
    cure += f' (or write may_be_absent = ["{word}"], if this period need not have it)'
    return Problem(where, 0, named.column, f'{named.key} names "{word}", and no row contains it', cure)
