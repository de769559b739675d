"""Event logs and case tables of any size, computed where they lie: in DuckDB, PostgreSQL or Spark.

`event_log` opens one, `profile` is what remains of it for a page.
`engines` connects and computes; `files` and `xes` turn bytes into a table, `rows` gives its rows their meaning, `cases`
makes one row a case of them, `lifecycle` pairs start and complete, `hours` counts working time by a calendar.
`kpis` declares what it can be asked for. `settings` holds the words of engagement.toml against it, `labels` finds names
in several forms, `caveats` is what it says about itself, `drilldown` its figures by workflow, step and week, `traces`
what cases went through.
"""
