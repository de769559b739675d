"""What a log says about itself, without its rows: all that a page needs of it."""

from __future__ import annotations

from dataclasses import dataclass

from engineroom.dictionary import logtables, results
from engineroom.dictionary.columns import DataFrame, empty


@dataclass(frozen=True)
class LogProfile:
    """What is known of a log once it was read.

    Attributes
    ----------
    caveats : DataFrame[Caveats]
        What was found, left out or assumed.
    absent : dict of str to str
        KPI id -> what in engagement.toml would give it, as a code.
    """

    caveats: DataFrame[results.Caveats]
    absent: dict[str, str]


def read(
    logs: DataFrame[logtables.Logs], caveats: DataFrame[results.Caveats], absent: DataFrame[logtables.Absent]
) -> LogProfile | None:
    """Return the profile that three result tables hold; None where the engagement has no log."""
    if logs.empty:
        return None
    return LogProfile(caveats, dict(zip(absent["kpi"], absent["needs"], strict=True)))


def caveats(log: LogProfile | None) -> DataFrame[results.Caveats]:
    """Return what was found in a log; no row without one."""
    return log.caveats if log else empty(results.Caveats)


def absent(log: LogProfile | None) -> DataFrame[logtables.Absent]:
    """Return the KPIs that a log cannot give, and what would; no row without one."""
    lacks = log.absent if log else {}
    return logtables.Absent.of({"kpi": kpi, "needs": needs} for kpi, needs in lacks.items())
