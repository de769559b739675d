"""Text for a page: what a reader can see of it, and Markdown as blocks.

The inline part of a block is a list of runs, each plain text with its marks: `{"text": "worth", "strong": True}`.
Markdown is read into tokens and never written as HTML, so nothing in it can become markup again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, cast

import mistune

Block = dict[str, Any]

_SPACE = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# controls, soft hyphen, zero-width, directional marks, overrides and isolates, surrogates, non-characters, tags
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)

_markdown = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])


def clean(text: object) -> str:
    """Return `text` on one line, without anything a reader cannot see: controls, overrides of direction, zero width."""
    return _UNSEEN.sub("", _SPACE.sub(" ", str(text)))


def spoken(runs: list[Block]) -> str:
    """Return the plain text of inline runs."""
    return "".join(run["text"] for run in runs).strip()


def parse(source: str) -> list[Block]:
    """Return Markdown as blocks; HTML inside it is text like any other."""
    tokens = cast("list[dict[str, Any]]", _markdown(source))
    return [block for token in tokens for block in _blocks(token)]


def _blocks(token: Mapping[str, Any]) -> list[Block]:
    match token["type"]:
        case "heading":
            runs = [{key: part for key, part in run.items() if key != "href"} for run in _runs(token["children"])]
            return [{"type": "heading", "level": token["attrs"]["level"], "runs": runs}] if spoken(runs) else []
        case "paragraph" | "block_text":
            runs = _runs(token["children"])
            return [{"type": "paragraph", "runs": runs}] if spoken(runs) else []
        case "list":
            items = [_within(item) for item in token["children"]]
            return [{"type": "list", "ordered": token["attrs"]["ordered"], "start": token["attrs"].get("start", 1),
                     "items": [item for item in items if item]}]  # fmt: skip
        case "block_quote":
            return [{"type": "quote", "blocks": _within(token)}]
        case "block_code":
            return [{"type": "code", "text": "\n".join(clean(line) for line in token["raw"].rstrip("\n").split("\n"))}]
        case "block_html":
            return [] if token["raw"].lstrip().startswith("<!--") else [paragraph(token["raw"].strip())]
        case "table":
            return [_pipe_table(token)]
        case "thematic_break":
            return [{"type": "rule"}]
    return []


def inside(source: str) -> list[Block]:
    """Return Markdown that stands inside a block: its headings are bold lines."""
    return _within({"children": cast("list[dict[str, Any]]", _markdown(source))})


def _within(token: Mapping[str, Any]) -> list[Block]:
    """Return the blocks of a list item or quote; a heading in there is a bold line, not a section of the report."""
    found = [block for child in token["children"] for block in _blocks(child)]
    bold = [[run | {"strong": True} for run in block.get("runs", [])] for block in found]
    return [
        {"type": "paragraph", "runs": runs} if block["type"] == "heading" else block
        for block, runs in zip(found, bold, strict=True)
    ]


def _pipe_table(token: Mapping[str, Any]) -> Block:
    head, *body = token["children"]
    return {
        "type": "grid",
        "columns": [
            {"label": spoken(_runs(cell["children"])), "align": cell["attrs"]["align"] or "left"}
            for cell in head["children"]
        ],
        "rows": [[_runs(cell["children"]) for cell in row["children"]] for part in body for row in part["children"]],
    }


def paragraph(text: object) -> Block:
    """Return plain text as a paragraph."""
    return {"type": "paragraph", "runs": [{"text": clean(text)}]}


def _runs(tokens: list[Mapping[str, Any]], **marks: Any) -> list[Block]:
    runs: list[Block] = []
    for token in tokens:
        match token["type"]:
            case "text":
                runs.append({"text": clean(html.unescape(token["raw"])), **marks})
            case "codespan":
                runs.append({"text": clean(token["raw"]), **marks, "code": True})
            case "softbreak" | "linebreak" as kind:
                runs.append({"text": " " if kind == "softbreak" else "\n", **marks})
            case "link":
                href = token["attrs"]["url"]
                safe = re.match(r"https?://[^/]|mailto:|#[\w-]", href, re.IGNORECASE)
                runs += _runs(token["children"], **marks | ({"href": clean(href)} if safe else {}))
            case "strong" | "emphasis" | "strikethrough" as mark:
                runs += _runs(token["children"], **marks | {mark: True})
            case _:
                text = [{"text": clean(token.get("raw", "")), **marks}]
                runs += _runs(token["children"], **marks) if "children" in token else text
    return [run for run in runs if run["text"]]
