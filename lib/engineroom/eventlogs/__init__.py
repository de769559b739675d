"""Event logs and case tables of any size, computed where they lie: in DuckDB, PostgreSQL or Spark.

`eventlog` opens one, `profile` is what remains of it for a page.
`engines` connects and computes; `logfile` and `xes` turn bytes into rows, `logrows` rows into
events, `casetable` an export of cases into the same shape, `lifecycle` pairs start and complete, `workingtime` counts
hours of a calendar. `caveats` is what a log says about itself, `drilldown` its figures by site, team or month,
`traces` what cases went through.
"""
