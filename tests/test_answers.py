"""Headlines and key figures as templates: the same branches in every language, strict, a consultancy's in a sandbox."""

from __future__ import annotations

import ast
import importlib
import itertools
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hostile import PAYLOADS
from jinja2 import Template, nodes

import engineroom as er
from engineroom import cli, phrases
from engineroom.dictionary.findings import Finding
from engineroom.errors import DataProblems, EngagementError
from engineroom.factory import manifest
from engineroom.pages import answers, brand, facts
from engineroom.readers import engagement
from engineroom.reports.roadmap import facts as roadmap

REPORTS = sorted({name.partition(".")[0] for name in answers.house()})
OTHERS = [language for language in phrases.languages() if language != phrases.ENGLISH]
CONTEXT = {"verdict", "names", "units", "row", "workflow", "loop", "option"}
ELSEWHERE = {"one_off_excess", "above", "no class"}
"""Verdicts that findings take from a result table."""

DATES = {"week", "end", "start", "approved"}
CODES = {"driver": "delay_months", "known_driver": "run_cost", "dimension": "accuracy", "reading": "linear"}
WORDS = {"operator": ">", "name": "First-pass yield", "benchmark_label": "a study", "kind": "leading", "grade": "A"}
MEASURED = {"value": 0.8, "low": 0.7, "high": 0.9, "gap": 0.1, "benchmark_value": 0.9, "multiple_0": 2.0}
MEASURED |= {"multiple_1": 3.0, "multiple_2": 4.0}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    phrases.speak("en")


def blocks(name: str) -> dict[str, nodes.Block]:
    """Return the blocks of a template of the house by their questions."""
    return {block.name: block for block in answers.environment().parse(answers.house()[name]).find_all(nodes.Block)}


def branches(node: nodes.Node) -> list[Any]:
    """Return the conditions of a block as they are nested, without its words."""
    nested: list[Any] = []
    for child in node.iter_child_nodes():
        inner = branches(child)
        nested += [(repr(child.test), inner)] if isinstance(child, nodes.If) else inner
    return nested


# ------------------------------------------------------------------------------------------------ the house's templates


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_has_the_same_questions_and_branches_in_every_language(report: str, language: str) -> None:
    english, other = blocks(f"{report}.en.j2"), blocks(f"{report}.{language}.j2")

    assert list(english) == list(other)
    for question in english:
        assert branches(english[question]) == branches(other[question]), question


@pytest.mark.parametrize("report", REPORTS)
def test_a_template_has_the_questions_of_its_report_and_asks_for_figures_that_findings_hold(report: str) -> None:
    module = importlib.import_module(f"engineroom.reports.{report}.facts")
    parsed = list(ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))))
    words = {node.value for node in parsed if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words |= {node.arg for node in parsed if isinstance(node, ast.keyword) and node.arg}

    found = blocks(f"{report}.en.j2")

    assert set(found) == {re.sub(r"\W", "_", question) for question in module.SECTIONS}
    for question, block in found.items():
        asked = {one.name for one in block.find_all(nodes.Name)} - CONTEXT
        asked |= {one.attr for one in block.find_all(nodes.Getattr) if name_of(one.node) == "names"}
        asked |= {one.ops[0].expr.value for one in block.find_all(nodes.Compare) if name_of(one.expr) == "verdict"}
        assert {one.removeprefix("more_") for one in asked} - words - ELSEWHERE == set(), question


@pytest.mark.parametrize("name", sorted(answers.house()))
def test_every_branch_is_told_as_clean_sentences(name: str) -> None:
    phrases.speak(name.split(".")[1])
    template, marks = marked(name)
    seen: set[str] = set()
    for question, block in blocks(name).items():
        for finding in made(question, block):
            try:
                parts = answers._told(template, finding, "headline", "EUR").values()
            except EngagementError as error:  # what this verdict always has was left out
                missing = re.search("'([a-z_]+)'(?: is undefined)?$", str(error))
                assert missing and missing[1] not in finding.printed | finding.names, error
                continue
            seen |= {mark for part in parts for mark in re.findall("\x02(.*?)\x02", part)}
            clean = [re.sub("\x02.*?\x02", "", part).strip(" ") for part in parts]
            assert not [part for part in clean if re.search(r" [ .,;:]|[{}]|\bnan\b", part)], question

    assert marks - seen == set()


def name_of(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


def marked(name: str) -> tuple[Template, set[str]]:
    """Return a template whose branches print a mark each, and all marks."""
    parsed = answers.environment().parse(answers.house()[name], name)
    marks = set()
    for number, one in enumerate(parsed.find_all(nodes.If)):
        for side, body in (("yes", one.body), ("no", one.else_)):
            if side == "no" and (one.elif_ or not has_own_else(parsed, one)):
                continue
            marks.add(f"{one.lineno}.{number}.{side}")
            body.insert(0, nodes.Output([nodes.TemplateData(f"\x02{one.lineno}.{number}.{side}\x02")]))
    code = answers.environment().compile(parsed, name, name)
    return Template.from_code(answers.environment(), code, {}), marks


def has_own_else(parsed: nodes.Node, one: nodes.If) -> bool:
    """Return whether the other side of a condition is its own: an `elif` shares that of the `if` it belongs to."""
    return not any(one in other.elif_ for other in parsed.find_all(nodes.If))


def made(question: str, block: nodes.Block) -> Iterator[Finding]:
    """Yield findings for each verdict and each figure or name that may be there or not, of one and of several."""
    verdicts, sides = {"another"}, dict[str, tuple[Any, ...]]()
    for one in block.find_all(nodes.If):
        for part in [one.test, *one.test.find_all(nodes.Expr)]:
            if isinstance(part, nodes.Compare) and name_of(part.expr) == "verdict":
                verdicts.add(part.ops[0].expr.value)  # type: ignore[attr-defined]
            elif isinstance(part, nodes.Compare) and key_of(part.expr):
                sides[key_of(part.expr)] = (math.nan, 3) if key_of(part.expr) == "n" else ("one_off_excess", "run_cost")
            elif isinstance(part, nodes.Test):
                sides[key_of(part.node)] = (None, given(key_of(part.node), 3))
            elif key_of(part) and key_of(part) not in ("verdict", *sides):
                sides[key_of(part)] = (0 if "." not in key_of(part) else [], given(key_of(part), 3))
    used = {key_of(one) for one in [*block.find_all(nodes.Name), *block.find_all(nodes.Getattr)]} - CONTEXT - {""}
    for verdict, several, *chosen in itertools.product(sorted(verdicts), (1, 3), *sides.values()):
        values = {key: given(key, several) for key in used} | dict(zip(sides, chosen, strict=True))
        values = MEASURED | {"names." + key: word for key, word in WORDS.items()} | values
        there = {key: value for key, value in values.items() if value is not None}
        printed = {key: {"value": value, "unit": "share"} for key, value in there.items() if "." not in key}
        names = {key.partition(".")[2]: value for key, value in there.items() if "." in key}
        yield Finding("id", "report", question, verdict, "bad", "Claims", printed, names)


def key_of(node: nodes.Node) -> str:
    """Return how a figure or a name of a finding is called in a template."""
    if isinstance(node, nodes.Getattr) and name_of(node.node) in ("names", "units"):
        return f"{name_of(node.node)}.{node.attr}" if name_of(node.node) == "names" else ""
    return name_of(node)


LISTS = {"kpis", "queues", "alone", "nobody", "unable", "workflows", "held", "alarm", "slipped", "initiatives", "items"}
LISTS |= {"rules", "tight", "undisclosed", "options", "low", "tangled", "bare", "missing", "regulations"}


def given(key: str, several: int) -> Any:
    """Return a value for a figure or a name."""
    _, is_name, name = key.rpartition(".")
    if name == "methods":
        return ["rework_cost_stated", "rework_cost_recorded"]
    if is_name:
        return ["item"] * 2 if name == "kpis" else names(name)
    return "2026-06-30" if key in DATES else several


def names(name: str) -> Any:
    listed = (
        ['{"code":"initiative","item":"Bot"}'] * 2 if name in ("items", "tight") else ["Claims", "Billing", "Returns"]
    )
    return listed if name in LISTS else CODES.get(name, WORDS.get(name, "Ann"))


# --------------------------------------------------------------------------------------------------- what clients wrote


@pytest.fixture(scope="module")
def hospital() -> er.tables.Tables:
    return er.tables.read(er.engagement.open("starter/healthcare"))


def refused(*initiatives: str) -> Any:
    row = facts.headline(
        "refused",
        "refused",
        "bad",
        printed=facts.figures("count", n=len(initiatives)),
        names={"rules": []},
        lists={"initiatives": initiatives},
    )
    return facts.table("roadmap", roadmap.SECTIONS, [row])


WRITTEN = [one for one in PAYLOADS if one.isascii() or one.encode("utf-8", "ignore").decode() == one]
WRITTEN += ["{{7*7}}", "{% raw %}", "{n}", "<script>alert(1)</script>", "a | b", "a\n b"]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_client_wrote_is_a_value_and_never_a_template(hospital: er.tables.Tables, name: str) -> None:
    (item,) = answers.findings(refused(name), hospital).content["items"]

    assert (item["text"], item["detail"]) == (f"“{name}” does not meet the conditions to start.", "")


def test_no_name_can_part_a_sentence(hospital: er.tables.Tables) -> None:
    (item,) = answers.findings(refused(f"a{answers.BAR}b"), hospital).content["items"]

    assert item["text"] == "“ab” does not meet the conditions to start."


# ------------------------------------------------------------------------------------------------ a consultancy's own


@pytest.fixture
def own(make_engagement: Callable[..., Path]) -> Callable[..., er.tables.Tables]:
    """Return how an engagement is opened that has templates beside its brand."""

    def opened(**templates: str) -> er.tables.Tables:
        place = make_engagement('brand = "brand.toml"\n')
        (place / "brand.toml").write_text('name = "Example"\n', encoding="utf-8")
        (place / "headlines").mkdir()
        for name, text in templates.items():
            file = place / "headlines" / f"{name.replace('__', '.').replace('_CH', '-CH')}.j2"
            file.write_text(text, encoding="utf-8")
        return er.tables.read(engagement.open(place))

    return opened


OWN = "{% block refused %}Not now | {{ names.initiatives | listed(more_initiatives) }}{% endblock %}"
Own = Callable[..., er.tables.Tables]


def test_a_consultancys_template_is_used_for_its_report_and_language(own: Own, hospital: er.tables.Tables) -> None:
    tables = own(roadmap__en=OWN)

    shown = [answers.findings(refused("A", "B"), one).content["items"][0] for one in (tables, hospital)]

    assert [(item["label"], item["text"]) for item in shown] == [
        ("Not now", "A and B"),
        ("Not yet", "“A” and “B” do not meet the conditions to start."),
    ]


@pytest.mark.parametrize(
    ("spoken", "label"), [("de-CH", "Zurückgestellt"), ("de", "Später"), ("de-AT", "Später"), ("en", "Not yet")]
)
def test_a_language_with_a_region_falls_back_to_its_base(own: Own, spoken: str, label: str) -> None:
    tables = own(roadmap__de=OWN.replace("Not now", "Später"), roadmap__de_CH=OWN.replace("Not now", "Zurückgestellt"))
    phrases.speak(spoken)

    (item,) = answers.findings(refused("A"), tables).content["items"]

    assert item["label"] == label


def test_a_template_beside_the_brand_is_an_input(own: Own) -> None:
    case = own(roadmap__en=OWN).engagement

    assert "headlines/roadmap.en.j2" in manifest.inputs(case)
    assert [path.name for path in brand.files(case.folder / "brand.toml")] == ["brand.toml", "roadmap.en.j2"]


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("{{ nobody }}", "line 2: 'nobody' is undefined"),
        ("{{ names.nobody }}", "line 2: 'types.SimpleNamespace object' has no attribute 'nobody'"),
        ("{{ n | rounded }}", "line 2: No filter named 'rounded'."),
        ("{% if n %}", "line 3: Encountered unknown tag 'endblock'."),
        (
            "{{ names.__class__.__mro__ }}",
            "line 2: access to attribute '__class__' of 'SimpleNamespace' object is unsafe.",
        ),
        ("{{ 'x' * 99 }}", "line 2: a template does not use *"),
        ("{% for x in range(9) %}{% endfor %}", "line 2: a loop goes over the names of the finding and nothing else"),
        ("{% include 'roadmap.en.j2' %}", "line 2: no loader for this environment specified"),
        ("{{ names.initiatives | day }}", "line 2: Cannot convert input"),
        ("| b | c | d", "block refused prints 5 parts; write label | text | detail"),
    ],
)
def test_a_fault_of_a_template_is_told_with_its_file_and_line(own: Own, inside: str, message: str) -> None:
    tables = own(roadmap__en="{% block refused %}a | \n" + inside + "\n{% endblock %}")

    with pytest.raises(EngagementError) as fault:
        answers.findings(refused("A"), tables)

    assert str(fault.value).startswith(f"headlines/roadmap.en.j2: 1 problem\n  {message}")


def test_a_question_without_a_block_is_told(own: Own) -> None:
    tables = own(roadmap__en="{% block plan %}a | b{% endblock %}")

    with pytest.raises(EngagementError) as fault:
        answers.findings(refused("A"), tables)

    assert str(fault.value) == (
        "headlines/roadmap.en.j2: 1 problem\n  has no block refused; copy it from the template of the house"
    )


def test_check_finds_what_is_wrong_with_templates_before_a_report_does(
    own: Own, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = answers.house()["roadmap.en.j2"]
    place = own(roadmap__en=whole.replace("block last_day", "block last"), roadmap__de="{{", roadmp__en="").engagement

    assert cli.main(["check", str(place.folder)]) == DataProblems.exit_code
    told = capsys.readouterr().err
    assert "headlines/roadmap.de.j2: 1 problem\n  line 1: unexpected 'end of template'" in told
    assert "headlines/roadmap.en.j2: 1 problem\n  has no block last_day; copy it from the template of the house" in told
    assert "headlines/roadmp.en.j2: 1 problem\n  is not <report>.<language>.j2; reports: benchmark_gap, " in told


def test_an_empty_table_shows_nothing(hospital: er.tables.Tables) -> None:
    shown = answers.facts(pd.DataFrame(facts.table("roadmap", {}, [])), hospital)

    assert shown.content["items"] == []
