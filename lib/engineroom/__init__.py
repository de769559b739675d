"""engineroom: how good a back office is, what the gap is worth, and what to do first."""

__version__ = "0.1.0"
