"""An executed notebook becomes one HTML file and one PDF: offline, checked, the same bytes every time.

`document` turns cells into a tree without markup (`prose`, `foreign`), `drawing` draws its charts, `page` and `paper`
set the two editions, `lint` looks for what must not leave the house (`printed` reads the figures of a text), `pdffile`
makes a PDF small, `publication` puts files in their place. `render` is the way in, and nbconvert's exporters.
"""
