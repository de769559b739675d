"""Reports by the hundred: each in its own process, a ledger that is true, and an index of what was made.

`run` makes one report, `batch` many. `execution` drives papermill, `kernel` forks warm kernels; `manifest` says what
made every number; `console` shows progress, `shelf` is the index, `delivery` the pack for a client, `doctor` tries
the machine.
"""
