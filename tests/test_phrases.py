"""One mechanism for every language: English in the code, the others in a catalogue that a translator can edit."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import engineroom
from engineroom import phrases
from engineroom.dictionary import codes
from engineroom.dictionary.codes import code, listed
from engineroom.pages import wording
from engineroom.resources import folder

LANGUAGES = [language for language in phrases.languages() if language != phrases.ENGLISH]
SOURCES = sorted(Path(engineroom.__file__).parent.rglob("*.py"))
SPOKEN = {"say": (0,), "say_number": (1, 2), "left": (1,), "right": (1,), "cell": (0,)}
SPOKEN |= {"show.left": (0,), "show.right": (0,), "show.missing": (1,)}
SPOKEN |= {"cut": (0,)}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    phrases.speak("en")


def catalogue(language: str) -> Catalog:
    with (folder("templates") / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def spoken(path: Path) -> set[str]:
    """Return the phrases a module says, as they stand in its source."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in SPOKEN:
            places = [node.args[place] for place in SPOKEN[name] if place < len(node.args)]
            found |= {
                form
                for place in places
                if isinstance(place, ast.Constant) and isinstance(place.value, str)
                for form in phrases.forms(place.value)
            }
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in SOURCES if spoken(path)], ids=lambda path: path.stem)
def test_every_phrase_of_the_code_is_in_every_catalogue(language: str, path: Path) -> None:
    ids = [message.id for message in catalogue(language)]
    known = {one for each in ids for one in (each if isinstance(each, tuple) else (each,))}

    assert spoken(path) - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_parts_of_its_phrase_and_none_is_blank(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(told), message.id
        assert {part for one in told for part in placeholders(one)} == {
            part for one in ids for part in placeholders(one)
        }


def test_a_phrase_unknown_in_a_language_stays_english_and_text_of_a_client_is_never_a_template() -> None:
    phrases.speak("de")

    assert phrases.say("{client} owes {0!r} and {{7*7}}") == "{client} owes {0!r} and {{7*7}}"
    assert phrases.say("{kpi} is {tier} at {value}", kpi="{x}", tier="{0}", value="1") == "{x}: {0} mit 1"


def test_a_phrase_that_agrees_with_a_number_holds_it_as_a_part_says_or_as_it_is() -> None:
    assert phrases.say_number(1, "{n} row", "{n} rows") == "1 row"
    assert phrases.say_number(1200, "{n} row", "{n} rows", n="1,200") == "1,200 rows"
    assert phrases.say_number(1, "{n} [row is|rows are] late") == "1 row is late"
    assert phrases.say_number(2, "{n} [row is|rows are] late") == "2 rows are late"


def test_none_of_several_is_a_word_and_none_of_one_a_figure() -> None:
    forms = "{n} of {all} pilots passed", "{n} of {all} pilots passed"

    assert phrases.say_number(0, *forms, all=3) == "None of the 3 pilots passed"
    assert (
        phrases.say_number(0, *(f"Last year: {form}" for form in forms), all="3")
        == "Last year: none of the 3 pilots passed"
    )
    assert phrases.say_number(0, *forms, all=1) == "0 of 1 pilots passed"
    assert phrases.say_number(2, *forms, all=3) == "2 of 3 pilots passed"


@pytest.mark.parametrize(
    ("cell", "english", "german"),
    [
        (
            code("nobody_named", affected=14, total=33_483),
            "14 of 33,483 rows do not show who did the step",
            "14 von 33.483 Zeilen zeigen nicht, wer den Schritt ausgeführt hat",
        ),
        ("no_time_zone_stated", "no time zone is stated", "keine Zeitzone ist angegeben"),
        (code("student_over_periods", n=6), "Student t 95% over 6 periods", "Student-t 95 % über 6 Zeiträume"),
        (code("at_rows", n=1, rows=[1200]), "row 1200", "Zeile 1200"),
        (code("at_rows", n=2, rows=[7, 9]), "rows 7, 9", "Zeilen 7, 9"),
        (
            code("condition_holds_at_share", says="at least a tenth of all items", share=0.185),
            "at least a tenth of all items (18%)",
            "mindestens ein Zehntel aller Vorgänge (18\u00a0%)",
        ),
        (
            code("in_business_hours", method="student"),
            "Student t 95%; handling counted in business hours",
            "Student-t 95 %; Bearbeitung in Geschäftszeit gezählt",
        ),
        (code("holds_lines", name="{x}; no_redesign", lines=["first"]), "{x}; no_redesign: first", None),
    ],
)
def test_a_code_is_told_in_the_language_that_is_asked_for(cell: str, english: str, german: str | None) -> None:
    assert phrases.tell(cell) == english
    assert german is None or phrases.tell(cell, "de") == german


def test_every_code_has_a_sentence_with_the_same_parts_in_every_language() -> None:
    def parts(sentence: phrases.Sentence) -> set[tuple[str, str | None]]:
        told = sentence.values() if isinstance(sentence, dict) else [sentence]
        return {(name, form) for one in told for _, name, form, _ in string.Formatter().parse(one) if name}

    english = phrases.sentences("en")
    for language in LANGUAGES:
        assert {name: parts(one) for name, one in phrases.sentences(language).items()} == {
            name: parts(one) for name, one in english.items()
        }


@pytest.mark.parametrize("language", phrases.languages())
def test_no_code_stands_in_two_groups(language: str) -> None:
    groups = tomllib.loads((folder("templates") / f"sentences.{language}.toml").read_text(encoding="utf-8"))

    assert sum(map(len, groups.values())) == len(phrases.sentences(language))


def test_what_a_client_wrote_is_taken_for_no_separator() -> None:
    names = ["Claims; new", 'a "b", c', "d: e", "{f}", "é"]

    assert codes.items(listed(names)) == names
    assert codes.read(code("no_redesign_shown", workflow=names[0])) == ("no_redesign_shown", {"workflow": names[0]})
    assert (listed([]), codes.items(""), codes.each(None)) == ("", [], [])


def test_numbers_money_and_dates_follow_the_region() -> None:
    said = {}
    for language in ("en", "en-GB", "de", "de-CH"):
        phrases.speak(language)
        said[language] = [wording.value(0.881, "share"), wording.money(37_940.5, "EUR"), wording.count(8581)]

    assert said == {
        "en": ["88.1%", "€38K", "8,581"],
        "en-GB": ["88.1%", "€38K", "8,581"],
        "de": ["88,1\u00a0%", "38.000\u00a0€", "8.581"],
        "de-CH": ["88.1%", "38’000\u00a0EUR", "8’581"],
    }


def test_no_module_asks_which_language_is_spoken() -> None:
    asking = {
        path.stem
        for path in SOURCES
        if re.search(r"""language\(?\)? ?(?:==|!=|in) ?["'(]""", path.read_text(encoding="utf-8"))
    }

    assert asking == set()
