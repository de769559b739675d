"""The KPIs of a log, each declared once: what it counts, among what, and which setting of the log it needs.

A new one is an entry here, its row in definitions.csv and its name in the catalogue of each language. The expressions
read the case table (`results.Cases`) in the subset of Ibis that means the same on every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis
from ibis import _

from engineroom.readers.engagement import Events, Source

ANSWERED = _.is_met.notnull()
IN_TIME = ibis.ifelse(ANSWERED, _.is_met, _.completed <= _.due)


@dataclass(frozen=True)
class Kpi:
    """A KPI that a log may give.

    Attributes
    ----------
    definition : str
        Its row in definitions.csv.
    events, records : str
        What `[events]` and `[cases]` must state for it: a setting, or a name in `GIVEN`; blank where nothing more is
        needed.
    shares : mapping
        Of a share: the name and the condition of its numerator, then of its denominator.
    amounts : mapping
        Of a mean: the name of the amount, with the amount and the condition of the cases it is taken over.
    """

    definition: str
    events: str
    records: str
    shares: Mapping[str, Any] = field(default_factory=dict)
    amounts: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


JUDGED = {"judged": _.is_done & _.is_reworked.notnull()}
KPIS = (
    Kpi(
        "stp_rate/zero_touch", "human", "touches",
        {"straight": _.is_done & (_.touches == 0), "touched": _.is_done & _.touches.notnull()},
    ),
    Kpi("first_pass_yield/items", "rework", "reworked", {"first_pass": _.is_done & ~_.is_reworked} | JUDGED),
    Kpi("rework_rate/items", "rework", "reworked", {"reworked": _.is_done & _.is_reworked} | JUDGED),
    Kpi("rolled_throughput_yield/steps", "exception_or_repeats", "events"),
    Kpi(
        "error_rate/items", "error", "defective",
        {"defective": _.is_done & _.is_defective, "inspected": _.is_done & _.is_defective.notnull()},
    ),
    Kpi(
        "exception_rate/items", "exception", "events",
        {"diverted": _.is_done & (_.failures > 0), "followed": _.is_done & _.failures.notnull()},
    ),
    Kpi("exception_types/per_workflow", "exception", "events"),
    Kpi("open_cases/at_period_end", "closed", ""),
    Kpi("sla_compliance/due_in_period", "due", "due", {"met": _.is_due & IN_TIME, "due": _.is_due}),
    Kpi("cost_per_transaction/recorded", "cost", "cost", amounts={"cost": (_.cost, _.is_done)}),
    Kpi(
        "handling_time/per_item", "started", "events",
        amounts={"handling": (_.handling_hours, _.is_done & (_.handling_hours > 0))},
    ),
    Kpi("handoffs/per_item", "resource", "events", amounts={"handoffs": (_.handoffs, _.is_done)}),
)  # fmt: skip
"""`is_due` is not a column of the case table: who counts says which cases are due."""


GIVEN: dict[str, Callable[[Any], Any]] = {
    "rework": lambda spec: spec.rework and (spec.rework.activities or spec.rework.repeats or spec.exception),
    "exception_or_repeats": lambda spec: spec.exception or (spec.rework and spec.rework.repeats),
    "due": lambda spec: spec.due or getattr(spec, "met", None),
    "started": lambda spec: spec.started or spec.lifecycle,
    "resource": lambda spec: spec.resource or spec.human,
    "events": lambda spec: isinstance(spec, Events),
}
"""What is stated by more than one setting, and how to tell that it is."""


def absent(spec: Source, *, is_saturated: bool) -> dict[str, str]:
    """Return the KPIs that a log cannot give by its settings, each with the code of what would give it.

    Where nearly every case repeats a step (`is_saturated`), repeats say nothing about rework.
    """
    if is_saturated and isinstance(spec, Events) and spec.rework:
        spec = spec.model_copy(update={"rework": spec.rework.model_copy(update={"repeats": False})})
    needs: dict[str, str] = {}
    for kpi in KPIS:
        setting = kpi.events if isinstance(spec, Events) else kpi.records
        is_given = GIVEN[setting](spec) if setting in GIVEN else not setting or getattr(spec, setting)
        if not is_given:
            told = "rework_activities" if setting == "rework" and is_saturated else setting
            needs[kpi.definition.split("/")[0]] = f"needs_{told}"
    return needs
