"""The editions of an executed notebook, by the nbconvert exporters that `engineroom run` uses."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode

from engineroom.rendering import render


def html(notebook: NotebookNode) -> bytes:
    """Return the notebook's HTML."""
    return render.editions(notebook, ["html"])[0]["html"]


def pdf(notebook: NotebookNode) -> bytes:
    """Return the notebook's PDF."""
    return render.editions(notebook, ["pdf"])[0]["pdf"]


def editions(notebook: NotebookNode, formats: Iterable[str] = ("html", "pdf")) -> dict[str, bytes]:
    """Return both editions of the notebook."""
    return render.editions(notebook, formats)[0]
