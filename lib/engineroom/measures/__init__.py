"""What is, and how far from what is possible: KPIs with n, interval and source, and their gaps to benchmarks.

`kpi` measures a log, `stated` reads figures the client states, `benchmark` finds the row that may be compared, `gap`
the distance and its verdict. `quality`, `control` (charts), `variation`, `data_quality`, `instruments` and
`automation` look at how a process behaves, `process_map` at its ways from step to step; `go_live` and `review` at what
became of it later. Pure functions from tables to tables.
"""
