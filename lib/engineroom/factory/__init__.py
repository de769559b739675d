"""Reports by the hundred: each in its own process, a ledger that is true, and an index of what was made.

`run` makes one report, `batch` many; `ledger` is what was asked for and what became of it. `analysis` computes the
assessment they tell, `execution` drives papermill, `kernel` forks warm processes, `limits` bounds them, `surroundings`
is their environment; `guard` reads a client's files in a process apart, `press` renders in one; `manifest` says what
made every number, `verification` whether that still holds, `signature` who vouches for it; `console` shows progress,
`shelf` is the index, `delivery` the pack for a client, `doctor` tries the machine.
"""
