"""How many digits a figure is kept at: from the 16th on, processors and the threads of an engine do not agree."""

from __future__ import annotations

import pandas as pd

KEPT = 12
"""Significant digits of a figure in a table, a file or a cell of JSON."""


def kept(number: float) -> float:
    """Return a number at the digits that are kept, a whole one as it is."""
    return number if number.is_integer() else float(f"{number:.{KEPT}g}")


def settled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with every figure at the digits that are kept."""
    figures = frame.select_dtypes("float64")
    return frame.assign(**{str(name): figures[name].map(kept) for name in figures})
