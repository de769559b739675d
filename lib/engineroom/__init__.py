"""engineroom: how good a back office is, what the gap is worth, and what to do first.

A notebook needs `import engineroom as er` and the tables and charts of its report. `er.` has the modules of every
package by their own names; each is imported when it is first named, so that `engineroom check` does not wait for a
plotting library.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

__version__ = "0.1.0"

HERE = Path(__file__).parent

__all__ = [
    "__version__", "answers", "appendix", "assessment", "benchmark", "commentary", "engagement", "errors", "event_log",
    "gap", "house", "kpi", "outlook", "plan", "portfolio", "readiness", "results", "scenario", "schemas", "show",
    "statistics", "tables",
]  # fmt: skip
"""What a notebook needs, and what completion offers; the other modules are found as well."""


def __getattr__(name: str) -> ModuleType:
    """Import a module of the package when it is first used."""
    for path in () if name.startswith("_") else (HERE / f"{name}.py", *sorted(HERE.glob(f"*/{name}.py"))):
        if path.is_file():
            return import_module(".".join(("engineroom", *path.relative_to(HERE).with_suffix("").parts)))
    raise AttributeError(f"module 'engineroom' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Return the public names, for completion in JupyterLab."""
    return __all__
