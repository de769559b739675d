"""The data dictionary of the report on governance: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, choice, count, date, flag, key, number, text
from engineroom.dictionary.oversight import CONTROLS, IMPACTS, NATURES, REQUIREMENTS, TESTS

ALL = "all workflows"
"""What a page says where a row is about each of them."""
COVERS = {
    "uncovered": ("No control", "bad"),
    "preventive only": ("Preventive only", "caution"),
    "detective only": ("Detective only", "caution"),
    "both": ("Both", "good"),
}
TEST_STATES = {
    "overdue": ("Overdue", "bad"),
    "due soon": ("Due soon", "caution"),
    "planned": ("Planned", "neutral"),
    "done late": ("Done late", "caution"),
    "done in time": ("Done in time", "good"),
}
OUTCOMES = {True: ("Failed", "bad"), False: ("Passed", "good")}
KEPT = {
    "broken": ("Broken", "bad"),
    "kept": ("No breach found", "good"),
    "not judged": ("Not known", "unknown"),
}
CLAIMS = {
    "not met": ("Not met", "bad"),
    "partly": ("Partly", "caution"),
    "claimed": ("Claimed, no evidence", "caution"),
    "not stated": ("Not stated", "unknown"),
    "met": ("Met", "good"),
    "does not apply": ("Does not apply", "neutral"),
}
PRESSES = {
    "automation": "Automation",
    "augmentation": "Augmentation",
    "outsourcing": "Outsourcing",
    "centralising": "Centralising",
    "more output": "More output promised",
    "fewer people": "Fewer people requested",
}


class Coverage(Table):
    """Every risk with the controls that guard against it, uncovered and grave ones first."""

    risk: Series[str] = key("risk", "Risk")
    workflow: Series[str] = text("workflow; blank: all of them", "Workflow", blank=ALL)
    step: Series[str] = text("step of the map; blank: the workflow as a whole", "Step")
    impact: Series[str] = choice("how bad it would be", IMPACTS, "Impact")
    owner: Series[str] = text("who answers for it")
    controls: Series[float] = count("controls that name it", required=True)
    preventive: Series[float] = count("of these, before the harm", required=True)
    detective: Series[float] = count("of these, after it", required=True)
    doubtful: Series[float] = count("of these, failed at their last test, or broken in the event log", required=True)
    named: Series[str] = text("the controls, as a JSON array", "Controls", "names")
    cover: Series[str] = choice("what the controls are", COVERS, required=True)


class Matrix(Table):
    """How many controls of a kind and nature guard against a risk; rows of 0 are left out."""

    risk: Series[str] = key("risk")
    kind: Series[str] = choice("kind of control", CONTROLS, required=True)
    nature: Series[str] = choice("before or after the harm", NATURES, required=True)
    controls: Series[float] = count("controls", required=True)


class Assessed(Table):
    """What was looked at on the map: risks and controls of each workflow."""

    workflow: Series[str] = key("workflow", "Workflow")
    steps: Series[float] = count("steps of its map; blank: no map")
    steps_with_risk: Series[float] = count(
        "of these, steps at which a risk is named", "Steps of the map with a risk", "of steps"
    )
    risks: Series[float] = count(
        "risks named for it, those of all workflows included", "Risks", blank=("none named", "unknown"), required=True
    )
    uncovered: Series[float] = count("of these, without a control", "Without control", required=True)
    single: Series[float] = count(
        "of these, only preventive or only detective", "Preventive or detective only", required=True
    )
    controls: Series[float] = count("controls that guard against its risks", "Controls", required=True)


class Conflicts(Table):
    """Each rule of separation, held against the event log and against what the tables declare."""

    first: Series[str] = key("one activity")
    second: Series[str] = key("the other")
    workflow: Series[str] = text("workflow; blank: all of them, or none was found", "Workflow", blank=ALL)
    control: Series[str] = text("control that the rule carries out")
    reason: Series[str] = text("what could happen otherwise")
    both: Series[float] = count("completed cases with both activities; blank: no log that tells", "Cases with both")
    judged: Series[float] = count("of these, cases in which a named person did each", "Cases judged")
    same: Series[float] = count("of these, cases in which one person did both", "Same person")
    share: Series[float] = number("same ÷ judged", "Share", "measured share")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    people: Series[float] = count("people who did both in at least one case", "People", "of able")
    able: Series[float] = count("people who did either")
    declared: Series[str] = text("role that the tables name for both activities; blank: none")
    is_declared: Series[bool] = flag("the tables name roles for both activities", required=True)
    verdict: Series[str] = choice("what the log says", KEPT, "In practice (log)", required=True)


class Roles(Table):
    """Who holds which line of the Three Lines Model in each workflow."""

    workflow: Series[str] = key("workflow; (all) where none is listed")
    first: Series[str] = text(
        "holders of the first line, as a JSON array; blank: nobody", "First: does and manages", "names",
        blank=("not named", "bad"),
    )  # fmt: skip
    second: Series[str] = text(
        "holders of the second line, as a JSON array; blank: nobody", "Second: advises and challenges", "names",
        blank=("not named", "bad"),
    )  # fmt: skip
    third: Series[str] = text(
        "holders of the third line, as a JSON array; blank: nobody", "Third: audits", "names",
        blank=("not named", "bad"),
    )  # fmt: skip
    missing: Series[str] = text("lines nobody is named for, as a JSON array")
    twice: Series[str] = text("holders of more than one line with their lines, as a JSON array of codes")
    is_independent: Series[bool] = flag("no holder of the third line has another; blank: no third line", required=False)
    unproven: Series[float] = count("holders without a document that says so", required=True)


class Procedures(Table):
    """The register of procedures, and the workflows that have none."""

    workflow: Series[str] = key("workflow", "Workflow")
    sop: Series[str] = text("procedure; blank: none", "Procedure", blank=("no procedure", "bad"))
    owner: Series[str] = text("who keeps it current", "Owner")
    reviewed: Series[pd.Timestamp] = date("last review")
    age_months: Series[float] = number("months since then")
    is_overdue: Series[bool] = flag("its review is overdue, or there never was one; blank: no procedure")
    elements: Series[float] = count("of six elements, those it has", "Elements", "of 6")
    missing: Series[str] = text("elements it lacks, as a JSON array of codes", "Missing elements", "codes")
    variants_known: Series[float] = count("variations known")
    variants_covered: Series[float] = count("of these, covered", "Variations covered", "of variants_known")


class Ownership(Table):
    """Every set of data with what is missing around it."""

    dataset: Series[str] = key("set of data", "Data set")
    workflow: Series[str] = text("workflow that needs it; blank: several", "Workflow", blank="several")
    owner: Series[str] = text("who decides", "Owner", blank=("not named", "caution"))
    steward: Series[str] = text("who keeps it right", "Steward", blank=("not named", "caution"))
    master_system: Series[str] = text("system whose record counts", "Master system")
    conflict: Series[str] = text("who approves what they created or changed themselves; blank: nobody, or not known")
    is_told: Series[bool] = flag("who creates or changes, and who approves, is stated", required=True)
    missing: Series[str] = text("what is not stated, as a JSON array of codes", "Not stated", "codes")


class Tests(Table):
    """The calendar of control tests, held against the day of the report."""

    test: Series[str] = key("test", "Test")
    kind: Series[str] = choice("what is tested", TESTS, "Kind", required=True)
    control: Series[str] = text("control")
    workflow: Series[str] = text("workflow; blank: all of them")
    due: Series[pd.Timestamp] = date("due", "Due", required=True)
    done: Series[pd.Timestamp] = date("done; blank: not done")
    state: Series[str] = choice("where it stands", TEST_STATES, required=True)
    days_late: Series[float] = count("days past the due day, to the day it was done or to the report", required=True)
    items: Series[float] = count("items looked at")
    passed: Series[float] = count("of these, passed", "Passed", "of items")
    share: Series[float] = number("passed ÷ items", "Share", "measured share")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    has_failed: Series[bool] = flag(
        "it failed, as the tester states; blank: not stated", "Result", OUTCOMES, required=False
    )


class Duties(Table):
    """The checklist of regulations: each requirement with what is said of it and whether anything proves it."""

    regulation: Series[str] = key("regulation", "Regulation")
    requirement: Series[str] = key("what it asks for", "Requirement", states=REQUIREMENTS)
    state: Series[str] = choice("what counts", CLAIMS, "State", required=True)
    evidence: Series[str] = text("document", "Evidence")
    owner: Series[str] = text("who answers for it", "Owner")
    date: Series[pd.Timestamp] = date("when that was found")


class Pressures(Table):
    """What asks for more throughput from a workflow whose risks are not covered."""

    asks: Series[str] = key("initiative, option or target", "Initiative or request")
    kind: Series[str] = key("what it is", "Kind of pressure", states=PRESSES)
    workflow: Series[str] = key("workflow", "Workflow")
    risks: Series[float] = count("risks named for it", required=True)
    uncovered: Series[float] = count(
        "of these, without a control", "Risks without a control", "of risks", required=True
    )


class Figures(Table):
    """Every figure of the headlines: its parts, its interval or why it has none, and its source."""

    figure: Series[str] = key("code of what was counted", "Figure", "code")
    numerator: Series[float] = count("part", required=True)
    denominator: Series[float] = count("whole", required=True)
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    method: Series[str] = key("code of how its interval was made", "Method", "code")
    source: Series[str] = key("where it comes from, as a JSON array of codes", "Source", "codes")
