"""The net: what every cell of every notebook shows, kept for the starters and a few made engagements, in two languages.

`engagements` makes the folders, `cells` runs the notebooks, `kept` holds what they showed when somebody last accepted
it, `differences` tells what has changed since, `tasks` are what runs side by side. `nox -s net` compares,
`nox -s net -- --accept` keeps what is shown now.
"""
