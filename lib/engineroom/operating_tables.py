"""The data dictionary of the reports on the operating model: one pandera model per result table."""

from engineroom.columns import Series, Table, count, key, number, text


class Profile(Table):
    """The level of each part of a questionnaire: what is shown by evidence, and what is only claimed."""

    instrument: Series[str] = key("questionnaire")
    part: Series[str] = key("part of it")
    name: Series[str] = key("what its first question is about")
    asked: Series[float] = count("questions of the part", required=True)
    answered: Series[float] = count("of these, questions with an answer", required=True)
    answers: Series[float] = count("answers to them, from all workflows and people", required=True)
    evidenced: Series[float] = count("of these, answers with evidence", required=True)
    level: Series[float] = number("lower median of the answers with evidence; blank: there are none")
    lowest: Series[float] = number("lowest of them")
    highest: Series[float] = number("highest of them")
    claimed: Series[float] = number("lower median of the answers without evidence, which do not count")
    anchor: Series[str] = text("what is observed at the level, as the question says it")
    row: Series[str] = key("row of the domain notes")
