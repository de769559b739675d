"""A consultancy's brand: it restyles every page, and nothing in it can hide a word or run."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.errors import EngagementError
from engineroom.pages import brand, house, pictures, theme
from engineroom.readers import engagement as engagements

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 0h40v10H0z" style="fill:#7a1f5c"/></svg>'
)
COLOUR = st.from_regex("#[0-9a-f]{6}", fullmatch=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(*extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return pictures.PNG + head + b"".join(extra) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, logo: bytes = SVG) -> Path:
        (tmp_path / "logo.svg").write_bytes(logo)
        path = tmp_path / "brand.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(EngagementError) as fault:
        brand.read(path)
    return str(fault.value)


def test_a_brand_is_texts_colours_and_a_logo(written: Callable[..., Path]) -> None:
    path = written('name = "Example"\nlogo = "logo.svg"\nfooter = "f"\n[colour]\naccent = "#7A1F5C"\n')

    read = brand.read(path)

    assert {key: read[key] for key in ("name", "footer", "disclaimer", "colour")} == {
        "name": "Example",
        "footer": "f",
        "disclaimer": "",
        "colour": {"accent": "#7a1f5c"},
    }
    assert b'fill="#7a1f5c"' in base64.b64decode(read["logo"]["data"])
    assert brand.files(path) == [path, path.parent / "logo.svg"]


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(written: Callable[..., Path]) -> None:
    assert refusal(written('name = "E"\n[colour]\naccent = "#f2a900"\n')) == (
        "brand.toml: 1 problem\n"
        '  colour.accent: "#f2a900" has a contrast of 1.9:1 on the page, and text needs 4.5:1; '
        'the nearest that passes is "#946700"'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "E"\n[colour]\naccent = "red"\n', 'colour.accent: "red" is not a colour; write it as #1d4f91'),
        ('name = "E"\nlogo = "../x.svg"\n', 'logo: "../x.svg" lies outside the folder of the brand'),
        ('name = "E"\nlogo = "none.svg"\n', 'logo: there is no file "none.svg"'),
        ('name = "E"\nfont = "Arial"\n', "font: Extra inputs are not permitted"),
        ("name = ", "is not TOML"),
        ('footer = "f"\n', "name: Field required"),
    ],
)
def test_what_is_wrong_with_a_brand_is_said(written: Callable[..., Path], text: str, said: str) -> None:
    assert said in refusal(written(text))


@given(COLOUR)
def test_the_nearest_colour_always_passes_and_a_passing_one_is_kept(colour: str) -> None:
    near = brand.nearest(colour)

    assert brand.unreadable(near) is None
    assert (near == colour) == (brand.unreadable(colour) is None)


@given(COLOUR)
def test_every_accepted_accent_gives_tokens_that_can_be_read_by_day_and_night(colour: str) -> None:
    tokens = theme.branded({"accent": brand.nearest(colour)})
    by_day, night, tone = tokens["colour"], tokens["colour"]["dark"], tokens["tone"]["neutral"]

    for one, ground in (
        (by_day["accent"], by_day["paper"]),
        (by_day["accent"], by_day["wash"]),
        (tone["colour"], tone["tint"]),
        (by_day["text"], tone["tint"]),
        (night["accent"], night["paper"]),
        (night["accent"], night["wash"]),
        (tone["dark"], tone["dark_tint"]),
    ):
        assert theme.contrast(one, ground) >= 4.5


def test_red_amber_and_green_keep_their_meaning() -> None:
    tokens = theme.branded({"accent": "#7a1f5c"})

    assert all(tokens["tone"][tone] == theme.TOKENS["tone"][tone] for tone in ("bad", "good", "caution", "unknown"))


def test_a_brand_exchanges_the_colours_of_a_chart() -> None:
    spec = f'{{"color": "{theme.ACCENT}", "label": "{theme.INK} in a sentence"}}'

    assert theme.recoloured(spec, theme.branded({"accent": "#7a1f5c"})).startswith('{"color": "#7a1f5c"')
    assert theme.recoloured(spec, theme.branded({})) == spec


HOSTILE_SVG = [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)">{}</svg>',
    "<script>alert(1)</script>",
    "<style>@import url(http://x)</style>",
    '<image href="http://x/y.png"/>',
    '<use href="#a"/>',
    '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
    "<foreignObject><b>x</b></foreignObject>",
    '<path d="M0 0" style="fill:url(http://x)" onclick="alert(1)"/>',
    '<path d="M0 0" fill="url(javascript:alert(1))"/>',
    '<animate attributeName="href" values="javascript:alert(1)"/>',
    '<set attributeName="onmouseover" to="alert(1)"/>',
    "<text>words</text>",
]


@pytest.mark.parametrize("inner", HOSTILE_SVG[1:])
def test_a_logo_keeps_its_shapes_and_nothing_else(inner: str) -> None:
    made = pictures.svg(HOSTILE_SVG[0].format(inner).encode()).decode()

    assert not re.search(r"script|alert|http://x|href|import|on\w+=|foreign|animate|<set|<use|words", made)


@pytest.mark.parametrize(
    "data", [b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", b"GIF89a", b"<svg>", b"<html/>", SVG.decode().encode("utf-16")]
)
def test_what_is_not_a_plain_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        pictures.svg(data)


def test_a_picture_loses_its_texts_and_dates() -> None:
    assert pictures.png(picture(chunk(b"tEXt", b"Author\0someone"), chunk(b"tIME", b"1234567"))) == picture()
    with pytest.raises(ValueError, match="is a PNG that is cut off"):
        pictures.png(picture()[:-6])


@pytest.mark.parametrize(("name", "said"), [("brand", "is no file"), ("absent.toml", "there is no such file")])
@pytest.mark.parametrize("ask", [brand.read, brand.files])
def test_a_brand_that_is_no_file_is_told_by_whoever_asks_first(ask, name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "brand").mkdir()

    with pytest.raises(EngagementError, match=said):
        ask(tmp_path / name)


def test_the_engagement_names_its_brand_and_language(
    make_engagement: Callable[..., Path], written: Callable[..., Path]
) -> None:
    written('name = "Example"\n')
    place = make_engagement()
    toml = place / "engagement.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8") + 'allow_outside_folder = true\nbrand = "../brand.toml"\n', encoding="utf-8"
    )

    made = house.style(engagements.open(place))

    assert made.content["language"] == "en"
    assert made.content["brand"]["name"] == "Example"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('language = "xx"', 'engagement.language: "xx" is not a language of the house; there are: de, en'),
        ('language = "de-QQ"', '"de-QQ" is not a language of the house; its region is unknown; write "de"'),
        ('brand = "../brand.toml"', '"../brand.toml" lies outside the engagement folder; move it inside'),
    ],
)  # fmt: skip
def test_a_language_or_brand_that_is_not_there_is_refused(
    make_engagement: Callable[..., Path], line: str, said: str
) -> None:
    place = make_engagement(line + "\n")

    with pytest.raises(EngagementError, match=re.escape(said)):
        engagements.open(place)
