"""The data dictionary of what an operating model is judged by: answers, work, people, skills and activities.

Every table is optional. An answer without evidence is a claim: it is shown, and it does not count. People are named by
role or pseudonym: nothing here needs a name.
"""

import pandas as pd
import pandera.pandas as pa

from engineroom.dictionary.columns import (
    Series,
    Table,
    choice,
    count,
    date,
    key,
    money,
    number,
    rule,
    share,
    text,
    together,
    unique,
    within,
)

INSTRUMENTS = {
    "governance": "Governance",
    "profile": "Traditional or modern",
    "practices": "Practices",
    "challenges": "What holds the work back",
    "management": "What is managed by a system",
    "tools": "What the workflow tools leave out",
    "front_office": "Work with the front office",
    "teamwork": "How teams are helped",
    "technology": "Technology",
}
"""Questionnaires, and what a page calls them."""

LEVELS = 4
"""The highest level of a question; the lowest is 0."""

SKILLS = ("main", "able", "learning")


class Answers(Table):
    """What somebody answered to an anchored question, and what shows it: one row per question, workflow and person."""

    question: Series[str] = key("question id, as `engineroom list questions` prints them")
    workflow: Series[str] = text("workflow it is about; blank: all of them")
    level: Series[float] = number("level whose anchor is met in full, 0 to 4", required=True, ge=0, le=LEVELS)
    evidence: Series[str] = text("document, system or observation that shows it; without it the level does not count")
    answered_by: Series[str] = text("role that answered")
    date: Series[pd.Timestamp] = date("when it was answered; without it the level does not count")
    levels_are_whole = rule(
        "level", "a level is a whole number", "write 0, 1, 2, 3 or 4", lambda table: ~(table["level"] % 1).gt(0)
    )
    each_once = unique("question workflow answered_by", "the same person answers the same question twice")


class Work(Table):
    """What arrives for a skill: one row per workflow, skill and week, or one without a week that takes the log's."""

    workflow: Series[str] = key("workflow, as in `workflows`")
    skill: Series[str] = key("skill that does it, as in `skills`")
    week: Series[pd.Timestamp] = date("Monday of the week; blank: every week, with the arrivals of the log")
    arrivals: Series[float] = count("items that arrived in that week; blank without a week")
    standard_hours: Series[float] = number("hands-on hours that one item takes of this skill", required=True, gt=0)
    backlog: Series[float] = count("items that waited for this skill when the first week began; blank: not known")
    each_once = unique("week workflow skill", "the same work and week appear twice", "add them into one row")

    @pa.dataframe_check(
        name="week workflow skill",
        title="the same work has rows with a week and one without",
        description="keep the weeks, or the row that takes those of the log",
    )
    def weeks_or_the_log(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Hours of the tables and of the log would be counted both."""
        has_weeks = table["week"].notna().groupby([table["workflow"], table["skill"]]).transform("any")
        return table["week"].notna() | ~has_weeks.astype(bool)

    weeks_have_arrivals = together(
        "arrivals", "week", "week and arrivals stand alone", "give both, or neither to take those of the log"
    )


class People(Table):
    """Who does the work: one row per person, by role or pseudonym."""

    person: Series[str] = key("role or pseudonym, such as `Adjuster 3`", unique=True)
    team: Series[str] = text("team, as in `staffing`")
    grade: Series[float] = number("grade, 1 for the simplest work", ge=1, le=9)
    weekly_hours: Series[float] = number("hours paid a week for this work", required=True, gt=0, le=168)
    shrinkage: Series[float] = share("share of them for leave, training and meetings; blank: leave of the team")
    loaded_rate: Series[float] = money("cost of one paid hour with all benefits")
    something_is_left = rule(
        "shrinkage", "nothing is left of the week", "leave the person out", lambda table: ~(table["shrinkage"] >= 1)
    )


class Skills(Table):
    """Who can do what: one row per person and skill."""

    person: Series[str] = key("person, as in `people`")
    skill: Series[str] = key("skill, as in `work`")
    level: Series[str] = choice(
        "main: works on it today; able: can take over; learning: not yet", SKILLS, required=True
    )
    each_once = unique("skill person", "the same person and skill appear twice")
    one_main = rule(
        "level person",
        "a person has two main skills",
        "write able for all but one",
        lambda table: ~((table["level"] == "main") & table.duplicated(["person", "level"])),
    )


class Activities(Table):
    """What the hours go into: one row per activity, workflow and grade of those who do it."""

    activity: Series[str] = key("what is done")
    workflow: Series[str] = text("workflow it belongs to; blank: none")
    grade: Series[float] = number("grade of those who do it", ge=1, le=9)
    needs: Series[float] = number("lowest grade that can do it", ge=1, le=9)
    hours: Series[float] = number("hours a week", required=True, ge=0)
    captured_hours: Series[float] = number("of these, hours that a system records; blank: not known", ge=0)
    captured_within_hours = within("captured_hours", "hours")
    each_once = unique("activity workflow grade", "the same activity appears twice", "add the hours into one row")


INPUTS: dict[str, type[Table]] = {
    "answers": Answers,
    "work": Work,
    "people": People,
    "skills": Skills,
    "activities": Activities,
}
"""Tables of an engagement that only the reports on governance and on the operating model read."""


class Functions(Table):
    """What a back office does: the activities of each department, with the processes that belong to them."""

    department: Series[str] = key("department")
    function: Series[str] = key("its id, as the table `workflows` names functions")
    activity: Series[str] = key("activity", unique=True)
    processes: Series[str] = text("process ids, separated by semicolons")
    row: Series[str] = key("row of the domain notes")


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
    anchors_differ = rule(
        "anchor_0 anchor_1 anchor_2 anchor_3 anchor_4",
        "two levels have the same anchor",
        "say what tells them apart",
        lambda table: table[[f"anchor_{level}" for level in range(LEVELS + 1)]].nunique(axis=1) == LEVELS + 1,
    )
