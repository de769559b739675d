"""The data dictionary of what a report says first: one row a headline or key figure, with every figure it prints."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from engineroom.dictionary.columns import Series, Table, as_text, choice, count, key, number, rule, text

ROLES = ("headline", "key figure")
TONES = ("bad", "caution", "unknown", "neutral", "good")
"""How much a finding asks of its reader, the gravest first."""

BEARINGS = ("better", "worse", "unchanged", "unknown")


class Findings(Table):
    """What a report finds, before any word of it is chosen: each headline and key figure is told from one row.

    `figures` holds every number that is printed, at 12 digits: `{"low": {"value": 38123.4, "unit": "money"}}`.
    `mentions` holds what is named: `{"workflow": "Claims"}`. `rests_on` holds the rows and columns it is made from.
    """

    finding: Series[str] = key("id, the same from run to run: report, question, and what it is about", unique=True)
    report: Series[str] = key("report that tells it")
    question: Series[str] = key("what is asked")
    sections: Series[str] = key("cells that tell it and show what it rests on, as a JSON list")
    role: Series[str] = choice("how it is told", ROLES, required=True)
    kpi: Series[str] = text("KPI id; blank: of none")
    workflow: Series[str] = text("workflow; blank: of none, or several")
    verdict: Series[str] = key("what the figures say, as a word that the telling follows")
    tone: Series[str] = choice("how it is shown", TONES, required=True)
    direction: Series[str] = choice("where it lies from what it is held against", BEARINGS, required=True)
    money_low: Series[float] = number("money a year it is about, at least")
    money_high: Series[float] = number("at most")
    one_off: Series[float] = number("money it takes once")
    share: Series[float] = number("share of the whole it is about")
    rests_on: Series[str] = key("result tables it is made from, with their columns and rows, as JSON")
    figures: Series[str] = key("every figure it prints, by name, at 12 digits, with its unit, as JSON")
    mentions: Series[str] = key("every name it mentions, as JSON")
    rank: Series[float] = count("place in the report, 1 is the first", required=True)
    is_json = rule(
        "figures",
        "a cell is no JSON",
        "write it with json.dumps",
        lambda table: table[["sections", "rests_on", "figures", "mentions"]].map(_is_json).all(axis=1),
    )


@dataclass(frozen=True)
class Finding(Mapping[str, Any]):
    """A row of `Findings` as its telling reads it: a mapping of its figures, blank ones as not a number."""

    id: str
    report: str
    question: str
    verdict: str
    tone: str
    workflow: str
    printed: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return a row with its JSON read."""
        return cls(
            row["finding"],
            row["report"],
            row["question"],
            row["verdict"],
            row["tone"],
            as_text(row["workflow"]),
            json.loads(row["figures"]),
            json.loads(row["mentions"]),
        )

    def __getitem__(self, name: str) -> Any:
        """Return a figure."""
        value = self.printed[name]["value"]
        return math.nan if value is None else value

    def __iter__(self) -> Iterator[str]:
        """Return the names of its figures."""
        return iter(self.printed)

    def __len__(self) -> int:
        """Return how many figures it has."""
        return len(self.printed)

    @property
    def row(self) -> dict[str, Any]:
        """Return its figures and names in one row, in the unit of its value: what a formatter of rows reads."""
        unit = self.printed["value"]["unit"] if "value" in self else ""
        return {**self, **self.names, "workflow": self.workflow, "unit": unit}


def _is_json(cell: str) -> bool:
    try:
        return json.loads(cell) is not None
    except ValueError:
        return False
