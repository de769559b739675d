"""Who does the work, and who answers for it: people, skills, functions, risks, controls and governance.

`maturity`, `functions`, `skills`, `capacity` and `allocation` are the operating model; `riskcontrol`, `separation`,
`accountability` and `review_calendar` the governance. Pure functions from tables to tables.
"""
