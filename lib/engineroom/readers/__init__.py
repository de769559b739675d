"""The only readers of a client's files: an engagement folder in, validated tables or every fault at once out.

`contract` is engagement.toml, key by key; `engagement` opens a folder by it. `toml` bounds such
files, and `workbooks` what a spreadsheet unpacks and reaches to. `cells` reads one cell, `sheets` one sheet, `tables`
all of them. `reference` reads what ships with engineroom, as strictly; `intake` makes a new folder to
fill in.
"""
