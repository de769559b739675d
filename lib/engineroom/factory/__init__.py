"""Reports by the hundred: each in its own process, a ledger that is true, and an index of what was made.

`run` makes one report, `batch` many. `analysis` computes the assessment they tell, `execution` drives papermill,
`kernel` forks warm processes, `limits` bounds them, `surroundings` is what they see of the environment; `guard` reads a
client's files in a process apart, `press` renders in one; `manifest` says what
made every number; `console` shows progress, `shelf` is the index, `delivery` the pack for a client, `doctor` tries
the machine.
"""
