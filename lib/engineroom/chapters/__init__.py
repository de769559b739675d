"""What each report shows and draws, by its name: `<report>_charts`, `_exhibits` and the like.

Charts and exhibits are result tables drawn and captioned. Nothing is computed here that another module could want.
"""
