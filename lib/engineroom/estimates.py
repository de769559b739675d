"""How many digits an estimated amount is known to, and whether two ends of a range differ at all."""

from __future__ import annotations

STEPS = {99.5: 1, 995: 10, 9_950: 100, 1e6: 1e3, 1e9: 1e5}
"""What amounts below a bound are rounded to; those above the last keep a tenth of a billion."""


def rounded(amount: float) -> float:
    """Return an amount with the digits of an estimate: two below ten thousand, then thousands, then millions."""
    step = next((step for bound, step in STEPS.items() if abs(amount) < bound), 1e8)
    return round(amount / step) * step


def is_range(low: float, high: float) -> bool:
    """Return whether two ends differ as estimates: a single figure promises more than anybody knows."""
    return rounded(low) != rounded(high)
