"""The data dictionary of what an operating model is judged by: answers to anchored questions, and what they ask.

Every table is optional. An answer without evidence is a claim: it is shown, and it does not count.
"""

import pandas as pd
import pandera.pandas as pa

from engineroom.columns import Series, Table, choice, date, key, number, text

INSTRUMENTS = ("governance", "profile", "practices", "challenges", "management")
LEVELS = 4
"""The highest level of a question; the lowest is 0."""


class Answers(Table):
    """What somebody answered to an anchored question, and what shows it: one row per question, workflow and person."""

    question: Series[str] = key("question id, as docs/method/operating_model.md lists them")
    workflow: Series[str] = text("workflow it is about; blank: all of them")
    level: Series[float] = number("level whose anchor is met in full, 0 to 4", required=True, ge=0, le=LEVELS)
    evidence: Series[str] = text("document, system or observation that shows it; without it the level does not count")
    answered_by: Series[str] = text("role that answered")
    date: Series[pd.Timestamp] = date("when")

    @pa.dataframe_check(name="level", title="a level is a whole number", description="write 0, 1, 2, 3 or 4")
    def levels_are_whole(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """An anchor is met or it is not."""
        return ~(table["level"] % 1).gt(0)

    @pa.dataframe_check(
        name="question workflow answered_by",
        title="the same person answers the same question twice",
        description="keep one row",
    )
    def each_once(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """One answer per question, workflow and person."""
        return ~table.duplicated(["question", "workflow", "answered_by"])


INPUTS: dict[str, type[Table]] = {"answers": Answers}
"""Tables of an engagement that only the reports on governance and on the operating model read."""


class Questions(Table):
    """An anchored question: what is observed at each level, so that two people give the same answer."""

    question: Series[str] = key("question id", unique=True)
    instrument: Series[str] = choice("questionnaire it belongs to", INSTRUMENTS, required=True)
    part: Series[str] = key("part of the questionnaire that is judged as one")
    name: Series[str] = key("what it is about, in a few words")
    anchor_0: Series[str] = key("what is observed at level 0")
    anchor_1: Series[str] = key("what is observed at level 1")
    anchor_2: Series[str] = key("what is observed at level 2")
    anchor_3: Series[str] = key("what is observed at level 3")
    anchor_4: Series[str] = key("what is observed at level 4")
    row: Series[str] = key("row of the domain notes")
    source: Series[str] = key("document, as a reader can find it")

    @pa.dataframe_check(
        name="anchor_0 anchor_1 anchor_2 anchor_3 anchor_4",
        title="two levels have the same anchor",
        description="say what tells them apart",
    )
    def anchors_differ(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Levels that read alike cannot be told apart."""
        return table[[f"anchor_{level}" for level in range(LEVELS + 1)]].nunique(axis=1) == LEVELS + 1
