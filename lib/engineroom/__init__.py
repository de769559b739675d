"""engineroom: how good a back office is, what the gap is worth, and what to do first.

A notebook needs only `import engineroom as er`. Its words are the modules, which are the vocabulary of the field; each
is imported when it is first named, so that `engineroom check` does not wait for a plotting library.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

ROOMS = {
    "": "assessment errors statistics",
    "dictionary": "results schemas",
    "readers": "engagement reference tables",
    "logs": "drilldown event_log traces",
    "measures": "automation benchmark control data_quality gap go_live instruments kpi quality review variation",
    "planning": (
        "agenda assumptions claims diagnosis flips outlook pilot plan portfolio readiness scenario solver "
        "uncertainty workflow"
    ),
    "organisation": "accountability capacity functions maturity review_calendar riskcontrol separation skills",
    "pages": "answers appendix charts commentary exhibits house theme",
    "chapters": (
        "business_case_appendix business_case_charts business_case_exhibits capacity_exhibits diagnosis_exhibits "
        "governance_charts governance_exhibits governance_registers instruments_exhibits operating_charts "
        "operating_exhibits pilot_exhibits portfolio_exhibits quality_charts quality_exhibits quality_scorecards "
        "review_exhibits roadmap_charts roadmap_exhibits skill_exhibits whatif"
    ),
}
"""The modules that notebooks name, by the package they lie in."""

PLACES = {name: f"{room}.{name}".lstrip(".") for room, names in ROOMS.items() for name in names.split()}
__all__ = ["__version__", *sorted(PLACES)]


def __getattr__(name: str) -> ModuleType:
    """Import a module of the package when it is first used."""
    if name in PLACES:
        return import_module(f"engineroom.{PLACES[name]}")
    raise AttributeError(f"module 'engineroom' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Return the public names, for completion in JupyterLab."""
    return __all__
