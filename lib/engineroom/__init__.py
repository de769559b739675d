"""engineroom: how good a back office is, what the gap is worth, and what to do first.

A notebook needs only `import engineroom as er`. The modules are the vocabulary of the field; each is imported when it
is first named, so that `engineroom check` does not wait for a plotting library.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "accountability",
    "agenda",
    "appendix",
    "assumptions",
    "automation",
    "benchmark",
    "business_case_appendix",
    "business_case_charts",
    "business_case_exhibits",
    "business_case_headlines",
    "capacity",
    "capacity_exhibits",
    "charts",
    "claims",
    "commentary",
    "control",
    "data_quality",
    "diagnosis",
    "diagnosis_exhibits",
    "drilldown",
    "engagement",
    "errors",
    "eventlog",
    "exhibits",
    "flips",
    "functions",
    "gap",
    "golive",
    "governance",
    "governance_charts",
    "governance_exhibits",
    "governance_headlines",
    "governance_registers",
    "headlines",
    "house",
    "instruments",
    "instruments_exhibits",
    "kpi",
    "maturity",
    "operating_charts",
    "operating_exhibits",
    "operating_headlines",
    "outlook",
    "pilot",
    "pilot_exhibits",
    "plan",
    "portfolio",
    "portfolio_exhibits",
    "quality",
    "quality_charts",
    "quality_exhibits",
    "quality_headlines",
    "quality_scorecards",
    "readiness",
    "reference",
    "results",
    "review",
    "review_exhibits",
    "riskcontrol",
    "roadmap",
    "roadmap_charts",
    "roadmap_exhibits",
    "roadmap_headlines",
    "scenario",
    "schemas",
    "separation",
    "skill_exhibits",
    "skills",
    "statistics",
    "tables",
    "theme",
    "traces",
    "uncertainty",
    "variation",
    "whatif",
    "workflow",
]


def __getattr__(name: str) -> ModuleType:
    """Import a module of the package when it is first used."""
    if name in __all__:
        return import_module(f"engineroom.{name}")
    raise AttributeError(f"module 'engineroom' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Return the public names, for completion in JupyterLab."""
    return __all__
