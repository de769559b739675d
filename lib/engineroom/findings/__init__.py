"""What each report finds, as data: tables in, a table of findings out, and no words.

`rows` makes a row; `benchmark_gap`, `business_case`, `governance`, `operating_model`, `process_quality` and `roadmap`
hold what the report of that name finds. All choosing, counting and summing of headlines and key figures is here; the
templates of `pages.answers` say what a row holds.
"""
