"""What each report says and draws, by its name: `<report>_headlines`, `_charts`, `_exhibits` and the like.

Headlines are sentences computed from result tables; charts and exhibits are those tables drawn and captioned. Nothing
is computed here that another module could want.
"""
