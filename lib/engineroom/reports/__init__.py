"""What each report finds, shows and draws: one package a report.

`facts` holds what the report finds, as data: tables in, a table of findings out, and no words; `tables` and `charts`
print and draw result tables. `words` says a value as the report says it, and `whatif` is the block a reader can
change. All choosing, counting and summing of headlines and key figures is in `facts`; the templates say what a row of
it holds.
"""
