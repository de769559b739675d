"""What each report finds, as data: tables in, a table of findings out, and no words.

`rows` makes a row; `benchmark_gap`, `business_case`, `governance`, `operating_model`, `process_quality` and `roadmap`
hold what the report of that name finds. All choosing, counting and summing of headlines and key figures is here; the
chapters say what a row holds.
"""

from importlib import import_module
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import the findings of a report when they are first named: `er.findings.roadmap`."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
