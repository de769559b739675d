"""The what-if of the page: sliders that count as the library does, one known script, and a table without it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import exported
import pytest
from nbformat import v4

from engineroom import assessment, phrases
from engineroom.dictionary import codes
from engineroom.measures import kpi
from engineroom.pages import blocks, show, theme, wording
from engineroom.planning import assumptions, claims, flips, outlook, scenario, solver
from engineroom.planning import plan as planning
from engineroom.planning import without as planned
from engineroom.readers import engagement, tables
from engineroom.reports.business_case import whatif
from engineroom.reports.roadmap import whatif as switches
from engineroom.resources import folder

SCRIPT = (folder("templates") / "whatif.js").read_text(encoding="utf-8")
READING = (folder("templates") / "page.js").read_text(encoding="utf-8")
HOSTILE = """</script><img src=x onerror=alert(1)>"'{{7*7}}"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    phrases.speak("en")


def case(names: dict[str, str] | None = None) -> tuple[scenario.Programme, outlook.Views]:
    read = tables.read(engagement.open("starter/insurer"))
    read = replace(
        read,
        **{
            name: getattr(read, name).assign(option=lambda frame: frame["option"].replace(names or {}))
            for name in ("options", "savings", "assumptions")
        },
    )
    programme = scenario.programme(read, kpi.measure(read, None))
    audited = claims.audit(programme, read)
    return programme, outlook.views(programme, audited, assumptions.complete(programme, audited, read))


ANSWER = {
    "items": [
        {"id": "business_case.answer", "label": "Answer", "text": "Ask first.", "detail": "Why.", "tone": "caution"}
    ]
}
MOVE = """(inputs, [place, values]) => inputs.forEach((input) => {
    const key = input.id.split("-").pop();
    if (!(key in values) || (key !== "rate" && input.dataset.group !== place)) return;
    input.value = values[key];
    input.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def move(tab: Any, place: int, **values: str) -> None:
    tab.eval_on_selector_all("input", MOVE, [f"{place}", values])


def spaced(text: str) -> str:
    return re.sub(r"\s", " ", text)


def page(tmp_path: Path, *exhibits: blocks.Exhibit, language: str = "en") -> Path:
    theme.enable()
    style = blocks.Exhibit("house", {"language": language, "brand": {}})
    cells = [v4.new_markdown_cell("# What if", id="title")]
    for place, exhibit in enumerate((style, *exhibits)):
        cell = v4.new_code_cell("", id=f"cell-{place}")
        cell.outputs = [v4.new_output("display_data", data=exhibit._repr_mimebundle_())]
        cells.append(cell)
    path = tmp_path / "page.html"
    path.write_bytes(exported.html(v4.new_notebook(cells=cells)))
    return path


def shown(tab: Any) -> list[list[str]]:
    read = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    return [[spaced(cell) for cell in row] for row in tab.eval_on_selector_all("tbody tr", read)]


def printed(exhibit: blocks.Exhibit) -> list[list[str]]:
    return [[spaced(cell) for cell in row] for row in exhibit.content["rows"]]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_slider_moves_the_numbers_as_the_library_counts_them(tmp_path: Path, browser: Any, language: str) -> None:
    phrases.speak(language)
    programme, seen = case()
    exhibit = whatif.whatif(programme, seen)
    tab = browser.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(page(tmp_path, exhibit, language=language).as_uri())

    assert tab.locator(".whatif").is_visible()
    assert shown(tab) == printed(exhibit)

    move(tab, 3, rate="0.05", share="0.9", delay="7", one_off="9000000", run="500000")
    move(tab, 2, run="3000000")  # its saving is net of 2.0M, which grows

    read = {key: float(tab.input_value(f"[id$='-{key}']")) for key in ("3-one_off", "3-run", "2-run")}
    moved = {"saving_share": 0.9, "delay_months": 7.0, "one_off_cost": read["3-one_off"], "run_cost": read["3-run"]}
    drivers = seen["expected"] | {
        "Hybrid": seen["expected"]["Hybrid"] | moved,
        "Automation": seen["expected"]["Automation"] | {"run_cost": read["2-run"]},
    }
    worth = {one.name: scenario.npv(one, drivers[one.name], 0.05) for one in programme.options}
    assert [row[5] for row in shown(tab)] == [
        spaced(wording.money(worth[name], "USD")) for name in ("Offshore", "Automation", "Hybrid")
    ]
    lead = spaced(wording.money(worth["Hybrid"] - max(worth["Automation"], worth["Offshore"]), "USD"))
    assert shown(tab)[2][6] == lead
    assert "Hybrid" in tab.inner_text("[role=status]")
    assert lead in spaced(tab.inner_text("[role=status]"))

    tab.click(".whatif button")
    assert shown(tab) == printed(exhibit)
    tab.close()
    assert said == []


@pytest.mark.slow
def test_the_answer_flips_at_the_run_cost_that_the_flips_name(tmp_path: Path, browser: Any) -> None:
    programme, seen = case()
    found = flips.find(programme, seen, "Hybrid").set_index(["driver", "view"])
    value, rival = found.loc[("run_cost", "expected"), ["value", "rival"]]
    tab = browser.new_page()
    tab.goto(page(tmp_path, whatif.whatif(programme, seen)).as_uri())

    leaders = []
    for amount in (value - 50_000, value + 50_000):
        tab.eval_on_selector("[id$='-3-run']", "one => { one.step = 1; }")
        move(tab, 3, run=f"{amount:.0f}")
        leaders.append(tab.inner_text("[role=status]").removeprefix("With your settings: ").split()[0])

    assert leaders == ["Hybrid", rival]
    tab.close()


@pytest.mark.slow
def test_the_headline_follows_the_sliders_and_returns_as_it_was_printed(tmp_path: Path, browser: Any) -> None:
    exhibit = whatif.whatif(*case())
    tab = browser.new_page()
    tab.goto(page(tmp_path, blocks.Exhibit("findings", ANSWER), exhibit).as_uri())
    headline = tab.locator(".findings li")
    before = headline.inner_html()

    move(tab, 3, run="5000000")
    lines = [spaced(line) for line in headline.locator("p").all_inner_texts()]
    assert re.match(r"With your settings: Automation leads: .* ahead of Offshore\. Not counted, .*: costs of", lines[0])
    assert lines[1] == "As printed: Ask first. Why."
    move(tab, 3, run="0")
    assert headline.inner_html() == before

    tab.locator("[id$='-1-share']").press("ArrowRight")  # by keyboard alone
    assert headline.locator("b").inner_text() == "With your settings:"
    tab.locator(".whatif button").press("Enter")
    assert headline.inner_html() == before
    tab.close()


@pytest.mark.slow
def test_without_script_the_table_stands_as_printed_and_no_slider_pretends(tmp_path: Path, browser: Any) -> None:
    exhibit = whatif.whatif(*case())
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page(tmp_path, exhibit).as_uri())

    rows = [[cell.text_content() for cell in row.locator("th, td").all()] for row in tab.locator("tbody tr").all()]
    assert [[spaced(cell) for cell in row] for row in rows] == printed(exhibit)
    assert not tab.locator(".whatif").is_visible()
    context.close()


def test_a_page_carries_the_one_script_named_in_its_policy_and_the_what_if_only_beside_sliders(tmp_path: Path) -> None:
    exhibit = whatif.whatif(*case())
    live = page(tmp_path, exhibit).read_text(encoding="utf-8")
    plain = page(tmp_path, blocks.Exhibit("table", {**exhibit.content, "live": {}})).read_text(encoding="utf-8")

    for text in (live, plain):
        (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}';" in text
        assert text.count("<script") == 1
        assert READING in script
        assert (SCRIPT in script) == (text is live)
        assert "unsafe" not in text


@pytest.mark.parametrize("script", ["whatif.js", "switches.js", "page.js"])
def test_the_script_writes_text_and_asks_for_nothing(script: str) -> None:
    text = (folder("templates") / script).read_text(encoding="utf-8")

    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "fetch", "XMLHttp",
                 "import(", "localStorage", "setTimeout", "</script"):  # fmt: skip
        assert word not in text


@pytest.mark.slow
def test_a_hostile_name_stays_text_beside_the_sliders(tmp_path: Path, browser: Any) -> None:
    programme, seen = case({"Hybrid": HOSTILE})
    path = page(tmp_path, whatif.whatif(programme, seen))
    tab = browser.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.goto(path.as_uri())
    tab.eval_on_selector("input", "one => one.dispatchEvent(new Event('input', { bubbles: true }))")

    assert tab.locator("img").count() == 0
    assert tab.locator("script").count() == 1
    assert HOSTILE in tab.inner_text("[role=status]")
    tab.close()
    assert said == []


def test_the_default_of_the_sliders_is_the_exact_figure_of_the_table() -> None:
    programme, seen = case()
    live = whatif.whatif(programme, seen).content["live"]

    for group, option in zip(live["groups"][1:], ("Offshore", "Automation", "Hybrid"), strict=True):
        given = seen["expected"][option]
        assert [slider["value"] for slider in group["sliders"]] == [
            given["saving_share"], given["delay_months"], given["one_off_cost"], given["run_cost"],
        ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ switches of a roadmap


@pytest.fixture(scope="module")
def roadmap() -> assessment.Assessment:
    return assessment.open("starter/legal")


def test_a_plan_without_an_initiative_keeps_every_limit_and_is_the_best_of_what_is_left(
    roadmap: assessment.Assessment,
) -> None:
    found, draft = roadmap.without, roadmap.draft
    own = roadmap.plan[roadmap.plan["kind"] != "prerequisite"]
    waits = {(pair.before, pair.after) for pair in draft.problem.precedences}

    assert found["gone"].map(codes.items).map(len).value_counts()[1] == len(own)
    for row in found.to_dict("records"):
        gone, falls = codes.items(row["gone"]), codes.items(row["falls"])
        left = own[~own["item"].isin([*gone, *falls])]
        assert not {after for before, after in waits if before in gone} - {*gone, *falls}
        assert row["cost_low"] == left["cost_low"].sum()
        assert row["annual_benefit_high"] == left["annual_benefit_high"].sum()
        barred = tuple(  # the same by another way: what is out has no week in which it may end
            replace(one, is_optional=True, deadline=0) if one.name in gone else one for one in draft.problem.activities
        )
        anew = solver.schedule(replace(draft.problem, activities=barred), roadmap.objective, 2)
        again = planning.dated(draft, anew, roadmap.decisions)
        assert set(again.loc[again["kind"] != "prerequisite", "item"]) == set(left["item"])
        assert row["end"] == again["end"].max()


def test_where_nothing_is_planned_nothing_is_switched(roadmap: assessment.Assessment) -> None:
    none = roadmap.plan.head(0)
    found = planned.without(roadmap.draft, roadmap.schedule, none, roadmap.decisions, roadmap.objective, 1)

    assert found.empty
    assert show.attached(switches.without(found, none, roadmap.draft, roadmap.tables)).content == {"items": []}


def test_only_so_many_plans_are_made_and_the_effort_that_was_asked_for_is_kept(
    roadmap: assessment.Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    efforts = []
    real = solver.without

    def spied(problem: Any, found: Any, gone: Any, objective: str, effort: float) -> solver.Schedule:
        efforts.append(effort)
        return real(problem, found, gone, objective, effort)

    monkeypatch.setattr(solver, "without", spied)
    monkeypatch.setattr(planned, "MOST", 2)
    monkeypatch.setattr(planned, "MOST_PAIRED", 0)
    few = planned.without(roadmap.draft, roadmap.schedule, roadmap.plan, roadmap.decisions, roadmap.objective, 0.5)
    live = switches.without(few, roadmap.plan, roadmap.draft, roadmap.tables).content["live"]

    assert few["gone"].map(codes.items).tolist() == [
        [], ["Draft abstracts by machine"], ["Check invoices against guidelines"],
    ]  # fmt: skip
    assert efforts == [0.5, 0.5]
    assert sum(item["planned"] for item in live["items"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_switch_shows_the_plan_that_was_made_without_it(
    tmp_path: Path, browser: Any, language: str, roadmap: assessment.Assessment
) -> None:
    phrases.speak(language)
    exhibit = switches.without(roadmap.without, roadmap.plan, roadmap.draft, roadmap.tables)
    rows = {row[0]: row[-4:] for row in printed(exhibit)}
    tab = browser.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(page(tmp_path, show.attached(exhibit), language=language).as_uri())

    def figures() -> list[str]:
        return [spaced(text) for text in tab.locator(".whatif .value").all_inner_texts()]

    assert figures() == printed(exhibit)[0][-4:]
    draft, clean, ask = "Draft abstracts by machine", "Clean the timekeeper and rate tables", "Ask for matter data once"
    tab.get_by_label(draft).press("Space")
    assert figures() == rows[draft]
    assert draft in tab.inner_text("[role=status]")
    tab.get_by_label(ask).uncheck()
    assert figures() == rows[f"{draft}; {ask}"]
    tab.get_by_label(clean).uncheck()  # takes what needs it along: the same as without both
    assert figures() == rows[f"{ask}; {clean}"]
    assert tab.get_by_label(draft).is_disabled()
    tab.get_by_label("Outsource abstracts of old leases").uncheck()
    assert figures() == ["–"] * 4
    assert phrases.say("This combination was not planned in advance.") in tab.inner_text("[role=status]")
    tab.locator(".whatif button").press("Enter")
    assert figures() == printed(exhibit)[0][-4:]
    assert tab.get_by_label(draft).is_checked()
    assert tab.get_by_label(draft).is_enabled()
    tab.close()
    assert said == []


@pytest.mark.slow
def test_without_script_the_plans_stand_as_a_table_and_no_switch_pretends(
    tmp_path: Path, browser: Any, roadmap: assessment.Assessment
) -> None:
    exhibit = show.attached(switches.without(roadmap.without, roadmap.plan, roadmap.draft, roadmap.tables))
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(page(tmp_path, exhibit).as_uri())

    rows = [[cell.text_content() for cell in row.locator("th, td").all()] for row in tab.locator("tbody tr").all()]
    assert [[spaced(cell) for cell in row] for row in rows] == printed(exhibit)
    assert not tab.locator(".whatif").is_visible()
    context.close()
