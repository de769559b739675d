"""The data dictionary of the report on governance: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, choice, count, date, flag, key, number, text
from engineroom.dictionary.oversight import CONTROLS, IMPACTS, NATURES, TESTS

COVERS = ("uncovered", "preventive only", "detective only", "both")
TEST_STATES = ("overdue", "due soon", "planned", "done late", "done in time")
KEPT = ("broken", "kept", "not judged")
CLAIMS = ("not met", "partly", "claimed", "not stated", "met", "does not apply")


class Coverage(Table):
    """Every risk with the controls that guard against it, uncovered and grave ones first."""

    risk: Series[str] = key("risk")
    workflow: Series[str] = text("workflow; blank: all of them")
    step: Series[str] = text("step of the map; blank: the workflow as a whole")
    impact: Series[str] = choice("how bad it would be", IMPACTS)
    owner: Series[str] = text("who answers for it")
    controls: Series[float] = count("controls that name it", required=True)
    preventive: Series[float] = count("of these, before the harm", required=True)
    detective: Series[float] = count("of these, after it", required=True)
    doubtful: Series[float] = count("of these, failed at their last test, or broken in the event log", required=True)
    named: Series[str] = text("the controls, as a JSON array")
    cover: Series[str] = choice("what the controls are", COVERS, required=True)


class Matrix(Table):
    """How many controls of a kind and nature guard against a risk; rows of 0 are left out."""

    risk: Series[str] = key("risk")
    kind: Series[str] = choice("kind of control", CONTROLS, required=True)
    nature: Series[str] = choice("before or after the harm", NATURES, required=True)
    controls: Series[float] = count("controls", required=True)


class Assessed(Table):
    """What was looked at on the map: risks and controls of each workflow."""

    workflow: Series[str] = key("workflow")
    steps: Series[float] = count("steps of its map; blank: no map")
    steps_with_risk: Series[float] = count("of these, steps at which a risk is named")
    risks: Series[float] = count("risks named for it, those of all workflows included", required=True)
    uncovered: Series[float] = count("of these, without a control", required=True)
    single: Series[float] = count("of these, only preventive or only detective", required=True)
    controls: Series[float] = count("controls that guard against its risks", required=True)


class Conflicts(Table):
    """Each rule of separation, held against the event log and against what the tables declare."""

    first: Series[str] = key("one activity")
    second: Series[str] = key("the other")
    workflow: Series[str] = text("workflow; blank: all of them, or none was found")
    control: Series[str] = text("control that the rule carries out")
    reason: Series[str] = text("what could happen otherwise")
    both: Series[float] = count("completed cases with both activities; blank: no log that tells")
    judged: Series[float] = count("of these, cases in which a named person did each")
    same: Series[float] = count("of these, cases in which one person did both")
    share: Series[float] = number("same ÷ judged")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    people: Series[float] = count("people who did both in at least one case")
    able: Series[float] = count("people who did either")
    declared: Series[str] = text("role that the tables name for both activities; blank: none")
    is_declared: Series[bool] = flag("the tables name roles for both activities", required=True)
    verdict: Series[str] = choice("what the log says", KEPT, required=True)


class Roles(Table):
    """Who holds which line of the Three Lines Model in each workflow."""

    workflow: Series[str] = key("workflow; (all) where none is listed")
    first: Series[str] = text("holders of the first line, as a JSON array; blank: nobody")
    second: Series[str] = text("holders of the second line, as a JSON array; blank: nobody")
    third: Series[str] = text("holders of the third line, as a JSON array; blank: nobody")
    missing: Series[str] = text("lines nobody is named for, as a JSON array")
    twice: Series[str] = text("holders of more than one line with their lines, as a JSON array of codes")
    is_independent: Series[bool] = flag("no holder of the third line has another; blank: no third line", required=False)
    unproven: Series[float] = count("holders without a document that says so", required=True)


class Procedures(Table):
    """The register of procedures, and the workflows that have none."""

    workflow: Series[str] = key("workflow")
    sop: Series[str] = text("procedure; blank: none")
    owner: Series[str] = text("who keeps it current")
    reviewed: Series[pd.Timestamp] = date("last review")
    age_months: Series[float] = number("months since then")
    is_overdue: Series[bool] = flag("its review is overdue, or there never was one; blank: no procedure")
    elements: Series[float] = count("of six elements, those it has")
    missing: Series[str] = text("elements it lacks, as a JSON array of codes")
    variants_known: Series[float] = count("variations known")
    variants_covered: Series[float] = count("of these, covered")


class Ownership(Table):
    """Every set of data with what is missing around it."""

    dataset: Series[str] = key("set of data")
    workflow: Series[str] = text("workflow that needs it; blank: several")
    owner: Series[str] = text("who decides")
    steward: Series[str] = text("who keeps it right")
    master_system: Series[str] = text("system whose record counts")
    conflict: Series[str] = text("who approves what they created or changed themselves; blank: nobody, or not known")
    is_told: Series[bool] = flag("who creates or changes, and who approves, is stated", required=True)
    missing: Series[str] = text("what is not stated, as a JSON array of codes")


class Tests(Table):
    """The calendar of control tests, held against the day of the report."""

    test: Series[str] = key("test")
    kind: Series[str] = choice("what is tested", TESTS, required=True)
    control: Series[str] = text("control")
    workflow: Series[str] = text("workflow; blank: all of them")
    due: Series[pd.Timestamp] = date("due", required=True)
    done: Series[pd.Timestamp] = date("done; blank: not done")
    state: Series[str] = choice("where it stands", TEST_STATES, required=True)
    days_late: Series[float] = count("days past the due day, to the day it was done or to the report", required=True)
    items: Series[float] = count("items looked at")
    passed: Series[float] = count("of these, passed")
    share: Series[float] = number("passed ÷ items")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    has_failed: Series[bool] = flag("it failed, as the tester states; blank: not stated", required=False)


class Duties(Table):
    """The checklist of regulations: each requirement with what is said of it and whether anything proves it."""

    regulation: Series[str] = key("regulation")
    requirement: Series[str] = key("what it asks for")
    state: Series[str] = choice("what counts", CLAIMS, required=True)
    evidence: Series[str] = text("document")
    owner: Series[str] = text("who answers for it")
    date: Series[pd.Timestamp] = date("when that was found")


class Pressures(Table):
    """What asks for more throughput from a workflow whose risks are not covered."""

    asks: Series[str] = key("initiative, option or target")
    kind: Series[str] = key("what it is")
    workflow: Series[str] = key("workflow")
    risks: Series[float] = count("risks named for it", required=True)
    uncovered: Series[float] = count("of these, without a control", required=True)


class Figures(Table):
    """Every figure of the headlines: its parts, its interval or why it has none, and its source."""

    figure: Series[str] = key("code of what was counted")
    numerator: Series[float] = count("part", required=True)
    denominator: Series[float] = count("whole", required=True)
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    method: Series[str] = key("code of how its interval was made")
    source: Series[str] = key("where it comes from, as a JSON array of codes")
