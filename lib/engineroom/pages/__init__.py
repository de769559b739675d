"""What pages of every report are made of: style, words, and the blocks a notebook shows.

`theme`, `brand` and `pictures` are the look, `wording` says numbers, `blocks` are what a cell shows, `show` prints a
table of a model, `forms` are what a chart is made of, `graph` draws the map of a process, `facts` makes a row of
findings. `answers` tells headlines and key figures by their templates; `appendix` holds what more than one report
prints; `commentary` the consultant's own words, `house` the language and brand of an engagement and the cover,
`calendarfile` the governance calendar for calendar programs.
"""
