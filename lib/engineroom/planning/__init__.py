"""What to do, in which order, and what must wait; and what it is worth.

`workflow`, `readiness` and `portfolio` say what may be automated and what is refused; `pilot` how it is tried;
`sequence`, `solver`, `slack` and `plan` when, `without` what is left without an initiative, `money` for what; `agenda`
who speaks of it; `asks` what is asked of whom; `agreement` whether all of it agrees. `diagnosis`, `scenario`, `claims`,
`assumptions`, `outlook`, `uncertainty` and `flips` are the business case. Pure functions from tables to tables.
"""
