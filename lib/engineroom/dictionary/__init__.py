"""The data dictionary: every column a client sends and every column a report computes, as pandera models.

`columns` says how a column is read, `codes` what a cell holds instead of a sentence. Input tables: `schemas` (those of
every engagement), `initiatives`, `operations`, `options`, `oversight`. Result tables: `results` (measures and gaps),
`logtables`, `plans`, `scenarios`, `quality_tables`, `operating_tables`, `governance_tables`; `findings` holds what a
report says first.
"""
